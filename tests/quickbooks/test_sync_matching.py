"""Whom a client or a service is linked with by itself, and when a person is asked."""

from __future__ import annotations

import pytest

from tests.quickbooks.office import MakeOffice, Office
from webapp.quickbooks.actions import ActionRefused


@pytest.fixture
def apart(make_office: MakeOffice) -> Office:
    """Not connected yet: the company can be furnished first."""
    return make_office(connected=False)


@pytest.mark.parametrize("ours", ["Ada Byron", "ada  byron", "ADA BYRON"])
def test_same_name_after_folding_is_linked_without_a_write(apart: Office, ours: str) -> None:
    theirs = apart.create_theirs("Customer", DisplayName="Ada Byron")
    before = len(apart.ledger(entity="Customer"))
    apart.connect("ask")
    account = apart.client(ours)
    apart.work()
    assert apart.quickbooks_id("account", account) == theirs["Id"]
    assert apart.state("account", account) == "synced"
    assert len(apart.ledger(entity="Customer")) == before
    assert ("link", "linked") in apart.attempts("account", account)


def test_name_that_differs_in_an_accent_is_asked_about(apart: Office) -> None:
    apart.create_theirs("Customer", DisplayName="Ada Byrón")
    apart.connect("ask")
    apart.client("Ada Byron")
    apart.work()
    assert apart.only_issue().cause == "no_customer"


def test_conflicting_email_is_asked_about(apart: Office) -> None:
    apart.create_theirs(
        "Customer", DisplayName="Ada Byron", PrimaryEmailAddr={"Address": "other@example.com"}
    )
    apart.connect("ask")
    account = apart.client(email="ada@example.com")
    apart.work()
    assert apart.only_issue().cause == "account_conflict"
    assert apart.link("account", account) is None


def test_second_account_of_a_name_does_not_get_the_same_customer(apart: Office) -> None:
    theirs = apart.create_theirs("Customer", DisplayName="Ada Byron")
    apart.connect("create")
    first, second = apart.client("Ada Byron"), apart.client("ada byron")
    apart.work()
    assert apart.quickbooks_id("account", first) == theirs["Id"]
    assert apart.link("account", second) is None
    assert apart.only_issue().cause == "customer_linked_elsewhere"


def test_inactive_customer_is_not_linked_by_itself(apart: Office) -> None:
    theirs = apart.create_theirs("Customer", DisplayName="Ada Byron")
    apart.control("objects/inactivate", entity="Customer", id=theirs["Id"])
    apart.connect("ask")
    apart.client()
    apart.work()
    assert apart.only_issue().cause == "no_customer"


def test_unknown_client_is_created_where_the_firm_chose_that(office: Office) -> None:
    account = office.client()
    office.work()
    assert office.theirs("account", account)["DisplayName"] == "Ada Byron"


def test_name_of_a_vendor_is_asked_about(apart: Office) -> None:
    apart.create_theirs("Vendor", DisplayName="Ada Byron")
    apart.connect("create")
    apart.client()
    apart.work()
    assert apart.only_issue().cause == "name_taken"


@pytest.mark.parametrize("action", ["reactivate", "link"])
def test_id_of_no_said_kind_is_not_taken_for_a_customers(office: Office, action: str) -> None:
    """6240 may end with "Id=": of the vendor or employee, whose numbers are a customer's as well
    (Intuit: ids are unique by entity)."""
    stranger = office.create_theirs("Customer", DisplayName="Somebody Else")
    said = f"The name supplied already exists. : Id={stranger['Id']}"
    office.fault("fault", entity="Customer", code="6240", message="Duplicate Name", detail=said)
    account = office.client()
    office.work()
    with pytest.raises(ActionRefused):
        office.act(office.only_issue(), action)
    assert office.link("account", account) is None


def test_inactive_customer_that_still_blocks_its_name_comes_back_by_a_click(office: Office) -> None:
    theirs = office.create_theirs("Customer", DisplayName="Ada Byron", Active=False)
    assert theirs["DisplayName"] == "Ada Byron (deleted)"
    office.fault("fault", entity="Customer", code="6240", message="Duplicate Name", detail="Taken")
    account = office.client("Ada Byron")
    office.work()
    office.act(office.only_issue(), "reactivate")
    office.settle()
    assert office.quickbooks_id("account", account) == theirs["Id"]
    found = office.object("Customer", theirs["Id"])
    assert (found["DisplayName"], found["Active"]) == ("Ada Byron", True)


def test_service_is_linked_with_the_item_of_its_name(apart: Office) -> None:
    income = {"value": apart.account_called("Services")}
    theirs = apart.create_theirs(
        "Item", Name="Bookkeeping", Type="Service", IncomeAccountRef=income, UnitPrice=99
    )
    apart.connect("create")
    service = apart.service()
    apart.work()
    assert apart.quickbooks_id("service", service) == theirs["Id"]
    assert apart.object("Item", theirs["Id"])["UnitPrice"] == 99


def test_service_whose_name_a_category_has_is_asked_about(apart: Office) -> None:
    apart.create_theirs("Item", Name="Bookkeeping", Type="Category")
    apart.connect("create")
    apart.service()
    apart.work()
    assert apart.only_issue().cause == "service_name_taken"


def test_line_without_a_service_is_asked_about(office: Office) -> None:
    account = office.client()
    office.invoice(account, 0, lines=[{"description": "Advice", "rate": "10.00"}])
    office.work()
    assert office.only_issue().cause == "line_without_service"
    assert office.ledger(entity="Invoice") == []
