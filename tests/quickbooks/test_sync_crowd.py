"""Many records at once: batches, few reads, and one that stops its worker among them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from tests.quickbooks.office import MakeOffice, Office
from webapp import hints
from webapp.extensions import db
from webapp.models import Entry
from webapp.quickbooks import sync

RECORDS = 300
OTHER_FIRM = 999_999
READS_PER_THOUSAND = 5


def make_crowd(office: Office) -> list[tuple[str, int]]:
    """About 300 records: 30 clients, 90 invoices, payments of them, refunds and fees."""
    made = [("service", office.take("service", hurry=False, name="Bookkeeping", rate="120.00"))]
    service = made[0][1]
    for number in range(30):
        account = office.take("account", hurry=False, name=f"Client {number}")
        made.append(("account", account))
        for _ in range(3):
            invoice = office.invoice(account, service, hurry=False)
            payment = office.payment(invoice, hurry=False)
            made += [("invoice", invoice), ("payment", payment)]
        made.append(("refund", office.refund(payment, hurry=False)))
        made.append(("expense", office.expense(payment, hurry=False)))
    return made[:RECORDS]


def test_first_copy_goes_in_batches_and_hardly_reads(make_office: MakeOffice) -> None:
    office = make_office(connected=False)
    crowd = make_crowd(office)
    office.connect()
    office.sandbox.control("counters", method="DELETE")
    office.settle()
    assert {office.state(kind, record) for kind, record in crowd} == {"synced"}
    counters = office.sandbox.control("counters")
    assert counters["kinds"].get("read", 0) <= READS_PER_THOUSAND * RECORDS / 1000
    assert counters["kinds"]["write"] <= RECORDS / 10
    office.require_order()


def test_record_that_stops_its_worker_is_parked_while_its_neighbours_go(office: Office) -> None:
    accounts = [office.client(f"Client {n}", hurry=False) for n in range(3)]
    with office.database():  # as two workers leave it that were killed while they had it
        db.session.execute(update(Entry).where(Entry.record_id == accounts[0]).values(picked=2))
        db.session.commit()
    office.work()
    assert office.only_issue().cause == "stopped_worker"
    assert [office.state("account", a) for a in accounts] == ["failed", "synced", "synced"]
    office.later(100_000)
    office.work()
    assert office.state("account", accounts[0]) == "failed"


def test_parked_record_is_tried_again_when_a_person_asks(office: Office) -> None:
    service = office.service()
    with office.database():
        db.session.execute(update(Entry).where(Entry.kind == "service").values(picked=2))
        db.session.commit()
    office.work()
    office.act(office.only_issue(), "resync")
    office.work()
    assert office.state("service", service) == "synced"
    assert office.issues() == []


def test_person_comes_before_the_crowd(office: Office) -> None:
    """By its level a fee would be the very last. What is sent at the same moment as it may arrive
    before it; the payments cannot, which wait for the answers about their invoices."""
    account, service = office.client(), office.service("Audit")
    payment = office.payment(office.invoice(account, service))
    office.settle()
    before = len(office.ledger())
    make_crowd(office)
    mine = office.expense(payment)
    uid = office.entry("expense", mine).uid[:24]
    office.settle()
    written = office.ledger()[before:]
    place = next(n for n, write in enumerate(written) if uid in write["requestid"])
    assert place < next(n for n, write in enumerate(written) if write["entity"] == "Payment")


def test_worker_whose_firm_waits_for_its_budget_goes_on_to_the_next(office: Office) -> None:
    """A slice may last 30 seconds here, and its budget is used up at once."""
    office.client()
    office.work()
    office.app.config["QBO_REQUESTS_PER_SECOND"] = 1
    for number in range(3):
        office.client(f"Client {number}")
    office.app.extensions["sync_queue"].empty()
    with office.database():
        hints.send(OTHER_FIRM)
        assert sync.run_slice(office.firm_id, seconds=30)
    assert len(office.objects("Customer")) < 4


@pytest.fixture
def books(office: Office) -> tuple[int, int]:
    """A client and a service that QuickBooks has."""
    made = office.client(), office.service()
    office.work()
    return made


@pytest.mark.parametrize("webhooks", [True, False])
@pytest.mark.parametrize("own_numbers", [True, False])
def test_number_in_a_crowd_that_somebody_has_just_taken_is_not_sent(
    office: Office, books: tuple[int, int], own_numbers: bool, webhooks: bool
) -> None:
    """With its own setting off, QuickBooks would take the duplicate without a word."""
    office.control("preferences", CustomTxnNumbers=own_numbers)
    heard = datetime.now(UTC) if webhooks else None
    office.set_connection(custom_numbers=own_numbers, webhook_seen_at=heard)
    theirs = office.invoice_of_theirs("2007")
    crowd = [office.invoice(*books, number=str(n), hurry=False) for n in range(2000, 2012)]
    office.settle()
    issue = office.only_issue()
    assert (issue.cause, issue.facts["n"]) == ("dup_number", "2007")
    assert issue.theirs is not None
    assert issue.theirs["Id"] == theirs["Id"]
    assert sorted(office.state("invoice", each) for each in crowd) == ["failed"] + ["synced"] * 11
    numbers = [found["DocNumber"] for found in office.objects("Invoice")]
    assert len(numbers) == len(set(numbers)) == 12


def test_assigned_number_in_a_crowd_that_somebody_has_just_taken_gives_way(
    office: Office, books: tuple[int, int]
) -> None:
    office.control("preferences", CustomTxnNumbers=False)
    office.settings(sync_invoice_numbers=True)
    crowd = [office.invoice(*books, hurry=False) for _ in range(8)]
    office.invoice_of_theirs("1004")
    office.settle()
    assert office.issues() == []
    assert {office.state("invoice", each) for each in crowd} == {"synced"}
    numbers = sorted(found["DocNumber"] for found in office.objects("Invoice"))
    assert numbers == [str(number) for number in range(1001, 1010)]


def test_crowd_of_invoices_asks_for_its_numbers_together(
    office: Office, books: tuple[int, int]
) -> None:
    count = 240
    for number in range(count):
        office.invoice(*books, number=f"INV-{number:04}", hurry=False)
    office.sandbox.control("counters", method="DELETE")
    office.settle()
    assert len(office.objects("Invoice")) == count
    counters = office.sandbox.control("counters")
    assert counters["kinds"]["read"] <= 2
    assert counters["kinds"]["read"] >= 1
    assert counters["paths"]["POST batch"] >= count / 40


def test_numbers_that_cannot_be_asked_for_wait(office: Office, books: tuple[int, int]) -> None:
    office.fault("status", operation="query", status=503, times=2)
    crowd = [office.invoice(*books, number=str(n), hurry=False) for n in range(2000, 2006)]
    office.work()
    assert office.objects("Invoice") == []
    assert {office.state("invoice", each) for each in crowd} == {"waiting"}
    office.settle()
    assert {office.state("invoice", each) for each in crowd} == {"synced"}
