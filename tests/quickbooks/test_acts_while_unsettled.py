"""What a person can do while nobody knows yet whether QuickBooks took what was sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.quickbooks.listening import poll
from tests.quickbooks.office import MakeOffice, Office
from webapp.extensions import db
from webapp.models import Issue
from webapp.quickbooks import actions
from webapp.quickbooks.payloads import ENTITIES

HARMLESS = {"resync", "ignore"}
Begin = Callable[[Office], tuple[str, int]]
"""Leads to an open issue of a record; its kind and id."""


def taken_number(office: Office) -> tuple[str, int]:
    account, service = office.client(), office.service()
    office.work()
    office.invoice_of_theirs("1042")
    return "invoice", office.invoice(account, service, number="1042")


def deleted_payment(office: Office) -> tuple[str, int]:
    payment = office.payment(office.invoice(office.client(), office.service()))
    office.work()
    quickbooks_id = office.quickbooks_id("payment", payment)
    office.control("objects/delete", entity="Payment", id=quickbooks_id)
    poll(office)
    return "payment", payment


def edited_invoice(office: Office) -> tuple[str, int]:
    invoice = office.invoice(office.client(), office.service())
    office.work()
    quickbooks_id = office.quickbooks_id("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=quickbooks_id, amount=999)
    poll(office)
    return "invoice", invoice


def unmatched_client(office: Office) -> tuple[str, int]:
    return "account", office.client("Ada Byron")


@pytest.fixture
def asking(make_office: MakeOffice) -> Office:
    """Clients that are not found over there are asked about."""
    return make_office("ask")


@pytest.mark.parametrize(
    ("begin", "first", "then"),
    [
        (taken_number, "use-number", "link"),
        (deleted_payment, "recreate", "leave-out"),
        (edited_invoice, "send-ours", "keep-theirs"),
        (unmatched_client, "create-customer", "link"),
    ],
)
def test_nothing_is_decided_over_a_request_that_is_out(
    asking: Office, begin: Begin, first: str, then: str
) -> None:
    """Else what it makes in QuickBooks would be nobody's."""
    office = asking
    other = office.create_theirs("Customer", DisplayName="Grace Hopper")
    if begin is not unmatched_client:
        office.set_connection(unmatched="create")
    kind, record = begin(office)
    office.work()
    issue = office.only_issue()
    office.fault("commit_then_drop", entity=ENTITIES[kind], times=1)
    office.act(issue, first)
    office.work()
    assert office.state(kind, record) == "syncing"
    assert set(offered(office, issue.id)) <= HARMLESS
    arguments = {"quickbooks_id": other["Id"]} if kind == "account" else {}
    with pytest.raises(actions.ActionRefused, match="not known yet whether it arrived"):
        office.act(issue, then, **arguments)
    office.settle()
    assert office.state(kind, record) == "synced"
    assert office.issues() == []
    office.require_order()


@pytest.mark.parametrize("action", sorted(HARMLESS))
def test_what_is_offered_meanwhile_works_and_loses_nothing(office: Office, action: str) -> None:
    kind, record = taken_number(office)
    office.work()
    issue = office.only_issue()
    office.fault("commit_then_drop", entity="Invoice", times=1)
    office.act(issue, "use-number")
    office.work()
    office.act(issue, action)
    office.settle()
    assert office.state(kind, record) == "synced"
    assert office.theirs(kind, record)["DocNumber"] == "1043"
    office.require_order()


def test_all_is_offered_again_once_it_is_known(office: Office) -> None:
    taken_number(office)
    office.work()
    issue = office.only_issue()
    before = offered(office, issue.id)
    office.fault("status", entity="Invoice", operation="create", status=503, times=1)
    office.act(issue, "use-number", number="1050")
    office.work()
    office.invoice_of_theirs("1050")
    office.settle()
    assert office.only_issue().id == issue.id
    assert offered(office, issue.id) == before


def offered(office: Office, issue_id: int) -> tuple[str, ...]:
    with office.database():
        return actions.available(db.session.get_one(Issue, issue_id))
