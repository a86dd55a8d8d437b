"""What keeps a record from being sent, and what lets it go."""

from __future__ import annotations

import time
from datetime import date
from threading import Thread

from tests.quickbooks.office import Office


def test_document_waits_for_its_client_without_an_issue(make_office) -> None:
    office = make_office(unmatched="ask")
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service)
    payment = office.payment(invoice)
    office.work()
    assert office.state("invoice", invoice) == "waiting"
    assert office.state("payment", payment) == "waiting"
    assert office.only_issue().cause == "no_customer"
    assert office.objects("Invoice") == []


def test_fixing_the_client_releases_what_waited_in_order(make_office) -> None:
    office = make_office(unmatched="ask")
    made = office.one_of_each()
    office.work()
    office.act(office.only_issue(), "create-customer")
    office.work()
    assert {office.state(kind, record) for kind, record in made.items()} == {"synced"}
    assert office.issues() == []
    sent = [e["entity"] for e in office.ledger(outcome="ok")][-5:]
    assert sent[:3] == ["Customer", "Invoice", "Payment"]
    assert set(sent[3:]) == {"RefundReceipt", "Purchase"}
    office.require_order()


def test_linking_the_client_by_hand_releases_what_waited(make_office) -> None:
    office = make_office(unmatched="ask", connected=False)
    theirs = office.create_theirs("Customer", DisplayName="Byron, Ada")
    office.connect("ask")
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service)
    office.work()
    office.act(office.only_issue(), "link", quickbooks_id=theirs["Id"])
    office.work()
    assert office.theirs("invoice", invoice)["CustomerRef"]["value"] == theirs["Id"]
    assert office.object("Customer", theirs["Id"])["DisplayName"] == "Byron, Ada"


def test_account_that_is_not_synced_keeps_its_records_here(office: Office) -> None:
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service)
    payment = office.payment(invoice)
    office.sync_account(account, on=False)
    later = office.payment(invoice, "20.00")
    office.work()
    assert [office.state("payment", p) for p in (payment, later)] == ["off", "off"]
    assert office.state("invoice", invoice) == office.state("account", account) == "off"
    assert office.objects("Customer") == office.objects("Invoice") == []
    assert office.issues() == []


def test_switching_an_account_on_sends_what_was_held(office: Office) -> None:
    account, service = office.client(), office.service()
    office.sync_account(account, on=False)
    invoice = office.invoice(account, service)
    payment = office.payment(invoice)
    office.work()
    office.sync_account(account, on=True)
    office.work()
    assert office.state("invoice", invoice) == office.state("payment", payment) == "synced"
    office.require_order()


def test_account_switched_off_after_it_was_synced_gets_no_more_changes(office: Office) -> None:
    account = office.client()
    office.work()
    office.sync_account(account, on=False)
    office.change("account", account, name="Ada Lovelace")
    office.work()
    assert [c["DisplayName"] for c in office.objects("Customer")] == ["Ada Byron"]


def test_record_dated_before_the_start_stays_out(office: Office) -> None:
    office.set_connection(start_date=date(2026, 11, 21))
    invoice = office.invoice(office.client(), office.service())
    office.work()
    assert office.state("invoice", invoice) == "off"
    assert office.objects("Invoice") == []


def test_payment_of_an_invoice_that_is_rejected_waits(office: Office) -> None:
    account, service = office.client(), office.service()
    office.fault("fault", entity="Invoice", operation="create", code="6210", message="Closed")
    invoice = office.invoice(account, service)
    payment = office.payment(invoice)
    office.work()
    assert office.state("invoice", invoice) == "failed"
    assert office.state("payment", payment) == "waiting"
    assert [issue.cause for issue in office.issues()] == ["closed"]
    office.act(office.only_issue(), "resync")
    office.work()
    assert office.state("payment", payment) == "synced"


def test_account_switched_off_while_its_invoice_is_planned_keeps_it_here(office: Office) -> None:
    """The switch comes between planning the invoice and sending it."""
    account, service = office.client(), office.service()
    office.work()
    office.fault("delay", entity="Invoice", seconds=0.6, times=0)
    invoices = [office.invoice(account, service) for _ in range(4)]  # too few for a batch
    office.app.config["QBO_REQUESTS_PER_SECOND"] = 1  # one on its way, the others planned
    worker = Thread(target=office.work)
    worker.start()
    while not office.ledger(entity="Invoice"):
        time.sleep(0.05)
    office.sync_account(account, on=False)
    worker.join()
    assert len(office.objects("Invoice")) == 1
    assert [office.state("invoice", i) for i in invoices].count("off") == 3


def test_fee_of_a_payment_that_was_removed_before_it_was_sent_does_not_wait(office: Office) -> None:
    invoice = office.invoice(office.client(), office.service())
    payment = office.payment(invoice)
    expense = office.expense(payment)
    office.remove("payment", payment)
    office.settle()
    assert office.state("expense", expense) == "synced"
    assert office.objects("Payment") == []
    office.require_order()


def test_payment_whose_invoice_was_removed_before_it_was_sent_goes_unapplied(
    office: Office,
) -> None:
    invoice = office.invoice(office.client(), office.service())
    payment = office.payment(invoice, "240.00")
    refund = office.refund(payment, "240.00")
    office.remove("invoice", invoice)
    office.settle()
    assert [office.state("payment", payment), office.state("refund", refund)] == ["synced"] * 2
    assert office.theirs("payment", payment)["UnappliedAmt"] == 240
    assert office.objects("Invoice") == []
    office.require_order()
