"""Yesterday's database is put back: what QuickBooks has since then is found, and not made anew."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.quickbooks.office import Office
from tests.sandbox_process import Switch
from webapp import backup
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import KINDS, Pulse, Stray
from webapp.quickbooks import reading, recovery
from webapp.quickbooks.payloads import ENTITIES

DOCUMENTS = ("invoice", "payment", "refund", "expense")
FORGOTTEN = {"requestid": "ignored", "batch_requestid": "ignored"}
"""QuickBooks remembers request ids for a while only."""

Snapshot = Callable[[], Callable[[], None]]


@pytest.fixture
def snapshot(app: Flask, tmp_path: Path) -> Snapshot:
    """Saves the database; what it gives back puts that in place again and lets work begin."""
    numbers = itertools.count()

    def take() -> Callable[[], None]:
        file = tmp_path / f"backup-{next(numbers)}"
        with app.app_context():
            age_pulse()
            backup.save(db.engine.url, file)

        def put_back() -> None:
            with app.app_context():
                db.engine.dispose()
                backup.restore(db.engine.url, file)
                db.engine.dispose()

        return put_back

    return take


def age_pulse() -> None:
    """Between the backup and its return lies a while."""
    pulse = Pulse.of_database()
    pulse.at = database_now(db.session()) - timedelta(hours=20)
    db.session.commit()


def work(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker begins: it shows its pulse, then works and reads, as the job does."""
    monkeypatch.setattr(recovery, "_beaten_at", float("-inf"))
    with office.database():
        recovery.beat()
    for _ in range(3):
        office.work()
        with office.database():
            reading.catch_up(office.firm_id)
    office.settle()


def totals(office: Office) -> dict[str, int]:
    return {kind: len(office.objects(ENTITIES[kind])) for kind in KINDS}


def test_what_was_sent_after_the_backup_is_not_sent_again(
    office: Office,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    switch: Switch,
) -> None:
    made = office.one_of_each()
    put_back = snapshot()
    office.work()
    before = totals(office)
    switch(**FORGOTTEN)
    put_back()
    assert office.link("invoice", made["invoice"]) is None
    work(office, monkeypatch)
    assert totals(office) == before
    assert office.issues() == []
    assert {office.state(kind, made[kind]) for kind in KINDS} == {"synced"}
    office.require_order()


def test_nothing_is_sent_before_the_changes_were_read(
    office: Office, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.one_of_each()
    put_back = snapshot()
    office.work()
    writes = len(office.ledger())
    put_back()
    monkeypatch.setattr(recovery, "_beaten_at", float("-inf"))
    with office.database():
        recovery.beat()
    office.work()
    assert office.connection().unsure
    assert len(office.ledger()) == writes


def test_records_lost_with_the_database_get_their_objects_back_when_entered_again(
    office: Office, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back = snapshot()
    office.one_of_each()
    office.work()
    before = totals(office)
    put_back()
    work(office, monkeypatch)
    assert office.count(Stray) == len(DOCUMENTS)
    made = office.one_of_each()
    office.settle()
    assert totals(office) == before
    assert office.count(Stray) == 0
    assert {office.state(kind, made[kind]) for kind in KINDS} == {"synced"}
    office.require_order()


def test_a_second_equal_payment_is_a_second_payment(
    office: Office, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = office.invoice(office.client(), office.service())
    office.work()
    put_back = snapshot()
    office.payment(invoice, "50.00")
    office.work()
    put_back()
    work(office, monkeypatch)
    office.payment(invoice, "50.00")
    office.payment(invoice, "50.00")
    office.settle()
    assert len(office.objects("Payment")) == 2
    office.require_order()


def test_edits_lost_with_the_database_are_shown_and_not_overwritten(
    office: Office, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = office.one_of_each()
    office.work()
    put_back = snapshot()
    office.change("invoice", made["invoice"], memo="Lost with the database")
    office.work()
    put_back()
    work(office, monkeypatch)
    assert office.only_issue().cause == "edited"
    assert office.theirs("invoice", made["invoice"])["CustomerMemo"] == {
        "value": "Lost with the database"
    }


def test_what_a_bookkeeper_added_before_the_restore_outlives_the_next_change(
    office: Office, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, service = office.client(), office.service()
    office.work()
    invoice = office.invoice(account, service)
    put_back = snapshot()
    office.work()
    memo = {"CustomerMemo": {"value": "Theirs"}}
    theirs = office.quickbooks_id("invoice", invoice)
    office.control("objects/update", entity="Invoice", id=theirs, fields=memo)
    put_back()
    work(office, monkeypatch)
    office.change("invoice", invoice, number="7001")
    office.work()
    now = office.theirs("invoice", invoice)
    assert (now["Id"], now["DocNumber"]) == (theirs, "7001")
    assert now["CustomerMemo"] == memo["CustomerMemo"]


def test_a_change_that_was_carried_out_is_recognised(
    office: Office, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = office.one_of_each()
    office.work()
    office.change("invoice", made["invoice"], memo="On its way")
    put_back = snapshot()
    office.work()
    token = office.theirs("invoice", made["invoice"])["SyncToken"]
    put_back()
    work(office, monkeypatch)
    assert office.issues() == []
    assert office.theirs("invoice", made["invoice"])["SyncToken"] == token


def test_a_change_after_the_restore_is_not_answered_with_an_older_one(
    office: Office, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QuickBooks remembers the request ids that this database has forgotten it used."""
    made = office.one_of_each()
    office.change("payment", made["payment"], reference="OURS")
    office.work()
    put_back = snapshot()
    office.change("payment", made["payment"], reference="LOST")
    office.work()
    put_back()
    work(office, monkeypatch)
    office.act(office.only_issue(), "send-ours")
    office.settle()
    assert office.theirs("payment", made["payment"])["PaymentRefNum"] == "OURS"
    assert office.issues() == []


def test_a_client_renamed_after_the_backup_is_known_by_its_invoice(
    office: Office,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    switch: Switch,
) -> None:
    made = office.one_of_each()
    put_back = snapshot()
    office.work()
    office.change("account", made["account"], name="Ada Lovelace")
    office.work()
    switch(**FORGOTTEN)
    put_back()
    work(office, monkeypatch)
    assert len(office.objects("Customer")) == 1
    office.require_order()


def test_without_a_gap_nobody_is_suspected(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        monkeypatch.setattr(recovery, "_beaten_at", float("-inf"))
        with office.database():
            recovery.beat()
    assert not office.connection().unsure
