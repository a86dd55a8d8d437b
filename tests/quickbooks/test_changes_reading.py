"""When changes are read, what that costs, and what lost or doubled webhooks do: nothing lasting."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from tests.quickbooks.listening import act, delivered, hear, listen, listening, poll, read_count
from tests.quickbooks.office import MakeOffice, Office
from tests.sandbox_process import SandboxProcess, Switch
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Link, MirrorObject, WebhookEvent
from webapp.quickbooks import hearing, reading
from webapp.quickbooks.payloads import ENTITIES

FOR_A_NEW_NAME = 1
"""Read before a client that nobody knows is made."""
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def address(app: Flask, sandbox: SandboxProcess, configured: Callable[..., None]) -> Iterator[None]:
    configured(INTUIT_WEBHOOK_VERIFIER_TOKEN=sandbox.announced["webhook_verifier_token"])
    with listening(app, sandbox):
        yield


@pytest.fixture
def invoice(office: Office) -> int:
    """A synced one, its echoes heard."""
    made = office.invoice(office.client(), office.service())
    office.work()
    hear(office)
    return made


def edit(office: Office, invoice: int, amount: int = 999) -> None:
    id_ = office.quickbooks_id("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=id_, amount=amount)


def wait_for_the_next_second() -> None:
    """So that what comes now does not share a second with what was before."""
    time.sleep(1.02 - time.time() % 1)


# -- what is read ----------------------------------------------------------------------------------


def test_echoes_of_our_own_writes_cost_no_read(office: Office, invoice: int) -> None:
    wait_for_the_next_second()
    before = read_count(office)
    payment = office.payment(invoice)
    refund = office.refund(payment)
    office.change("account", office.client("Charles Babbage"), email="cb@here.example")
    hear(office)
    hear(office)
    office.remove("refund", refund)
    hear(office)
    assert read_count(office) - before == FOR_A_NEW_NAME


def test_edit_right_behind_our_own_write_is_noticed(office: Office, invoice: int) -> None:
    """Even within the second that QuickBooks' time stamps leave open."""
    wait_for_the_next_second()
    office.change("invoice", invoice, memo="Thank you")
    office.work()
    edit(office, invoice)
    hear(office)
    assert office.only_issue().cause == "edited"


def test_many_edits_of_one_moment_cost_one_read(office: Office) -> None:
    account, service = office.client(), office.service()
    invoices = [office.invoice(account, service) for _ in range(6)]
    office.work()
    hear(office)
    before = read_count(office)
    for number, each in enumerate(invoices):
        edit(office, each, 900 + number)
    hear(office)
    assert len(office.issues()) == 6
    assert read_count(office) == before + 1


def test_same_webhook_again_costs_no_read(office: Office, invoice: int) -> None:
    edit(office, invoice)
    hear(office)
    before = read_count(office)
    office.sandbox.control("webhooks/resend", {})
    hear(office)
    assert read_count(office) == before
    assert office.only_issue().tries == 1


def test_entities_that_do_not_concern_us_cost_no_read(office: Office, invoice: int) -> None:
    wait_for_the_next_second()
    before = read_count(office)
    office.create_theirs("Term", Name="In a year")
    hear(office)
    assert read_count(office) == before


@pytest.mark.parametrize(
    ("times", "payments", "news"),
    [
        ([0.4], [], False),
        ([0.4, 0.5], [], True),
        ([0.4, 0.5], [0], False),
        ([-30, 0.4], [], False),
        ([0.4, 30], [], True),
        ([0.4, 30.7], [30], False),
        ([0.9], [], False),
        ([1.0], [], True),
        ([0.4, 2.1], [], True),
        ([3.1], [], True),
        ([0.9, 1.2], [1], False),
        ([0.4, 0.9], [-1], True),
        ([0.4, 30.9], [30], False),
        ([0.4, 31.1], [30], True),
        ([0.4, 30.7, 30.8], [30], True),
        ([None], [], True),
        ([], [], False),
    ],
)
def test_change_is_explained_by_our_view_or_by_our_payments(
    times: list[float | None], payments: list[float], news: bool
) -> None:
    def at(seconds: float | None) -> Any:
        return None if seconds is None else NOON + timedelta(seconds=seconds)

    assert hearing.unexplained(map(at, times), NOON, map(at, payments)) is news
    assert hearing.unexplained(map(at, times), None, map(at, payments))


# -- when it is read -------------------------------------------------------------------------------


def due_after(seconds: float, **values: Any) -> bool:
    connection = Connection(changes_read_to=NOON, **values)
    return hearing.due(connection, NOON + timedelta(seconds=seconds))


@pytest.mark.usefixtures("app_context")
def test_polls_are_seldom_while_webhooks_come_and_frequent_otherwise() -> None:
    healthy = {"webhook_seen_at": NOON - timedelta(days=2)}
    assert not due_after(299)
    assert due_after(301)
    assert not due_after(21_000, **healthy)
    assert due_after(21_601, **healthy)


@pytest.mark.usefixtures("app_context")
def test_write_that_no_webhook_echoes_makes_polls_frequent() -> None:
    silent = {"webhook_seen_at": NOON, "unechoed_since": NOON + timedelta(seconds=60)}
    assert not due_after(320, **silent)
    assert due_after(400, **silent)


@pytest.mark.usefixtures("app_context")
def test_what_is_asked_for_goes_before_the_period() -> None:
    assert due_after(1, changes_due_at=NOON)
    assert not due_after(400, changes_due_at=NOON + timedelta(seconds=500))


def test_webhook_clears_what_was_unechoed(office: Office) -> None:
    office.client()
    office.work()
    assert office.connection().unechoed_since is not None
    hear(office)
    assert office.connection().unechoed_since is None
    assert office.connection().webhook_seen_at is not None


def test_start_reads_what_was_missed_but_not_what_was_just_read(
    office: Office, invoice: int
) -> None:
    poll(office)
    with office.database():
        hearing.start()
    assert office.connection().changes_due_at is None
    office.set_connection(changes_read_to=datetime.now(UTC) - timedelta(seconds=400))
    with office.database():
        hearing.start()
    assert office.connection().changes_due_at is not None
    with office.database():
        assert hearing.call_out() == 1


# -- webhooks lost, doubled, in any order, of several companies ------------------------------------


def test_lost_webhook_is_repaired_within_one_period(
    office: Office, invoice: int, switch: Switch
) -> None:
    switch(webhook_drop_percent=100)
    edit(office, invoice)
    hear(office)
    assert office.issues() == []
    poll(office)
    assert office.only_issue().cause == "edited"


def test_some_lost_some_doubled_and_shuffled_come_out_right(office: Office, switch: Switch) -> None:
    account, service = office.client(), office.service()
    invoices = [office.invoice(account, service) for _ in range(12)]
    office.work()
    hear(office)
    switch(webhook_drop_percent=30, webhook_duplicate_percent=50, webhook_shuffle=True)
    for number, each in enumerate(invoices):
        edit(office, each, 900 + number)
    hear(office)
    poll(office)
    assert [issue.cause for issue in office.issues()] == ["edited"] * 12
    assert {issue.tries for issue in office.issues()} == {1}


def end_state(office: Office) -> list[Any]:
    with office.database():
        links = db.session.query(Link).filter_by(firm_id=office.firm_id)
        told = [(x.kind, x.record_id, x.sync_token, x.gone) for x in links]
    nameless = [(kind, token, gone) for kind, _record, token, gone in sorted(told)]
    return [nameless, sorted((i.cause, i.state) for i in office.issues())]


ORDERS = list(permutations(range(6)))


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param(ORDERS[::180], id="sample"),
        pytest.param(ORDERS[::6], id="many", marks=pytest.mark.full),
    ],
)
def test_end_state_does_not_depend_on_the_order_of_events(
    make_office: MakeOffice, switch: Switch, orders: list[tuple[int, ...]]
) -> None:
    """Each event is heard by itself, whatever came before or is still to come."""
    states = [_after(make_office(), order, switch) for order in orders]
    links, causes = states[0]
    assert causes
    assert sum(gone for *_link, gone in links) == 3
    for state in states[1:]:
        assert state == states[0]


def _after(office: Office, order: tuple[int, ...], switch: Switch) -> list[Any]:
    made = office.one_of_each()
    extra = office.invoice(made["account"], made["service"])
    office.work()
    hear(office)
    switch(webhook_paused=True)
    there = {kind: office.quickbooks_id(kind, made[kind]) for kind in ENTITIES}
    office.control("objects/amount", entity="Invoice", id=there["invoice"], amount=999)
    office.control("objects/delete", entity="Purchase", id=there["expense"])
    office.control("objects/inactivate", entity="Item", id=there["service"])
    office.control("objects/void", entity="Invoice", id=office.quickbooks_id("invoice", extra))
    renamed = {"DisplayName": "Countess of Lovelace"}
    office.control("objects/update", entity="Customer", id=there["account"], fields=renamed)
    dated = {"TxnDate": "2026-11-21"}
    office.control("objects/update", entity="RefundReceipt", id=there["refund"], fields=dated)
    switch(webhook_paused=False)
    delivered(office)
    with office.database():
        fresh = db.session.query(WebhookEvent).filter_by(looked_at=None).order_by("id").all()
        kept = [{c.name: getattr(e, c.name) for c in e.__table__.columns} for e in fresh]
        db.session.query(WebhookEvent).filter_by(looked_at=None).delete()
        db.session.commit()
    for number in order:
        with office.database():
            db.session.add(WebhookEvent(**kept[number]))
            db.session.commit()
        listen(office)
        act(office)
    assert len(kept) >= len(order)
    return end_state(office)


def test_each_event_of_a_mixed_body_reaches_its_own_firm(
    make_office: MakeOffice, switch: Switch
) -> None:
    switch(webhook_delay_s=0.3)
    one, two = make_office(), make_office()
    edited = {}
    for office in (one, two):
        edited[office.firm_id] = office.invoice(office.client(), office.service())
        office.work()
    time.sleep(0.4)
    hear(one)
    hear(two)
    edit(one, edited[one.firm_id])
    edit(two, edited[two.firm_id], 1000)
    time.sleep(0.4)
    hear(one)
    hear(two)
    for office, amount in ((one, 999), (two, 1000)):
        issue = office.only_issue()
        assert issue.theirs is not None
        assert float(issue.theirs["TotalAmt"]) == amount


def test_events_of_an_unknown_company_are_dropped(office: Office, invoice: int) -> None:
    with office.database():
        db.session.add(
            WebhookEvent(
                key="k",
                realm_id="404",
                entity="invoice",
                quickbooks_id="1",
                operation="update",
                received_at=NOON - timedelta(days=400),
            )
        )
        db.session.commit()
        assert hearing.listen() >= 1
        assert db.session.query(WebhookEvent).filter_by(realm_id="404").count() == 0


# -- much, and long ago ----------------------------------------------------------------------------


def test_more_than_one_answer_holds_is_read_by_entity_and_by_query(
    office: Office, invoice: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_OBJECTS", 3)
    before = office.sandbox.control("counters")["entities"]
    edit(office, invoice)
    for number in range(4):
        office.create_theirs("Customer", DisplayName=f"Customer {number}")
    poll(office)
    assert office.only_issue().cause == "edited"
    counted = office.sandbox.control("counters")["entities"]
    assert counted["query"] > before.get("query", 0)
    assert office.count(MirrorObject, MirrorObject.name == "Customer 3") == 1


@pytest.mark.full
def test_eleven_hundred_changes_are_all_taken_in(office: Office, invoice: int) -> None:
    """One answer holds a thousand objects, whatever their kind, and there is no next page."""
    edit(office, invoice)
    for number in range(1_100):
        office.create_theirs("Customer", DisplayName=f"Customer {number}")
    poll(office)
    assert office.only_issue().cause == "edited"
    assert office.count(MirrorObject, MirrorObject.name.like("Customer %")) == 1_100


def test_deletions_among_very_many_changes_are_not_missed(
    office: Office, invoice: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_OBJECTS", 1)
    id_ = office.quickbooks_id("invoice", invoice)
    office.control("objects/delete", entity="Invoice", id=id_)
    poll(office)
    assert office.only_issue().cause == "record_deleted"


@pytest.mark.parametrize("days", [31, None])
def test_after_a_month_everything_is_compared(
    office: Office, invoice: int, switch: Switch, days: int | None
) -> None:
    second = office.invoice(office.client("Charles Babbage"), office.service("Payroll"))
    office.work()
    switch(webhook_drop_percent=100)
    edit(office, invoice)
    id_ = office.quickbooks_id("invoice", second)
    office.control("objects/delete", entity="Invoice", id=id_)
    long_ago = None if days is None else datetime.now(UTC) - timedelta(days=days)
    office.set_connection(changes_read_to=long_ago, changes_due_at=None)
    act(office)
    assert sorted(i.cause for i in office.issues()) == ["edited", "record_deleted"]
    read_to = office.connection().changes_read_to
    assert read_to is not None
    assert datetime.now(UTC) - read_to < timedelta(minutes=1)


# -- one reader, and trouble -----------------------------------------------------------------------


def test_nothing_is_read_while_another_worker_has_the_firm(office: Office, invoice: int) -> None:
    edit(office, invoice)
    delivered(office)
    listen(office)
    before = read_count(office)
    with office.database():
        assert Connection.claim_slice(office.firm_id, timedelta(seconds=30)) is not None
        reading.catch_up(office.firm_id)
    assert read_count(office) == before
    office.later(31)
    act(office)
    assert office.only_issue().cause == "edited"


@pytest.mark.parametrize("state", ["none", "sign_in_again", "paused"])
def test_nothing_is_read_without_a_connection(office: Office, invoice: int, state: str) -> None:
    edit(office, invoice)
    delivered(office)
    office.set_connection(state=state)
    before = read_count(office)
    listen(office)
    act(office)
    assert read_count(office) == before
    office.set_connection(state="connected")
    act(office)
    assert office.only_issue().cause == "edited"


def test_throttled_reading_rests_and_comes_back(office: Office, invoice: int) -> None:
    edit(office, invoice)
    office.fault("throttled", operation="cdc")
    hear(office)
    assert office.issues() == []
    connection = office.connection()
    assert connection.not_before is not None
    assert connection.slice_until is None
    office.later(120)
    office.set_connection(changes_due_at=None, changes_read_to=NOON - timedelta(days=2))
    act(office)
    assert office.only_issue().cause == "edited"


def test_worker_that_lost_the_firm_while_reading_changes_nothing(
    office: Office, invoice: int, configured: Callable[..., None]
) -> None:
    """Stopped past its lease: the other worker's fence refuses what it brings."""
    edit(office, invoice)
    delivered(office)
    listen(office)
    office.fault("delay", operation="cdc", seconds=0.5)

    def slow() -> None:
        with office.database():
            reading.catch_up(office.firm_id)

    thread = Thread(target=slow)
    thread.start()
    time.sleep(0.2)
    with office.database():
        connection = Connection.of(office.firm_id)
        connection.slice_fence += 1
        connection.slice_until = database_now(db.session())
        db.session.commit()
    thread.join()
    assert office.issues() == []
    act(office)
    assert office.only_issue().cause == "edited"
