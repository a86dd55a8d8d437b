"""What somebody made in QuickBooks a moment ago, of which no change was read yet."""

from __future__ import annotations

import json

import pytest

from tests.quickbooks.listening import read_count
from tests.quickbooks.office import Office
from webapp.models import Issue
from webapp.quickbooks.actions import ActionRefused

UNKNOWN = 40
REFUSED = {
    "Fault": {
        "Error": [{"Message": "Error parsing query", "Detail": "QueryParserError", "code": "4000"}],
        "type": "ValidationFault",
    }
}


@pytest.mark.parametrize("unmatched", ["ask", "create"])
def test_client_made_there_a_moment_ago_is_linked_without_a_word(make_office, unmatched) -> None:
    office = make_office(unmatched)
    theirs = office.create_theirs("Customer", DisplayName="O'Brien & Söhne")
    client = office.client("O'Brien & Söhne")
    office.work()
    assert office.state("account", client) == "synced"
    assert office.quickbooks_id("account", client) == theirs["Id"]
    assert office.count(Issue) == 0
    assert office.ledger(entity="Customer") == []


def test_service_made_there_a_moment_ago_is_linked_without_a_word(office: Office) -> None:
    income = {"value": office.account_called("Services")}
    theirs = office.create_theirs("Item", Name="Payroll", Type="Service", IncomeAccountRef=income)
    service = office.service("Payroll")
    office.work()
    assert office.quickbooks_id("service", service) == theirs["Id"]
    assert office.count(Issue) == 0


def test_crowd_of_unknown_clients_costs_one_read(make_office) -> None:
    office = make_office("ask")
    before = read_count(office)
    for number in range(UNKNOWN):
        office.client(f"Client {number}", hurry=False)
    office.work()
    assert read_count(office) - before == 1
    assert {issue.cause for issue in office.issues()} == {"no_customer"}
    assert len(office.issues()) == UNKNOWN


def test_what_was_here_before_the_lists_were_read_costs_none(make_office) -> None:
    office = make_office(connected=False)
    client = office.client()
    office.connect("ask")
    before = read_count(office)
    office.work()
    assert read_count(office) == before
    assert office.state("account", client) == "failed"


def test_client_waits_for_an_answer_that_did_not_come(make_office) -> None:
    office = make_office("ask")
    theirs = office.create_theirs("Customer", DisplayName="Ada Byron")
    office.fault("reset", operation="query", times=0)
    client = office.client()
    office.work()
    assert (office.state("account", client), office.count(Issue)) == ("waiting", 0)
    office.sandbox.control("faults", method="DELETE")
    office.settle()
    assert office.quickbooks_id("account", client) == theirs["Id"]


def test_where_quickbooks_will_not_say_a_person_is_asked(make_office) -> None:
    office = make_office("ask")
    office.fault("status", operation="query", status=400, body=json.dumps(REFUSED), times=0)
    office.client()
    office.work()
    assert office.only_issue().cause == "no_customer"


def test_customer_that_we_have_not_heard_of_can_be_linked_by_its_id(make_office) -> None:
    office = make_office("ask")
    client = office.client()
    office.work()
    theirs = office.create_theirs("Customer", DisplayName="Byron, Ada")
    office.act(office.only_issue(), "link", quickbooks_id=theirs["Id"])
    assert office.quickbooks_id("account", client) == theirs["Id"]
    assert office.state("account", client) == "synced"


@pytest.mark.parametrize("wanted", ["4711", "../invoice/1", "x" * 31])
def test_customer_that_is_not_there_cannot_be_linked(make_office, wanted) -> None:
    office = make_office("ask")
    office.client()
    office.work()
    with pytest.raises(ActionRefused) as refused:
        office.act(office.only_issue(), "link", quickbooks_id=wanted)
    assert set(refused.value.errors) == {"quickbooks_id"}
    assert office.only_issue().state == "open"
