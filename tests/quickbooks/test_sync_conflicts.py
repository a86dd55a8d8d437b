"""What becomes of a change here when the object was changed, or is gone, over there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks.accents import Accent, Exchange, Proxy
from tests.quickbooks.office import DAY, MakeOffice, Office


def test_change_of_a_paid_invoice_is_sent_with_the_new_token(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    office.change("invoice", made["invoice"], memo="Thank you")
    office.work()
    outcomes = [e["outcome"] for e in office.ledger(entity="Invoice", operation="update")]
    assert outcomes[-2:] == ["5010", "ok"]
    assert office.theirs("invoice", made["invoice"])["CustomerMemo"] == {"value": "Thank you"}
    assert office.issues() == []


def test_persons_edit_is_not_overwritten_but_shown(office: Office) -> None:
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service)
    office.work()
    theirs = office.quickbooks_id("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=theirs, amount=999)
    office.change("invoice", invoice, memo="Thank you")
    office.work()
    issue = office.only_issue()
    assert issue.cause == "edited"
    assert issue.theirs is not None
    assert issue.theirs["TotalAmt"] in (999, "999", "999.0", "999.00")
    assert office.object("Invoice", theirs)["TotalAmt"] == 999


@pytest.mark.parametrize("removed", [False, True], ids=["changed here", "removed here"])
@pytest.mark.parametrize("other", ["customer", "number"])
def test_object_that_is_plainly_not_ours_any_more_is_left_alone(
    office: Office, other: str, removed: bool
) -> None:
    """Under our id there is now somebody else's invoice."""
    invoice = office.invoice(office.client(), office.service())
    office.work()
    theirs = office.quickbooks_id("invoice", invoice)
    stranger = office.create_theirs("Customer", DisplayName="A stranger")
    fields = {
        "customer": {"CustomerRef": {"value": stranger["Id"]}},
        "number": {"DocNumber": "S-1"},
    }[other]
    office.control("objects/update", entity="Invoice", id=theirs, fields=fields)
    before = office.object("Invoice", theirs)
    if removed:
        office.remove("invoice", invoice)
    else:
        office.change("invoice", invoice, memo="Thank you")
    office.work()
    assert office.only_issue().cause == "edited"
    assert office.object("Invoice", theirs) == before


def changed_on_both_sides(office: Office) -> tuple[int, str]:
    """An invoice of 240.00 that somebody made 999.00 over there; its id here and there."""
    invoice = office.invoice(office.client(), office.service())
    office.work()
    theirs = office.quickbooks_id("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=theirs, amount=999)
    office.change("invoice", invoice, memo="Thank you")
    office.work()
    return invoice, theirs


def test_send_ours_overwrites_the_edit_that_was_seen(office: Office) -> None:
    _, theirs = changed_on_both_sides(office)
    office.act(office.only_issue(), "send-ours")
    office.work()
    assert office.object("Invoice", theirs)["TotalAmt"] == 240
    assert office.issues() == []


def test_send_ours_does_not_overwrite_a_newer_edit(office: Office) -> None:
    _, theirs = changed_on_both_sides(office)
    office.control("objects/amount", entity="Invoice", id=theirs, amount=1000)
    office.act(office.only_issue(), "send-ours")
    office.work()
    assert office.object("Invoice", theirs)["TotalAmt"] == 1000
    assert office.only_issue().cause == "edited"


def test_keep_theirs_leaves_both_as_they_are(office: Office) -> None:
    invoice, theirs = changed_on_both_sides(office)
    office.act(office.only_issue(), "keep-theirs")
    office.settle()
    assert office.object("Invoice", theirs)["TotalAmt"] == 999
    assert office.state("invoice", invoice) == "synced"


def test_change_of_a_deleted_payment_is_asked_about(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    theirs = office.quickbooks_id("payment", made["payment"])
    office.control("objects/delete", entity="Payment", id=theirs)
    office.change("payment", made["payment"], reference="CH-77")
    office.work()
    assert office.only_issue().cause == "record_deleted"


def test_recreate_makes_a_new_object_for_a_deleted_one(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    before = office.quickbooks_id("payment", made["payment"])
    office.control("objects/delete", entity="Payment", id=before)
    office.change("payment", made["payment"], reference="CH-77")
    office.work()
    office.act(office.only_issue(), "recreate")
    office.work()
    assert office.quickbooks_id("payment", made["payment"]) != before
    assert [p["PaymentRefNum"] for p in office.objects("Payment")] == ["CH-77"]
    office.require_order()


def test_deleting_what_is_gone_already_is_done(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    theirs = office.quickbooks_id("refund", made["refund"])
    office.control("objects/delete", entity="RefundReceipt", id=theirs)
    office.remove("refund", made["refund"])
    office.work()
    assert office.entry("refund", made["refund"]).state == "done"
    assert office.issues() == []


def test_answer_with_another_total_opens_an_issue(office: Office) -> None:
    """A company that adds tax of its own to lines it thinks taxable."""
    account, service = office.client(), office.service()
    office.work()
    office.fault("commit_then_status", entity="Invoice", status=200, body=changed_invoice(account))
    invoice = office.invoice(account, service)
    office.work()
    issue = office.only_issue()
    assert (issue.cause, issue.facts["field"]) == ("differs", "total")
    assert office.state("invoice", invoice) == "failed"


def answering(field: str, value: Any) -> Accent:
    """QuickBooks drops a payment's field, and puts in its own, if anything."""

    def accent(exchange: Exchange) -> None:
        for found in exchange.objects():
            if exchange.last == "payment" and found.pop(field, None) and value is not None:
                found[field] = value

    return accent


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("DepositToAccountRef", {"value": "404"}, "account"), ("TxnDate", "2026-01-02", "date")],
)
def test_answer_that_books_a_payment_elsewhere_opens_an_issue(
    proxy: Proxy, make_office: MakeOffice, field: str, value: Any, told: str
) -> None:
    office = make_office()
    payment = office.payment(office.invoice(office.client(), office.service()))
    proxy.accents = (answering(field, value),)
    office.work()
    issue = office.only_issue()
    assert (issue.cause, issue.facts["field"]) == ("differs", told)
    assert office.state("payment", payment) == "failed"


@pytest.mark.parametrize(
    ("field", "value"),
    [("DepositToAccountRef", None), ("TxnDate", None), ("TxnDate", f"{DAY}-08:00")],
)
def test_answer_that_says_no_other_account_or_day_is_a_yes(
    proxy: Proxy, make_office: MakeOffice, field: str, value: Any
) -> None:
    office = make_office()
    payment = office.payment(office.invoice(office.client(), office.service()))
    proxy.accents = (answering(field, value),)
    office.work()
    assert office.issues() == []
    assert office.state("payment", payment) == "synced"


def changed_invoice(_account: int) -> str:
    """An answer whose total is not what was sent; the object is in the books all the same."""
    return (
        '{"Invoice": {"Id": "1", "SyncToken": "0", "DocNumber": "1001", "TotalAmt": 259.80,'
        ' "CustomerRef": {"value": "1"}, "Line": []}, "time": "2026-11-20T00:00:00Z"}'
    )


def test_answer_without_the_number_says_so_and_ours_writes_it(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    unnumbered = (
        changed_invoice(account).replace('"DocNumber": "1001", ', "").replace("259.80", "240")
    )
    office.fault("commit_then_status", entity="Invoice", status=200, body=unnumbered)
    invoice = office.invoice(account, service)
    office.work()
    issue = office.only_issue()
    assert issue.cause == "no_number"
    office.act(issue, "send-ours")
    office.settle()
    assert office.state("invoice", invoice) == "synced"


@pytest.mark.parametrize(
    ("paid", "cause", "left"), [(240, "invoice_paid", None), (200, "exceeds_balance", "40.00 USD")]
)
def test_payment_of_what_somebody_recorded_there_names_what_is_left(
    office: Office, paid: int, cause: str, left: str | None
) -> None:
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service)
    office.work()
    link = {"TxnId": office.quickbooks_id("invoice", invoice), "TxnType": "Invoice"}
    office.create_theirs(
        "Payment",
        CustomerRef={"value": office.quickbooks_id("account", account)},
        TotalAmt=paid,
        Line=[{"Amount": paid, "LinkedTxn": [link]}],
    )
    office.payment(invoice, "100.00")
    office.work()
    issue = office.only_issue()
    assert (issue.cause, issue.facts.get("theirs")) == (cause, left)
    assert issue.theirs is None  # the invoice is no counterpart to compare the payment with


def test_refused_change_of_a_payment_is_not_blamed_on_its_own_amount(office: Office) -> None:
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service)
    payment = office.payment(invoice, "240.00")
    office.work()
    office.fault("fault", entity="Payment", code="6000", detail="more than the open balance")
    office.change("payment", payment, amount="230.00")
    office.work()
    assert office.only_issue().cause == "exceeds_balance"


def test_voiding_what_was_voided_there_already_is_done(office: Office) -> None:
    invoice = office.invoice(office.client(), office.service())
    office.work()
    theirs = office.quickbooks_id("invoice", invoice)
    office.control("objects/void", entity="Invoice", id=theirs)
    office.remove("invoice", invoice)
    office.settle()
    assert office.issues() == []
    assert office.entry("invoice", invoice).state == "done"
    link = office.link("invoice", invoice)
    assert link is not None
    assert link.gone
