"""What a reading does not show is not therefore gone: it is looked for by its id first."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.quickbooks.accents import Exchange, Proxy, short_feed
from tests.quickbooks.listening import act, delivered, hear, poll, read_count
from tests.quickbooks.office import MakeOffice, Office
from tests.sandbox_process import Switch
from webapp.quickbooks import reading


def read_after_a_month(office: Office) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=31)
    office.set_connection(changes_read_to=long_ago, changes_due_at=None)
    act(office)


def test_what_a_lagging_query_does_not_show_is_not_gone(office: Office, switch: Switch) -> None:
    office.one_of_each()
    office.work()
    switch(query_lag_s=3600)
    read_after_a_month(office)
    assert office.issues() == []


def test_what_was_deleted_is_told_from_what_is_not_shown(office: Office, switch: Switch) -> None:
    made = office.one_of_each()
    office.work()
    theirs = office.quickbooks_id("refund", made["refund"])
    office.control("objects/delete", entity="RefundReceipt", id=theirs)
    switch(query_lag_s=3600)
    read_after_a_month(office)
    issue = office.only_issue()
    assert (issue.cause, issue.kind) == ("record_deleted", "refund")


def test_object_that_is_refused_when_looked_for_is_not_gone(office: Office, switch: Switch) -> None:
    made = office.one_of_each()
    office.work()
    switch(query_lag_s=3600)
    refusal = {"Fault": {"Error": [{"code": "5030", "Message": "Feature Not Supported"}]}}
    theirs = office.quickbooks_id("refund", made["refund"])
    office.fault("status", path=f"/refundreceipt/{theirs}", status=400, body=json.dumps(refusal))
    read_after_a_month(office)
    assert office.issues() == []


def shortened(exchange: Exchange) -> None:
    """A change feed that holds three objects at most, and of those that are gone the last."""
    if exchange.last != "cdc":
        return
    left = 3
    for response in exchange.said["CDCResponse"]:
        for part in response["QueryResponse"]:
            for entity, rows in part.items():
                if isinstance(rows, list):
                    rows.sort(key=lambda row: row.get("status") == "Deleted")
                    part[entity] = rows[:left]
                    left -= len(part[entity])


def test_deletion_that_a_full_answer_leaves_out_is_noticed(
    proxy: Proxy, make_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office()
    account, service = office.client(), office.service()
    kept, gone = office.invoice(account, service), office.invoice(account, service)
    office.work()
    poll(office)
    for number in range(5):
        office.invoice_of_theirs(f"T-{number}")
    office.control("objects/delete", entity="Invoice", id=office.quickbooks_id("invoice", gone))
    monkeypatch.setattr(reading, "MOST_OBJECTS", 3)
    proxy.accents = (shortened,)
    poll(office)
    issue = office.only_issue()
    assert (issue.cause, issue.record_id) == ("record_deleted", gone)
    assert office.state("invoice", kept) == "synced"


def test_full_answer_of_a_feed_that_refuses_a_kind_is_read_to_its_end(
    proxy: Proxy, make_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office()
    gone = office.invoice(office.client(), office.service())
    office.work()
    for number in range(5):
        office.create_theirs("Customer", DisplayName=f"Customer {number}")
    office.control("objects/delete", entity="Invoice", id=office.quickbooks_id("invoice", gone))
    monkeypatch.setattr(reading, "MOST_OBJECTS", 3)
    proxy.accents = (short_feed,)
    poll(office)
    assert office.only_issue().cause == "record_deleted"
    assert office.connection().changes_due_at is None  # nothing is left to be read


def test_change_of_what_waits_for_a_person_does_not_hold_up_the_reading(office: Office) -> None:
    """Its request may have been carried out, so nobody can say yet what is new: they look."""
    invoice = office.invoice(office.client(), office.service(), memo="Before")
    office.work()
    sent_before = {"Fault": {"Error": [{"code": "600", "Message": "Duplicate Request ID"}]}}
    office.fault(
        "status",
        entity="Invoice",
        operation="update",
        status=400,
        body=json.dumps(sent_before),
        times=0,
    )
    office.change("invoice", invoice, memo="After")
    office.settle()
    assert office.only_issue().cause == "duplicate_request"
    theirs = office.quickbooks_id("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=theirs, amount=999)
    poll(office)
    assert office.connection().changes_due_at is None
    office.sandbox.control("faults", method="DELETE")
    office.act(office.only_issue(), "resync")
    office.settle()
    assert office.only_issue().cause == "edited"


# -- merges of which a part was not heard ----------------------------------------------------------


@pytest.mark.usefixtures("announced")
def test_survivor_that_was_merged_on_unheard_does_not_stop_the_reading(
    office: Office, switch: Switch
) -> None:
    invoice = office.invoice(office.client(), office.service())
    office.work()
    first, second, third = (
        office.create_theirs("Customer", DisplayName=f"Stranger {number}")["Id"]
        for number in range(3)
    )
    hear(office)
    office.control("objects/merge", entity="Customer", id=first, into=second)
    delivered(office)
    switch(webhook_drop_percent=100)
    office.control("objects/merge", entity="Customer", id=second, into=third)
    theirs = office.quickbooks_id("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=theirs, amount=999)
    hear(office)
    assert office.only_issue().cause == "edited"
    assert office.connection().changes_due_at is None


# -- webhooks that come before the change feed shows anything --------------------------------------


@pytest.fixture
def feed_behind(announced: None, switch: Switch) -> None:
    switch(cdc_lag_s=3600)


def synced_invoices(office: Office, count: int) -> list[int]:
    account, service = office.client(), office.service()
    invoices = [office.invoice(account, service) for _ in range(count)]
    office.work()
    hear(office)
    return invoices


@pytest.mark.usefixtures("feed_behind")
@pytest.mark.parametrize(
    ("done", "more", "cause"),
    [
        ("amount", {"amount": 999}, "edited"),
        ("delete", {}, "record_deleted"),
        ("void", {}, "voided"),
    ],
)
def test_what_the_feed_does_not_show_yet_is_read_by_its_id(
    office: Office, done: str, more: dict[str, int], cause: str
) -> None:
    [invoice] = synced_invoices(office, 1)
    before = read_count(office)
    theirs = office.quickbooks_id("invoice", invoice)
    office.control(f"objects/{done}", entity="Invoice", id=theirs, **more)
    hear(office)
    assert office.only_issue().cause == cause
    assert read_count(office) == before + 2
    office.set_connection(changes_due_at=datetime.now(UTC) - timedelta(minutes=1))
    act(office)
    assert read_count(office) == before + 3


@pytest.mark.usefixtures("feed_behind")
def test_much_that_the_feed_does_not_show_yet_is_asked_for_again(
    office: Office, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_ANNOUNCED", 2)
    invoices = synced_invoices(office, 3)
    before = read_count(office)
    for invoice in invoices:
        theirs = office.quickbooks_id("invoice", invoice)
        office.control("objects/amount", entity="Invoice", id=theirs, amount=999)
    hear(office)
    assert (office.issues(), read_count(office)) == ([], before + 1)
    switch(cdc_lag_s=0)
    due = office.connection().changes_due_at
    assert due is not None
    office.set_connection(changes_due_at=due - timedelta(minutes=1))
    act(office)
    assert [issue.cause for issue in office.issues()] == ["edited"] * 3
    assert office.connection().changes_due_at is None
