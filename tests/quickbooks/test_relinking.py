"""A wrong choice of customer is taken back: nothing of the client stays under the wrong one."""

from __future__ import annotations

import pytest

from tests.quickbooks.office import MakeOffice, Office
from webapp.extensions import db
from webapp.models import Account, Attempt, Entry, Link
from webapp.quickbooks.relinking import undo_link


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    made = make_office(connected=False)
    made.create_theirs("Customer", DisplayName="Ada Byron")
    made.create_theirs("Customer", DisplayName="Ada Lovelace")
    made.connect("ask")
    return made


def customer(office: Office, name: str) -> str:
    return next(str(c["Id"]) for c in office.objects("Customer") if c["DisplayName"] == name)


def undo(office: Office, account: int) -> bool:
    with office.database():
        return undo_link(db.session.get_one(Account, account), None)


def of_customer(office: Office, kind: str, record: int) -> str:
    return str(office.theirs(kind, record)["CustomerRef"]["value"])


def test_what_was_sent_moves_to_the_customer_chosen_next(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    assert of_customer(office, "invoice", made["invoice"]) == customer(office, "Ada Byron")
    assert undo(office, made["account"])
    office.work()
    issue = office.only_issue()
    assert (issue.cause, issue.facts["customer"]) == ("link_undone", "Ada Byron")
    assert office.state("invoice", made["invoice"]) == "waiting"

    right = customer(office, "Ada Lovelace")
    office.act(issue, "link", quickbooks_id=right)
    office.settle()
    assert office.issues() == []
    for kind in ("invoice", "payment", "refund"):
        assert of_customer(office, kind, made[kind]) == right, kind
        assert office.state(kind, made[kind]) == "synced"
    office.require_order()


def test_link_is_kept_while_an_update_is_without_its_answer(office: Office) -> None:
    account = office.client("Ada Byron")
    office.work()
    office.fault("commit_then_drop", entity="Customer", times=1)
    office.change("account", account, email="ada@byron.example")
    office.work()
    with office.database():
        entry = Entry.find(office.firm_id, "account", account)
        assert entry is not None
        entry.park()  # its workers died of it
        db.session.commit()
    assert not undo(office, account)
    assert office.quickbooks_id("account", account) == customer(office, "Ada Byron")
    assert office.entry("account", account).unsettled


def test_new_records_wait_until_another_customer_is_chosen(office: Office) -> None:
    account, service = office.client("Ada Byron"), office.service()
    office.work()
    assert undo(office, account)
    invoice = office.invoice(account, service)
    office.work()
    assert office.state("invoice", invoice) == "waiting"
    assert office.link("account", account) is None


def test_the_same_customer_is_not_found_again_by_itself(office: Office) -> None:
    account = office.client("Ada Byron")
    office.work()
    assert undo(office, account)
    office.change("account", account, name="Ada  Byron")
    office.work()
    assert office.link("account", account) is None
    assert office.only_issue().cause == "link_undone"


def test_a_new_customer_can_be_made_instead(office: Office) -> None:
    account = office.client("Ada Byron", email="ada@byron.example")
    office.work()
    assert undo(office, account)
    office.act(office.only_issue(), "create-customer")
    office.work()
    issue = office.only_issue()
    assert issue.cause == "name_taken"
    office.act(issue, "rename", name="Ada Byron (2)")
    office.settle()
    assert office.quickbooks_id("account", account) != customer(office, "Ada Byron")


def test_undoing_is_written_down_and_done_once(office: Office) -> None:
    account = office.client("Ada Byron")
    office.work()
    assert undo(office, account)
    assert not undo(office, account)
    assert office.count(Link) == 0
    assert office.count(Attempt, Attempt.operation == "unlink") == 1


def test_a_client_whose_own_update_is_on_its_way_stays_linked(office: Office) -> None:
    account = office.client("Ada Byron")
    office.work()
    office.fault("reset", entity="Customer", operation="update", times=1)
    office.change("account", account, email="new@byron.example")
    office.work()
    assert office.entry("account", account).state == "sent"
    assert not undo(office, account)
    assert office.link("account", account) is not None
