"""Who wrote what, when, and how often was anything asked?"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock, zulu
from sandbox.messages import Request, Response
from sandbox.storage import Storage


@dataclass(frozen=True)
class Entry:
    """One request (or batch item) that meant to change something."""

    number: int
    at: str
    realm_id: str
    method: str
    path: str
    operation: str
    entity: str
    requestid: str
    body_hash: str
    outcome: str
    object_id: str
    sync_token: str


class Ledger:
    """Append-only, kept over restarts."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self.storage, self.clock = storage, clock
        self.entries: list[Entry] = sorted(
            (Entry(**stored) for _, stored in storage.all("ledger")), key=lambda e: e.number
        )
        self._numbers = itertools.count(self.entries[-1].number + 1 if self.entries else 1)

    def add(self, **what: str) -> None:
        entry = Entry(number=next(self._numbers), at=zulu(self.clock.now()), **what)
        self.entries.append(entry)
        self.storage.put("ledger", str(entry.number), lambda: vars(entry))

    def list(self, **filters: str) -> list[dict[str, Any]]:
        rows = (dict(vars(entry)) for entry in self.entries)
        return [row for row in rows if all(str(row[k]) == v for k, v in filters.items())]


class Counters:
    """Requests by path, entity, status and kind since the start or the last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.paths: Counter[str] = Counter()
        self.entities: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.realms: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()

    def add(self, request: Request, what: dict[str, str], response: Response | None) -> None:
        """Count one request; without a response its connection was ended on purpose."""
        operation, entity = what["operation"], what["entity"]
        self.paths[f"{request.method} {entity.lower() or operation}"] += 1
        self.entities[f"{operation} {entity}".strip()] += 1
        self.statuses[str(response.status) if response else "none"] += 1
        self.realms[what["realm"]] += 1
        if what["realm"]:
            reading = request.method == "GET" or operation == "query"
            self.kinds["read" if reading else "write"] += 1

    def as_dict(self) -> dict[str, dict[str, int]]:
        return {
            name: dict(sorted(getattr(self, name).items()))
            for name in ("paths", "entities", "statuses", "realms", "kinds")
        }
