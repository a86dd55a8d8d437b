"""What becomes of a record of each kind in QuickBooks: made, changed, taken away."""

from __future__ import annotations

import pytest

from tests.quickbooks.office import MakeOffice, Office
from webapp.models import KINDS
from webapp.quickbooks.payloads import ENTITIES

CHANGES = {
    "account": ({"name": "Ada Lovelace"}, ("DisplayName", "Ada Lovelace")),
    "service": ({"rate": "150.00"}, ("UnitPrice", 150)),
    "invoice": ({"memo": "Thank you"}, ("CustomerMemo", {"value": "Thank you"})),
    "payment": ({"reference": "CH-77"}, ("PaymentRefNum", "CH-77")),
    "refund": ({"amount": "31.00"}, ("TotalAmt", 31)),
    "expense": ({"amount": "4.10"}, ("TotalAmt", 4.1)),
}


def test_one_record_of_each_kind_reaches_quickbooks(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    assert {kind: office.state(kind, made[kind]) for kind in KINDS} == dict.fromkeys(
        KINDS, "synced"
    )
    assert office.theirs("invoice", made["invoice"])["TotalAmt"] == 240
    assert office.theirs("invoice", made["invoice"])["Balance"] == 140
    assert office.theirs("refund", made["refund"])["TotalAmt"] == 30
    assert office.theirs("expense", made["expense"])["TotalAmt"] == 3.2
    office.require_order()


@pytest.mark.parametrize("kind", KINDS)
def test_change_reaches_the_object_and_makes_no_second(office: Office, kind: str) -> None:
    made = office.one_of_each()
    office.work()
    before = len(office.objects(ENTITIES[kind]))
    fields, (name, value) = CHANGES[kind]
    office.change(kind, made[kind], **fields)
    office.work()
    assert office.theirs(kind, made[kind])[name] == value
    assert len(office.objects(ENTITIES[kind])) == before
    office.require_order()


def test_update_leaves_alone_what_people_wrote_in_quickbooks(office: Office) -> None:
    account = office.client(email="ada@example.com")
    office.work()
    theirs = office.quickbooks_id("account", account)
    notes = {"Notes": "Prefers mornings", "Mobile": {"FreeFormNumber": "555 0101"}}
    office.control("objects/update", entity="Customer", id=theirs, fields=notes)
    office.change("account", account, name="Ada Lovelace")
    office.work()
    now = office.object("Customer", theirs)
    assert now["DisplayName"] == "Ada Lovelace"
    assert {name: now[name] for name in notes} == notes


def test_removed_invoice_is_voided(office: Office) -> None:
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service)
    office.work()
    office.remove("invoice", invoice)
    office.work()
    theirs = office.theirs("invoice", invoice)
    assert theirs["TotalAmt"] == 0
    assert theirs["PrivateNote"].startswith("Voided")
    office.require_order()


@pytest.mark.parametrize("kind", ["payment", "refund", "expense"])
def test_removed_document_is_deleted(office: Office, kind: str) -> None:
    made = office.one_of_each()
    office.work()
    if kind == "payment":
        office.remove("refund", made["refund"])
        office.remove("expense", made["expense"])
    office.remove(kind, made[kind])
    office.work()
    assert office.objects(ENTITIES[kind]) == []
    assert office.entry(kind, made[kind]).state == "done"
    office.require_order()


@pytest.mark.parametrize("kind", ["account", "service"])
def test_removed_client_or_service_is_only_unlinked(office: Office, kind: str) -> None:
    record = office.client() if kind == "account" else office.service()
    office.work()
    theirs = office.quickbooks_id(kind, record)
    office.remove(kind, record)
    office.work()
    assert office.link(kind, record) is None
    assert office.object(ENTITIES[kind], theirs)["Active"] is True
    assert [e["operation"] for e in office.ledger(entity=ENTITIES[kind])] == ["create"] + (
        ["create"] if kind == "service" else []  # set-up made the item of the refunds
    )


def test_record_removed_before_it_was_sent_never_reaches_quickbooks(office: Office) -> None:
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service)
    office.remove("invoice", invoice)
    office.work()
    assert office.ledger(entity="Invoice") == []
    assert office.entry("invoice", invoice).state == "done"


def test_unchanged_record_is_not_sent_again(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    before = len(office.ledger())
    for kind, record_id in made.items():
        office.change(kind, record_id)
    office.work()
    assert len(office.ledger()) == before


def test_every_write_is_recorded_with_its_answer(office: Office) -> None:
    account = office.client()
    office.work()
    office.change("account", account, name="Ada Lovelace")
    office.work()
    assert office.attempts("account", account) == [("create", "accepted"), ("update", "accepted")]


def test_rate_arrives_whole_in_a_currency_without_decimals(make_office: MakeOffice) -> None:
    office = make_office(connected=False)
    yen = {"HomeCurrency": {"value": "JPY"}}
    office.control("preferences", group="CurrencyPrefs", values=yen)
    office.connect()
    service = office.service(rate="5000")
    office.work()
    assert office.theirs("service", service)["UnitPrice"] == 5000
