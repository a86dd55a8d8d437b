"""QuickBooks says no to a question: who is told, and what goes on all the same?"""

from __future__ import annotations

import json

import pytest

from tests.quickbooks.listening import poll
from tests.quickbooks.office import Office


def refuse_reading(office: Office, path: str, code: str = "5020") -> None:
    """Whoever reads what fits the path gets a definite no, from now on."""
    fault = {"Fault": {"Error": [{"code": code, "Message": "No"}], "type": "ValidationFault"}}
    office.fault("status", method="GET", path=path, status=400, body=json.dumps(fault), times=0)


def unanswered_updates(office: Office, count: int) -> list[int]:
    """Payments whose updates were not carried out, and nobody said so."""
    invoice = office.invoice(office.client(), office.service())
    payments = [office.payment(invoice, "10.00") for _ in range(count)]
    office.work()
    office.fault("status", entity="Payment", operation="update", status=503, times=count)
    for number, payment in enumerate(payments):
        office.change("payment", payment, reference=f"CH-{number}")
    return payments


def test_one_object_that_may_not_be_looked_for_holds_up_no_others(office: Office) -> None:
    first, *others = unanswered_updates(office, 3)
    refuse_reading(office, f"/payment/{office.quickbooks_id('payment', first)}")
    office.settle()
    assert [office.state("payment", other) for other in others] == ["synced", "synced"]
    assert office.only_issue().cause == "permission_missing"
    assert office.connection().failures == 0


def test_what_may_be_looked_for_again_is_found_by_a_resync(office: Office) -> None:
    (payment,) = unanswered_updates(office, 1)
    refuse_reading(office, "/payment/")
    office.settle()
    assert office.entry("payment", payment).unsettled
    office.sandbox.control("faults", method="DELETE")
    office.act(office.only_issue(), "resync")
    office.settle()
    assert office.theirs("payment", payment)["PaymentRefNum"] == "CH-0"
    assert office.issues() == []


def test_create_that_may_not_be_searched_for_is_told_and_not_made_twice(office: Office) -> None:
    invoice = office.invoice(office.client(), office.service())
    office.work()
    office.fault("commit_then_drop", entity="Payment", times=1)
    refuse_reading(office, "TxnDate", "4001")
    payment = office.payment(invoice)
    office.settle()
    assert office.only_issue().record_id == payment
    office.sandbox.control("faults", method="DELETE")
    office.act(office.only_issue(), "resync")
    office.settle()
    assert len(office.objects("Payment")) == 1
    office.require_order()


@pytest.mark.parametrize("count", [1, 6])
def test_numbers_that_may_not_be_asked_for_go_by_what_is_known(office: Office, count: int) -> None:
    account, service = office.client(), office.service()
    office.work()
    refuse_reading(office, "DocNumber", "4001")
    invoices = [office.invoice(account, service, hurry=False) for _ in range(count)]
    office.settle()
    assert {office.state("invoice", invoice) for invoice in invoices} == {"synced"}
    assert office.connection().failures == 0


def test_changes_are_read_where_one_kind_of_document_is_refused(office: Office) -> None:
    """Some plan has none of them, and change data capture refuses all for its sake."""
    made = office.one_of_each()
    office.work()
    refuse_reading(office, "RefundReceipt")
    fields = {"CustomerMemo": {"value": "Thanks"}}
    office.control(
        "objects/update",
        entity="Invoice",
        id=office.quickbooks_id("invoice", made["invoice"]),
        fields=fields,
    )
    poll(office)
    assert office.only_issue().cause == "edited"
    assert office.connection().changes_due_at is None
    assert office.state("refund", made["refund"]) == "synced"
