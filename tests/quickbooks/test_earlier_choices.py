"""Other accounts chosen in set-up are for what comes: what is there stays where it was booked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks.listening import poll
from tests.quickbooks.office import Office
from webapp.quickbooks import roles
from webapp.quickbooks.agreed import agreed, ours_in


def account_of_theirs(office: Office, name: str, type_: str) -> str:
    made = office.create_theirs("Account", Name=name, AccountType=type_)
    poll(office)
    return str(made["Id"])


def choose(office: Office, **accounts: str) -> dict[str, str]:
    """As the page of set-up keeps it; what was chosen before."""
    before = office.connection().accounts
    office.set_connection(accounts={**before, **accounts})
    return before


def deposited_to(office: Office, kind: str, record: int) -> str:
    return str(office.theirs(kind, record)["DepositToAccountRef"]["value"])


@pytest.fixture
def made(office: Office) -> dict[str, int]:
    made = office.one_of_each()
    office.work()
    return made


@pytest.fixture
def savings(office: Office, made: dict[str, int]) -> str:
    return account_of_theirs(office, "Reserve", "Bank")


@pytest.mark.parametrize("change", [{"amount": "90.00"}, {"date": "2026-11-25"}])
def test_edit_of_an_old_payment_leaves_it_in_its_account(
    office: Office, made: dict[str, int], savings: str, change: dict[str, Any]
) -> None:
    payment, before = made["payment"], deposited_to(office, "payment", made["payment"])
    choose(office, clearing=savings, deposit=savings)
    office.change("payment", payment, **change)
    office.work()
    assert office.state("payment", payment) == "synced"
    assert deposited_to(office, "payment", payment) == before
    theirs = office.theirs("payment", payment)
    assert (f"{theirs['TotalAmt']:.2f}", theirs["TxnDate"]) == (
        change.get("amount", "100.00"),
        change.get("date", theirs["TxnDate"]),
    )


def test_change_of_set_up_alone_is_not_sent(
    office: Office, made: dict[str, int], savings: str
) -> None:
    choose(office, clearing=savings, deposit=savings)
    token = office.theirs("payment", made["payment"])["SyncToken"]
    office.change("payment", made["payment"], external_id="ours-1")
    office.work()
    assert office.theirs("payment", made["payment"])["SyncToken"] == token


@pytest.mark.parametrize(("was", "becomes"), [("check", "credit_card"), ("credit_card", "other")])
def test_payment_whose_method_changed_goes_where_set_up_says_now(
    office: Office, was: str, becomes: str
) -> None:
    office.create_theirs("PaymentMethod", Name="Credit Card", Type="CREDIT_CARD")
    poll(office)
    invoice = office.invoice(office.client(), office.service())
    payment = office.payment(invoice, method=was)
    office.work()
    assert office.state("payment", payment) == "synced"
    savings = account_of_theirs(office, "Reserve", "Bank")
    choose(office, **{roles.CLEARING if becomes == "credit_card" else roles.DEPOSIT: savings})
    office.change("payment", payment, method=becomes)
    office.work()
    assert office.issues() == []
    assert deposited_to(office, "payment", payment) == savings
    other = account_of_theirs(office, "Petty cash", "Bank")
    choose(office, clearing=other, deposit=other)
    office.change("payment", payment, date="2026-11-25")
    office.work()
    assert deposited_to(office, "payment", payment) == savings


def test_edit_of_an_old_refund_or_fee_leaves_its_accounts(
    office: Office, made: dict[str, int], savings: str
) -> None:
    travel = office.account_called("Travel")
    vendor = office.create_theirs("Vendor", DisplayName="Square")["Id"]
    before = {kind: office.theirs(kind, made[kind]) for kind in ("refund", "expense")}
    choose(office, clearing=savings, deposit=savings, fee_account=travel, fee_vendor=vendor)
    for kind in before:
        office.change(kind, made[kind], date="2026-11-25")
    office.work()
    for kind, was in before.items():
        now = office.theirs(kind, made[kind])
        assert now["TxnDate"] == "2026-11-25"
        for field in ("DepositToAccountRef", "AccountRef", "EntityRef", "Line"):
            assert now.get(field) == was.get(field)


def test_account_edited_there_is_ours_again_where_a_person_sends_ours(
    office: Office, made: dict[str, int], savings: str
) -> None:
    payment, before = made["payment"], deposited_to(office, "payment", made["payment"])
    id_ = office.quickbooks_id("payment", payment)
    moved = {"DepositToAccountRef": {"value": savings}}
    office.control("objects/update", entity="Payment", id=id_, fields=moved)
    poll(office)
    office.act(office.only_issue(), "send-ours")
    office.work()
    assert deposited_to(office, "payment", payment) == before


def test_account_that_an_answer_contradicts_was_never_set_ups_choice() -> None:
    """QuickBooks said yes and put it elsewhere: ours is still to be sent."""
    theirs, ours = {"account": "undeposited", "total": "1.00"}, {"account": "4", "total": "1.00"}
    assert ours_in(agreed(theirs, ours, except_for=["account"])) == {"total": "1.00"}
