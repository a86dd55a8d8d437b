"""Whoever changes many entries locks them in one order, or two would wait for each other for ever.

PostgreSQL ends such a pair by undoing one of them (40P01). SQLite has one writer at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.models.entries import CUTOFF, sent, some
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Account, Batch, Entry, Invoice, claiming, outbox

PATIENCE_S = 60
WAITING_FOR_A_LOCK = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

pytestmark = pytest.mark.usefixtures("postgres_only")


@pytest.fixture
def postgres_only(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("only PostgreSQL locks rows")


def beside_one_that_locks_in_order(app: Flask, low: int, high: int, work: Callable[[], Any]) -> Any:
    """What ``work`` answers that began while another transaction had locked the entry ``low``, and
    was about to lock ``high``."""

    def in_a_session_of_its_own() -> Any:
        with app.app_context():
            answer = work()
            db.session.commit()
            return answer

    db.session.commit()
    with ThreadPoolExecutor(1) as pool:
        Entry.locked([low])
        beside = pool.submit(in_a_session_of_its_own)
        wait_until_it_waits(beside)
        Entry.locked([high])
        db.session.commit()
        return beside.result(PATIENCE_S)


def wait_until_it_waits(beside: Future[Any]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    with db.engine.connect() as looking:
        while not looking.scalar(WAITING_FOR_A_LOCK):
            assert time.monotonic() < give_up
            assert not beside.done(), beside.result()
            time.sleep(0.01)


def invoices_found_last_first(firm_id: int) -> tuple[Account, list[Entry]]:
    """Of two invoices the one whose entry came first lies and is indexed behind the other."""
    account = Account(firm_id=firm_id, name="Ada")
    account.save()
    day = date(2026, 11, 20)
    invoices = [
        Invoice(
            firm_id=firm_id, account=account, number=number, date=day, currency="USD", total_minor=0
        )
        for number in ("1", "2")
    ]
    db.session.add_all(invoices)
    db.session.flush()
    made = []
    for invoice in reversed(invoices):
        made.append(Entry.ask(invoice, new=True))
        db.session.flush()
    made[0].priority = outbox.FIRST_COPY
    db.session.commit()
    made[0].priority = made[1].priority
    db.session.commit()
    return account, made


def test_claim_of_unanswered_ones_locks_their_batch_mates_in_order(
    app: Flask, firm_id: int
) -> None:
    mate, due = some(firm_id, 2)
    now = database_now(db.session())
    batch = Batch(firm_id=firm_id, request_id="b-1", body="{}")
    for entry in (mate, due):
        sent(entry, now)
        entry.picked, entry.batch = 0, batch
    due.due_at, mate.due_at = now, now + CUTOFF
    ids = [mate.id, due.id]
    db.session.commit()
    first = claiming.first_due(firm_id, 5)
    assert first is not None

    def claim() -> list[int]:
        return claiming.claim(firm_id, first, 5)

    assert beside_one_that_locks_in_order(app, *ids, claim) == ids


def test_switch_of_an_account_beside_a_worker_locks_in_order(app: Flask, firm_id: int) -> None:
    account, made = invoices_found_last_first(firm_id)
    account_id, ids = account.id, [entry.id for entry in made]

    def switch() -> None:
        mine = db.session.get_one(Account, account_id)
        mine.set_sync(False, None)

    beside_one_that_locks_in_order(app, *ids, switch)
    assert {entry.state for entry in Entry.locked(ids).values()} == {outbox.OFF}


def test_what_arrived_releases_those_that_waited_in_order(app: Flask, firm_id: int) -> None:
    account, made = invoices_found_last_first(firm_id)
    account_id, ids = account.id, [entry.id for entry in made]
    for entry in reversed(made):
        entry.wait_for("account", account_id)
        db.session.flush()
    beside_one_that_locks_in_order(
        app, *ids, lambda: Entry.release(firm_id, "account", [account_id])
    )
    assert {entry.state for entry in Entry.locked(ids).values()} == {outbox.READY}
