"""A company is emptied in QuickBooks, and gives the ids of our objects to other ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import true

from tests.quickbooks.office import DAY, Json, Office
from webapp.extensions import db
from webapp.models import Connection, Link, Service
from webapp.models.connection import CONNECTED, SIGN_IN_AGAIN
from webapp.quickbooks import bulk, connection
from webapp.quickbooks.actions import ActionRefused
from webapp.quickbooks.payloads import ENTITIES

DOCUMENTS = ("invoice", "payment", "refund", "expense")


def reset(office: Office) -> None:
    """The company is emptied; somebody else's objects get the ids that ours had."""
    ours = {entity: {str(o["Id"]) for o in office.objects(entity)} for entity in STRANGERS}
    office.control("companies/reset", signs_out=True)
    office.control("preferences", CustomTxnNumbers=True)
    for entity, make in STRANGERS.items():
        while len(found := office.objects(entity)) < len(ours[entity]):
            make(office, len(found))
    for entity, ids in ours.items():
        assert ids <= {str(o["Id"]) for o in office.objects(entity)}, entity


def _strange_invoice(office: Office, number: int) -> None:
    office.invoice_of_theirs(f"X-{number}")


def _strange_payment(office: Office, number: int) -> None:
    customer = {"value": office.objects("Customer")[0]["Id"]}
    office.create_theirs("Payment", CustomerRef=customer, TotalAmt=7 + number, TxnDate=DAY)


def _strange_refund(office: Office, number: int) -> None:
    made = office.objects("Invoice")[0]
    deposit = {"value": office.account_called("Undeposited Funds")}
    office.create_theirs(
        "RefundReceipt",
        CustomerRef=made["CustomerRef"],
        DepositToAccountRef=deposit,
        TxnDate=DAY,
        Line=[line for line in made["Line"] if "SalesItemLineDetail" in line],
    )


def _strange_expense(office: Office, number: int) -> None:
    spent = {"AccountRef": {"value": office.account_called("Bank Charges")}}
    line = {"Amount": 9, "DetailType": "AccountBasedExpenseLineDetail"}
    office.create_theirs(
        "Purchase",
        AccountRef={"value": office.account_called("Checking")},
        PaymentType="Cash",
        TxnDate=DAY,
        Line=[{**line, "AccountBasedExpenseLineDetail": spent}],
    )


def _strange_customer(office: Office, number: int) -> None:
    office.create_theirs("Customer", DisplayName=f"Stranger {number}")


def _strange_item(office: Office, number: int) -> None:
    income = {"value": office.account_called("Services")}
    office.create_theirs("Item", Name=f"Thing {number}", Type="Service", IncomeAccountRef=income)


STRANGERS: dict[str, Callable[[Office, int], None]] = {
    "Customer": _strange_customer,
    "Item": _strange_item,
    "Invoice": _strange_invoice,
    "Payment": _strange_payment,
    "RefundReceipt": _strange_refund,
    "Purchase": _strange_expense,
}


def strangers(office: Office) -> dict[str, list[Json]]:
    return {entity: office.objects(entity) for entity in STRANGERS}


def refused(office: Office, made: dict[str, int]) -> None:
    """Work goes on until QuickBooks tells of the reset: every record changes here."""
    office.change("invoice", made["invoice"], memo="Changed after the reset")
    office.work()
    assert office.connection().state == SIGN_IN_AGAIN


def reconnect(office: Office, set_up: bool = True) -> None:
    token = office.control("refresh-token")["refresh_token"]
    if set_up:
        office.refresh_token = token
        office.connect()
        return
    with office.database():
        from webapp.quickbooks import oauth

        connection.connect(office.firm_id, office.realm_id, oauth.refresh(token))


def resync_all(office: Office, kind: str) -> int:
    with office.database():
        sent = bulk.resync(office.firm_id, kind, true(), None)
        db.session.commit()
        return sent


@pytest.fixture
def made(office: Office) -> dict[str, int]:
    """One record of each kind, in QuickBooks."""
    made = office.one_of_each()
    office.settle()
    office.require_order()
    return made


def test_nobody_elses_object_is_touched(office: Office, made: dict[str, int]) -> None:
    reset(office)
    before = strangers(office)
    refused(office, made)
    office.remove("expense", made["expense"])
    for kind in ("account", "service"):
        office.change(kind, made[kind], name=f"New name of {kind}")
    reconnect(office)
    office.settle()
    after = strangers(office)
    for entity, objects in before.items():
        assert [o for o in after[entity] if o in objects] == objects, entity


def test_lost_documents_are_asked_about_and_not_made_again(
    office: Office, made: dict[str, int]
) -> None:
    reset(office)
    refused(office, made)
    reconnect(office)
    office.settle()
    found = {(issue.kind, issue.cause) for issue in office.issues()}
    assert found == {(kind, "lost_in_reset") for kind in DOCUMENTS}
    office.change("invoice", made["invoice"], memo="Changed again")
    office.settle()
    office.later(10_000)
    office.settle()
    for kind in DOCUMENTS:
        assert office.quickbooks_id(kind, made[kind]) is None
        assert office.state(kind, made[kind]) == "failed"
    assert office._marked("Invoice") == {}


def test_clients_and_services_are_matched_anew(office: Office, made: dict[str, int]) -> None:
    reset(office)
    theirs = office.create_theirs("Customer", DisplayName="Ada Byron")
    refused(office, made)
    reconnect(office)
    office.settle()
    assert office.quickbooks_id("account", made["account"]) == str(theirs["Id"])
    assert office.theirs("service", made["service"])["Name"] == "Bookkeeping"


def test_one_click_for_each_list_makes_them_again(office: Office, made: dict[str, int]) -> None:
    reset(office)
    refused(office, made)
    reconnect(office)
    office.settle()
    for kind in DOCUMENTS:
        assert resync_all(office, kind) == 1
    office.settle()
    assert office.issues() == []
    office.require_order()
    for kind in DOCUMENTS:
        assert office.theirs(kind, made[kind])["PrivateNote"].startswith("cuadra:"), ENTITIES[kind]


def test_one_of_them_can_be_left_out(office: Office, made: dict[str, int]) -> None:
    reset(office)
    refused(office, made)
    reconnect(office)
    office.settle()
    office.act(office.issues("expense")[0], "leave-out")
    office.change("expense", made["expense"], description="Changed")
    office.settle()
    assert office.state("expense", made["expense"]) == "off"
    assert office.issues("expense") == []


def test_set_up_is_asked_for_again_and_nothing_sent_before(
    office: Office, made: dict[str, int]
) -> None:
    with office.database():
        chosen = office.account_called("Services")
        db.session.get_one(Service, made["service"]).income_account_id = chosen
        db.session.commit()
    reset(office)
    refused(office, made)
    sent = len(office.ledger())
    reconnect(office, set_up=False)
    office.work(3)
    kept = office.connection()
    assert (kept.state, kept.set_up_at, kept.accounts) == (CONNECTED, None, {})
    assert len(office.ledger()) == sent
    with office.database():
        assert db.session.get_one(Service, made["service"]).income_account_id is None


def test_the_page_may_be_disconnected_in_between(office: Office, made: dict[str, int]) -> None:
    reset(office)
    refused(office, made)
    with office.database():
        connection.disconnect(Connection.of(office.firm_id))
    reconnect(office)
    office.settle()
    assert {issue.cause for issue in office.issues()} == {"lost_in_reset"}


def test_an_unanswered_create_is_planned_anew(office: Office, made: dict[str, int]) -> None:
    """What was composed for the former company names its customer by an id of then."""
    office.fault("reset", entity="Invoice", operation="create", times=1)
    late = office.invoice(made["account"], made["service"], number="L-1")
    office.work()
    reset(office)
    before = strangers(office)
    office.later(130)
    office.work()
    assert office.connection().state == SIGN_IN_AGAIN
    reconnect(office)
    office.settle()
    customer = office.quickbooks_id("account", made["account"])
    assert office.theirs("invoice", late)["CustomerRef"]["value"] == customer
    names = {o["Id"]: o["DisplayName"] for o in office.objects("Customer")}
    assert names[customer] == "Ada Byron"
    for entity, objects in before.items():
        assert [o for o in strangers(office)[entity] if o in objects] == objects, entity


def test_what_was_not_there_yet_goes_by_itself(office: Office, made: dict[str, int]) -> None:
    """A payment entered after the reset, for an invoice that was lost: it waits for that."""
    reset(office)
    refused(office, made)
    payment = office.payment(made["invoice"], "5.00")
    fresh = office.invoice(made["account"], made["service"], number="F-1")
    reconnect(office)
    office.settle()
    assert office.state("invoice", fresh) == "synced"
    assert office.state("payment", payment) == "waiting"
    office.act(office.issues("invoice")[0], "resync")
    office.settle()
    assert office.state("payment", payment) == "synced"


def test_a_restored_issue_offers_no_object_of_before(office: Office, made: dict[str, int]) -> None:
    """To link by hand what was compared before would take a stranger's invoice."""
    office.invoice_of_theirs("T-1")
    own = office.invoice(made["account"], made["service"], number="T-1", allow_duplicate=True)
    office.settle()
    told = office.only_issue()
    assert told.theirs is not None
    office.act(told, "ignore")
    office.control("companies/reset", signs_out=True)
    refused(office, made)
    reconnect(office)
    office.settle()
    office.act(told, "restore")
    with pytest.raises(ActionRefused):
        office.act(told, "link", quickbooks_id=str(told.theirs["Id"]))
    office.act(told, "resync")
    office.settle()
    assert office.state("invoice", own) == "synced"


def test_a_sign_in_that_was_only_lost_cuts_nothing(office: Office, made: dict[str, int]) -> None:
    linked = office.count(Link)
    office.control("disconnect")
    office.change("account", made["account"], name="Ada King")
    office.work()
    assert office.connection().state == SIGN_IN_AGAIN
    reconnect(office)
    office.settle()
    assert office.count(Link, Link.quickbooks_id.is_not(None)) == linked
    assert office.issues() == []


def test_the_set_up_page_says_what_happened(office: Office, made: dict[str, int], app: Any) -> None:
    from tests.quickbooks.test_connecting import BASE, sign_in

    reset(office)
    refused(office, made)
    reconnect(office, set_up=False)
    client = sign_in(app, office.firm_id)
    text = client.get(f"{BASE}/set-up").text
    assert "The QuickBooks company was reset" in text
    assert "4 documents that it lost become errors" in text
