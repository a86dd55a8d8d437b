"""An update says what is new here, empties what was emptied here, and undoes nobody's work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks.listening import poll
from tests.quickbooks.office import Json, MakeOffice, Office
from webapp.extensions import db
from webapp.models import Account, Entry


def sale(office: Office, **data: Any) -> int:
    return office.invoice(office.client(), office.service(), **data)


def edit(office: Office, kind: str, record: int, entity: str, **fields: Any) -> None:
    """A person in QuickBooks changes the record's object."""
    id_ = office.quickbooks_id(kind, record)
    office.control("objects/update", entity=entity, id=id_, fields=fields)


def sales_lines(body: Json) -> list[Json]:
    return [line for line in body["Line"] if "SalesItemLineDetail" in line]


# -- emptied here ----------------------------------------------------------------------------------


def test_payment_taken_off_its_invoice_is_unapplied_there(office: Office) -> None:
    invoice = sale(office)
    payment = office.payment(invoice, reference="CH-1", method="check")
    office.work()
    office.change("payment", payment, invoice=None, reference=None, method="other")
    office.work()
    theirs = office.theirs("payment", payment)
    assert (theirs["Line"], theirs["UnappliedAmt"]) == ([], 100)
    assert {"PaymentRefNum", "PaymentMethodRef"}.isdisjoint(theirs)
    assert office.theirs("invoice", invoice)["Balance"] == 240
    assert office.state("payment", payment) == "synced"
    poll(office)
    assert office.issues() == []


def test_emptied_texts_and_due_date_are_empty_there(office: Office) -> None:
    account = office.client(email="ada@example.com")
    service = office.service(description="By the hour")
    invoice = office.invoice(account, service, memo="Old memo", due_date="2026-12-20")
    office.work()
    office.change("invoice", invoice, memo=None, due_date=None)
    office.change("account", account, email=None)
    office.change("service", service, description=None)
    office.work()
    theirs = office.theirs("invoice", invoice)
    assert not theirs.get("CustomerMemo", {}).get("value")
    assert theirs.get("DueDate") != "2026-12-20"
    assert "PrimaryEmailAddr" not in office.theirs("account", account)
    assert "Description" not in office.theirs("service", service)
    poll(office)
    assert office.issues() == []


def test_lost_answer_to_an_emptying_is_found_carried_out(office: Office) -> None:
    invoice = sale(office, memo="Old memo")
    office.work()
    office.fault("commit_then_drop", entity="Invoice", operation="update", times=1)
    office.change("invoice", invoice, memo=None)
    office.settle()
    assert office.state("invoice", invoice) == "synced"
    assert office.issues() == []
    assert [entry["operation"] for entry in office.ledger(entity="Invoice")] == ["create", "update"]


# -- theirs ----------------------------------------------------------------------------------------


def test_item_linked_by_its_name_keeps_what_is_its_own(office: Office) -> None:
    sales = office.account_called("Sales of Product Income")
    item = office.create_theirs(
        "Item",
        Name="Tax return",
        Type="Service",
        IncomeAccountRef={"value": sales},
        UnitPrice=90,
        Description="Theirs",
    )
    poll(office)
    service = office.service("Tax return", rate="120.00", description="Ours")
    office.work()
    assert office.quickbooks_id("service", service) == item["Id"]
    office.change("service", service, rate="130.00")
    office.work()
    now = office.theirs("service", service)
    assert (now["UnitPrice"], now["Description"]) == (130, "Theirs")
    assert now["IncomeAccountRef"]["value"] == sales


@pytest.mark.parametrize("theirs", [None, "Byron Holding"])
def test_company_name_goes_along_while_it_is_ours(office: Office, theirs: str | None) -> None:
    account = office.client("Ada Byron", account_kind="business")
    office.work()
    if theirs:
        edit(office, "account", account, "Customer", CompanyName=theirs)
        poll(office)
    office.change("account", account, name="Ada Lovelace")
    office.work()
    now = office.theirs("account", account)
    assert (now["DisplayName"], now["CompanyName"]) == ("Ada Lovelace", theirs or "Ada Lovelace")
    assert office.issues() == []


def test_price_that_came_to_theirs_here_and_left_it_again_is_sent(office: Office) -> None:
    item = {"Name": "Tax return", "Type": "Service", "UnitPrice": 90}
    income = {"value": office.account_called("Services")}
    office.create_theirs("Item", **item, IncomeAccountRef=income)
    poll(office)
    service = office.service("Tax return", rate="120.00")
    office.work()
    office.change("service", service, rate="90.00")
    office.work()
    office.change("service", service, rate="120.00")
    office.work()
    assert office.theirs("service", service)["UnitPrice"] == 120


def test_amount_that_a_deposit_kept_stays_when_something_else_changes(office: Office) -> None:
    payment = office.payment(sale(office), "100.00")
    office.work()
    office.fault("fault", entity="Payment", operation="update", code="6540", times=1)
    office.change("payment", payment, amount="120.00")
    office.work()
    office.act(office.only_issue(), "keep-theirs")
    office.change("payment", payment, reference="CH-9")
    office.work()
    theirs = office.theirs("payment", payment)
    assert (theirs["TotalAmt"], theirs["PaymentRefNum"]) == (100, "CH-9")
    assert office.issues() == []


def test_customer_linked_by_a_person_keeps_its_name_and_company(make_office: MakeOffice) -> None:
    office = make_office("ask")
    theirs = office.create_theirs("Customer", DisplayName="Byron & Co", CompanyName="Byron LLC")
    poll(office)
    account = office.client("Ada Byron")
    with office.database():
        db.session.get_one(Account, account).account_kind = "business"
        db.session.commit()
    office.work()
    office.act(office.only_issue(), "link", quickbooks_id=theirs["Id"])
    office.change("account", account, email="ada@example.com")
    office.work()
    now = office.theirs("account", account)
    assert (now["DisplayName"], now["CompanyName"]) == ("Byron & Co", "Byron LLC")
    assert now["PrimaryEmailAddr"] == {"Address": "ada@example.com"}


def test_note_and_lines_that_people_added_outlive_a_change_here(office: Office) -> None:
    invoice = sale(office)
    office.work()
    theirs = office.theirs("invoice", invoice)
    [line] = sales_lines(theirs)
    line["SalesItemLineDetail"]["ServiceDate"] = "2026-11-01"
    note = theirs["PrivateNote"] + "\nAgreed by phone"
    edit(office, "invoice", invoice, "Invoice", Line=[line], PrivateNote=note)
    poll(office)
    assert office.issues() == []
    office.change("invoice", invoice, memo="Thanks")
    office.work()
    now = office.theirs("invoice", invoice)
    assert now["PrivateNote"] == note
    assert sales_lines(now)[0]["SalesItemLineDetail"]["ServiceDate"] == "2026-11-01"
    assert now["CustomerMemo"] == {"value": "Thanks"}


@pytest.mark.parametrize("change", ["quantity", "text line"])
def test_line_changed_there_becomes_an_issue(office: Office, change: str) -> None:
    invoice = sale(office)
    office.work()
    lines = sales_lines(office.theirs("invoice", invoice))
    if change == "quantity":
        lines[0]["SalesItemLineDetail"] |= {"Qty": 1, "UnitPrice": 240}
    else:
        text = {"DetailType": "DescriptionOnly", "Description": "Typed there"}
        lines.append({**text, "DescriptionLineDetail": {}})
    edit(office, "invoice", invoice, "Invoice", Line=lines)
    poll(office)
    issue = office.only_issue()
    assert (issue.cause, issue.facts["field"]) == ("edited", "quantities")
    office.change("invoice", invoice, memo="Thanks")
    office.work()
    assert office.only_issue().cause == "edited"
    assert "CustomerMemo" not in office.theirs("invoice", invoice)


def test_account_of_a_fee_changed_there_becomes_an_issue_and_may_stay(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    travel = office.account_called("Travel")
    lines = office.theirs("expense", made["expense"])["Line"]
    lines[0]["AccountBasedExpenseLineDetail"]["AccountRef"] = {"value": travel}
    edit(office, "expense", made["expense"], "Purchase", Line=lines)
    poll(office)
    issue = office.only_issue()
    assert (issue.cause, issue.facts["field"]) == ("edited", "expense_lines")
    office.act(issue, "keep-theirs")
    office.change("expense", made["expense"], date="2026-11-21")
    office.work()
    now = office.theirs("expense", made["expense"])
    assert now["TxnDate"] == "2026-11-21"
    assert now["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"]["value"] == travel


def test_edit_that_was_kept_outlives_a_change_of_something_else(office: Office) -> None:
    invoice = sale(office)
    office.work()
    edit(office, "invoice", invoice, "Invoice", TxnDate="2026-11-25", DueDate="2026-12-24")
    poll(office)
    office.act(office.only_issue(), "keep-theirs")
    office.change("invoice", invoice, memo="Thanks")
    office.work()
    now = office.theirs("invoice", invoice)
    assert (now["TxnDate"], now["DueDate"]) == ("2026-11-25", "2026-12-24")
    assert now["CustomerMemo"] == {"value": "Thanks"}
    office.change("invoice", invoice, date="2026-11-28")
    office.work()
    assert office.theirs("invoice", invoice)["TxnDate"] == "2026-11-28"


def test_invoice_linked_by_a_person_keeps_what_ours_never_said(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.invoice_of_theirs("1042")
    invoice = office.invoice(account, service, number="1042")
    office.work()
    office.act(office.only_issue(), "link")
    office.change("invoice", invoice, memo="Thanks")
    office.work()
    now = office.theirs("invoice", invoice)
    assert (now["TotalAmt"], now["TxnDate"], now["CustomerMemo"]["value"]) == (
        75,
        "2026-11-19",
        "Thanks",
    )


def test_change_that_is_none_for_quickbooks_is_not_sent(office: Office) -> None:
    account = office.client()
    office.work()
    with office.database():
        record = db.session.get_one(Account, account)
        record.version += 1
        Entry.ask(record)
        db.session.commit()
    office.work()
    assert office.state("account", account) == "synced"
    assert [entry["operation"] for entry in office.ledger(entity="Customer")] == ["create"]
