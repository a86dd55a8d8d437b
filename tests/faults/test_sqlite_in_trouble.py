"""A locked SQLite file makes people wait, a full disk tells them; no promised record is lost."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import OperationalError

from tests.conftest import FirmFixture
from tests.faults import children
from tests.faults.conftest import Fork
from webapp import create_app
from webapp import database as databases
from webapp.extensions import db
from webapp.models import Account

PATIENCE_S = 120


@pytest.fixture
def file(app: Flask) -> Path:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("about SQLite")
        return Path(str(db.engine.url.database))


@pytest.fixture
def held(file: Path) -> Iterator[Callable[[float], threading.Thread]]:
    """``held(seconds)``: another process's transaction that writes for so long; begun on return."""

    def hold(seconds: float) -> threading.Thread:
        begun = threading.Event()

        def write() -> None:
            with closing(sqlite3.connect(file, isolation_level=None)) as holder:
                holder.execute("BEGIN IMMEDIATE")
                begun.set()
                time.sleep(seconds)
                holder.execute("ROLLBACK")

        thread = threading.Thread(target=write)
        thread.start()
        begun.wait(PATIENCE_S)
        return thread

    return hold


def post(app: Flask, firm: FirmFixture, name: str) -> int:
    headers = {"Authorization": f"Bearer {firm.token}"}
    body = {"external_id": name, "name": name}
    return app.test_client().post("/api/v1/accounts", json=body, headers=headers).status_code


def names(app: Flask) -> set[str | None]:
    with app.app_context():
        return set(db.session.scalars(select(Account.external_id)))


def test_a_locked_database_makes_a_writer_wait(
    app: Flask, firm: FirmFixture, held: Callable[[float], threading.Thread]
) -> None:
    holder = held(1.5)
    assert post(app, firm, "patient") == 201
    holder.join()
    assert names(app) == {"patient"}


def test_a_reader_does_not_wait(
    app: Flask, firm: FirmFixture, held: Callable[[float], threading.Thread]
) -> None:
    holder = held(3)
    assert app.test_client().get("/sign-in").status_code == 200
    assert holder.is_alive()
    holder.join()


def test_a_database_locked_for_too_long_says_come_back(
    firm: FirmFixture,
    app: Flask,
    held: Callable[[float], threading.Thread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "BUSY_TIMEOUT_MS", 100)
    hasty = create_app()
    holder = held(2)
    answer = hasty.test_client().post(
        "/api/v1/accounts",
        json={"external_id": "hasty", "name": "Hasty"},
        headers={"Authorization": f"Bearer {firm.token}"},
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    holder.join()
    assert names(app) == set()
    assert post(hasty, firm, "hasty") == 201


def test_a_full_disk_is_told_and_loses_no_promised_record(
    app: Flask, firm: FirmFixture, file: Path, fork: Fork, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    process = fork(children.fill_the_disk, firm.token, str(told))
    process.join(PATIENCE_S)
    assert process.exitcode == 0
    answers = dict(line.split() for line in told.read_text().splitlines())
    assert set(answers.values()) == {"201", "503"}
    assert answers["after"] == "201"
    assert names(app) == {name for name, status in answers.items() if status == "201"}


def test_failed_commit_leaves_neither_transaction_nor_lock_behind(
    app: Flask, file: Path, firm: FirmFixture
) -> None:
    """SQLAlchemy holds a transaction for ended whose COMMIT failed, and SQLite does not."""

    def fail(_connection: Connection) -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

    with app.app_context():
        event.listen(db.engine, "commit", fail)
        try:
            with pytest.raises(OperationalError):
                _add_account(firm)
        finally:
            event.remove(db.engine, "commit", fail)
        db.session.remove()
        _add_account(firm)
        db.session.remove()
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")


def _add_account(firm: FirmFixture) -> None:
    db.session.add(Account(firm_id=firm.id, name="Ada"))
    db.session.commit()
