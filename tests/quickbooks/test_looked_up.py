"""What a look-up may conclude from what QuickBooks shows, and does not show."""

from __future__ import annotations

import pytest

from tests.quickbooks.listening import poll
from tests.quickbooks.office import Office
from tests.sandbox_process import Switch


@pytest.fixture
def lagging(office: Office, switch: Switch) -> dict[str, int]:
    """One synced record of each kind, by kind; from now on no query shows any of them."""
    made = office.one_of_each()
    office.work()
    switch(query_lag_s=3600)
    return made


def unanswered(office: Office, entity: str, operation: str) -> None:
    """The next such write is not carried out, and nobody says so."""
    office.fault("status", entity=entity, operation=operation, status=503, times=1)


def test_delete_is_not_done_because_a_query_shows_nothing(
    office: Office, lagging: dict[str, int]
) -> None:
    unanswered(office, "Purchase", "delete")
    office.remove("expense", lagging["expense"])
    office.settle()
    assert office.objects("Purchase") == []
    assert office.entry("expense", lagging["expense"]).state == "done"


def test_update_of_what_a_query_does_not_show_goes_again(
    office: Office, lagging: dict[str, int]
) -> None:
    unanswered(office, "Invoice", "update")
    office.change("invoice", lagging["invoice"], memo="Thank you")
    office.settle()
    assert office.issues() == []
    assert office.theirs("invoice", lagging["invoice"])["CustomerMemo"] == {"value": "Thank you"}


def test_update_of_what_was_deleted_meanwhile_is_told(
    office: Office, lagging: dict[str, int]
) -> None:
    theirs = office.quickbooks_id("refund", lagging["refund"])
    office.control("objects/delete", entity="RefundReceipt", id=theirs)
    unanswered(office, "RefundReceipt", "update")
    office.change("refund", lagging["refund"], amount="20.00")
    office.settle()
    assert office.only_issue().cause == "record_deleted"


# -- strangers of the same name --------------------------------------------------------------------


def typed_meanwhile(office: Office, entity: str, **fields: object) -> str:
    """An object that somebody made over there before we looked; its id."""
    return str(office.create_theirs(entity, **fields)["Id"])


def test_customer_of_another_address_is_not_taken_for_ours(office: Office) -> None:
    unanswered(office, "Customer", "create")
    account = office.client("Ada Byron", email="ada@byron.example")
    office.work()
    address = {"Address": "ada@stranger.example"}
    typed_meanwhile(office, "Customer", DisplayName="Ada Byron", PrimaryEmailAddr=address)
    office.settle()
    assert office.link("account", account) is None
    assert office.only_issue().cause == "name_taken"


def test_item_that_is_no_service_is_not_taken_for_ours(office: Office) -> None:
    unanswered(office, "Item", "create")
    service = office.service("Consulting")
    office.work()
    income = {"value": office.account_called("Services")}
    typed_meanwhile(office, "Item", Name="Consulting", Type="NonInventory", IncomeAccountRef=income)
    office.settle()
    assert office.link("service", service) is None
    assert office.only_issue().cause == "service_name_taken"


def test_customer_whose_address_does_not_contradict_is_found(office: Office) -> None:
    unanswered(office, "Customer", "create")
    account = office.client("Ada Byron", email="ada@byron.example")
    office.work()
    theirs = typed_meanwhile(office, "Customer", DisplayName="Ada Byron")
    office.settle()
    assert office.issues() == []
    assert office.quickbooks_id("account", account) == theirs


def test_our_customer_is_found_though_its_address_was_changed_over_there(office: Office) -> None:
    office.fault("commit_then_drop", entity="Customer", operation="create", times=1)
    account = office.client("Ada Byron", email="ada@byron.example")
    office.work()
    made = office.objects("Customer")[0]["Id"]
    address = {"PrimaryEmailAddr": {"Address": "ada@lovelace.example"}}
    office.control("objects/update", entity="Customer", id=made, fields=address)
    office.settle()
    assert office.issues() == []
    assert office.quickbooks_id("account", account) == made


# -- found, and edited since -----------------------------------------------------------------------


def theirs_only(office: Office, memo: str) -> None:
    """Somebody edits the company's one invoice."""
    (theirs,) = office.objects("Invoice")
    fields = {"CustomerMemo": {"value": memo}}
    office.control("objects/update", entity="Invoice", id=theirs["Id"], fields=fields)


@pytest.mark.parametrize("lost", ["create", "update"])
def test_edit_before_the_lost_answer_is_looked_for_is_told(office: Office, lost: str) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("commit_then_drop", entity="Invoice", operation=lost, times=1)
    invoice = office.invoice(account, service, memo="Ours")
    office.work()
    if lost == "update":
        office.change("invoice", invoice, number="7001")
        office.work()
    theirs_only(office, "Theirs")
    office.settle()
    issue = office.only_issue()
    assert (issue.cause, issue.facts["field"]) == ("edited", "memo")
    assert office.theirs("invoice", invoice)["CustomerMemo"] == {"value": "Theirs"}
    theirs_only(office, "Ours")
    poll(office)
    assert office.issues() == []
    assert office.state("invoice", invoice) == "synced"


def test_payment_of_an_invoice_before_it_is_looked_for_is_no_edit(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("commit_then_drop", entity="Invoice", operation="create", times=1)
    invoice = office.invoice(account, service)
    office.work()
    (theirs,) = office.objects("Invoice")
    linked = {"TxnId": theirs["Id"], "TxnType": "Invoice"}
    office.create_theirs(
        "Payment",
        CustomerRef=theirs["CustomerRef"],
        TotalAmt=100,
        Line=[{"Amount": 100, "LinkedTxn": [linked]}],
    )
    assert office.object("Invoice", theirs["Id"])["SyncToken"] != "0"
    office.settle()
    assert office.state("invoice", invoice) == "synced"
    assert office.issues() == []
