"""What the processes do that a test starts and kills. Runs in a fork that has the application."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp import failpoints

PATIENCE_S = 240.0
PAUSE_S = 0.1
"""Between looks, so that six workers that wait do not keep a small machine busy."""


def work(firm_id: int, failpoint: str = "") -> None:
    """Slice after slice until nothing of the firm is on its way; exit code 1 if it never ends."""
    from wsgi import app

    failpoints.arm(failpoint)
    give_up = time.monotonic() + PATIENCE_S
    with app.app_context():
        while _moving(firm_id):
            _slice(firm_id)
            if time.monotonic() > give_up:
                raise SystemExit(1)
            time.sleep(PAUSE_S)


def one_slice(firm_id: int, failpoint: str = "") -> None:
    from wsgi import app

    failpoints.arm(failpoint)
    with app.app_context():
        _slice(firm_id)


def elsewhere(host: str, target: Callable[..., None], *arguments: Any) -> None:
    """Run another of these on a host whose clock says something else."""
    import time_machine

    now = datetime.now(UTC)
    there = {
        "+1 h": now + timedelta(hours=1),
        "-1 h": now - timedelta(hours=1),
        "in the hour that comes twice": datetime(2026, 11, 1, 5, 59, 59, tzinfo=UTC),
    }
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    with time_machine.travel(there[host], tick=True):
        target(*arguments)


def _slice(firm_id: int) -> None:
    from webapp.quickbooks import sync

    sync.run_slice(firm_id)


def _moving(firm_id: int) -> bool:
    from sqlalchemy import exists, select

    from webapp.extensions import db
    from webapp.models import Entry

    moving = exists().where(Entry.firm_id == firm_id, Entry.state.in_(("ready", "sent")))
    found = bool(db.session.scalar(select(moving)))
    db.session.commit()
    return found


def ask(
    firm_id: int,
    kind: str,
    external_id: str,
    data: dict[str, Any] | None,
    failpoint: str = "",
) -> None:
    """Make or change the record of this external id, as the API does; without data, remove it."""
    from webapp import intake
    from webapp.extensions import db
    from webapp.models import Firm
    from wsgi import app

    failpoints.arm(failpoint)
    with app.app_context():
        firm = db.session.get_one(Firm, firm_id)
        if data is None:
            record = intake.Lookup(firm_id).holder(kind, external_id)
            assert record is not None
            intake.remove(record)
        else:
            intake.upsert(kind, firm, data)
        db.session.commit()


def refresh(firm_id: int, failpoint: str = "") -> None:
    """Ask for a good access token; exit code 3 when the sign-in is lost."""
    from webapp.quickbooks import tokens
    from webapp.quickbooks.errors import QuickBooksError
    from wsgi import app

    failpoints.arm(failpoint)
    with app.app_context():
        try:
            tokens.access_token(firm_id)
        except QuickBooksError:
            raise SystemExit(3) from None


def fill_the_disk(token: str, told: str) -> None:
    """Post clients until there is no room, then with room again; writes what was answered.

    One line per answer, ``external id, status``. A limit on the size of files stands for the disk.
    """
    import resource
    import sqlite3
    from contextlib import closing
    from pathlib import Path

    from wsgi import app

    client = app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    lines = []

    def post(name: str) -> int:
        body = {"external_id": name, "name": name, "email": f"{'x' * 60}@{name}.example"}
        answer = client.post("/api/v1/accounts", json=body, headers=headers)
        lines.append(f"{name} {answer.status_code}")
        return answer.status_code

    database = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    files = (database, database.with_name(f"{database.name}-wal"))
    post("first")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("VACUUM")  # or room that earlier tests left, in the file or in the
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # log, is used up first
    full = max(file.stat().st_size for file in files if file.exists()) + 40_000
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (full, hard))
    for number in range(400):
        if post(f"c{number}") != 201:
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    post("after")
    Path(told).write_text("\n".join(lines))
