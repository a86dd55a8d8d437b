"""Two invoices over there with one number, because somebody was quicker than our question."""

from __future__ import annotations

import time

import pytest

from tests.quickbooks.listening import hear
from tests.quickbooks.office import Office, Told
from tests.sandbox_process import Switch
from webapp.quickbooks import causes

pytestmark = pytest.mark.usefixtures("announced")


@pytest.fixture
def lenient(office: Office, switch: Switch) -> Office:
    """Its company takes duplicates without a word."""
    switch(docnumber_warning=False)
    return office


def doubled(office: Office) -> tuple[int, str]:
    """Ours, and theirs of the same number that came first but was not heard of before."""
    account, service = office.client(), office.service()
    hear(office)
    invoice = office.invoice(account, service, number="D-1")
    theirs = office.invoice_of_theirs("D-1-first")
    office.work()
    fields = {"DocNumber": "D-1"}
    office.control("objects/update", entity="Invoice", id=theirs["Id"], fields=fields)
    hear(office)
    return invoice, str(theirs["Id"])


def told(office: Office) -> Told:
    issue = office.only_issue()
    assert (issue.cause, issue.facts["n"]) == ("dup_number", "D-1")
    return issue


def test_it_is_told_at_once(lenient: Office) -> None:
    invoice, theirs = doubled(lenient)
    issue = told(lenient)
    assert issue.record_id == invoice
    assert issue.theirs is not None
    assert issue.theirs["Id"] == theirs
    assert lenient.state("invoice", invoice) == "failed"


def test_the_next_number_ends_it_and_theirs_stays(lenient: Office) -> None:
    invoice, theirs = doubled(lenient)
    before = lenient.object("Invoice", theirs)
    lenient.act(told(lenient), "use-number", number="D-2")
    hear(lenient)
    assert lenient.issues() == []
    assert lenient.theirs("invoice", invoice)["DocNumber"] == "D-2"
    assert lenient.object("Invoice", theirs) == before


def test_a_number_given_up_there_ends_it_by_itself(lenient: Office) -> None:
    invoice, theirs = doubled(lenient)
    told(lenient)
    lenient.control("objects/delete", entity="Invoice", id=theirs)
    hear(lenient)
    assert lenient.issues() == []
    assert lenient.state("invoice", invoice) == "synced"


def test_trying_again_while_both_are_there_tells_again(lenient: Office) -> None:
    doubled(lenient)
    lenient.act(told(lenient), "resync")
    hear(lenient)
    assert told(lenient).tries == 2


def test_ours_is_not_let_go_for_theirs(lenient: Office) -> None:
    """It would be left over there, and be nobody's."""
    doubled(lenient)
    told(lenient)
    assert "link" not in causes.actions_of("dup_number", "invoice", linked=True)
    assert "link" in causes.actions_of("dup_number", "invoice", linked=False)


def test_who_takes_our_number_later_is_left_alone(lenient: Office) -> None:
    account, service = lenient.client(), lenient.service()
    lenient.invoice(account, service, number="D-1")
    hear(lenient)
    time.sleep(1.1)  # stamps have whole seconds
    lenient.invoice_of_theirs("D-1")
    hear(lenient)
    assert lenient.issues() == []
