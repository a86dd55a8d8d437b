"""How does the sandbox remember, also after `kill -9`?

Everything lives in memory; what changes is also written to one SQLite table before the answer
leaves. Without a file nothing is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sandbox import wire

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
  kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""


class Storage:
    """A write-through map of (kind, key) to JSON. Nothing is durable until `commit`."""

    def __init__(self, path: Path | None) -> None:
        self._db = self._open(path) if path else None
        self._waiting: dict[tuple[str, str], str | None] = {}

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        """WAL with synchronous=NORMAL loses nothing when the process is killed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute(SCHEMA)
        return db

    def put(self, kind: str, key: str, body: Callable[[], Any]) -> None:
        """`body` is called at once, and only where there is a file."""
        if self._db is not None:
            self._waiting[kind, key] = wire.dump_bytes(body()).decode()

    def delete(self, kind: str, key: str) -> None:
        if self._db is not None:
            self._waiting[kind, key] = None

    def commit(self) -> None:
        """Write all that waits in one transaction; called once per request."""
        if self._db is None or not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        self._db.execute("BEGIN")
        for (kind, key), body in waiting.items():
            if body is None:
                self._db.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))
            else:
                self._db.execute("REPLACE INTO documents VALUES (?, ?, ?)", (kind, key, body))
        self._db.execute("COMMIT")

    def all(self, kind: str) -> Iterator[tuple[str, Any]]:
        if self._db is None:
            return
        rows = self._db.execute("SELECT key, body FROM documents WHERE kind = ?", (kind,))
        for key, body in rows.fetchall():
            yield key, wire.loads(body)

    def close(self) -> None:
        if self._db is not None:
            self.commit()
            self._db.close()
