"""What becomes of an invoice whose number QuickBooks has already."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.quickbooks.listening import poll
from tests.quickbooks.office import MakeOffice, Office
from tests.sandbox_process import Switch
from webapp.extensions import db
from webapp.models import Entry
from webapp.quickbooks import actions


@pytest.fixture
def apart(make_office: MakeOffice) -> Office:
    return make_office(connected=False)


def writes_of_ours(office: Office) -> list[str]:
    """How QuickBooks answered each invoice that Cuadra sent."""
    return [e["outcome"] for e in office.ledger(entity="Invoice") if e["requestid"]]


def require_taken_by(office: Office, quickbooks_id: str) -> None:
    """The one issue says that the number is taken, and shows whose it is."""
    issue = office.only_issue()
    assert issue.cause == "dup_number"
    assert issue.theirs is not None
    assert issue.theirs["Id"] == quickbooks_id


def test_number_known_to_be_taken_is_never_sent(apart: Office) -> None:
    theirs = apart.invoice_of_theirs("1042")
    apart.connect()
    invoice = apart.invoice(apart.client(), apart.service(), number="1042")
    apart.work()
    issue = apart.only_issue()
    assert (issue.cause, issue.facts["n"], issue.facts["next"]) == ("dup_number", "1042", "1043")
    assert issue.theirs is not None
    assert issue.theirs["Id"] == theirs["Id"]
    assert apart.state("invoice", invoice) == "failed"
    assert writes_of_ours(apart) == []


@pytest.mark.parametrize("own_numbers", [True, False])
def test_number_taken_meanwhile_is_asked_about_before_sending(
    office: Office, own_numbers: bool
) -> None:
    """Whatever QuickBooks' own setting: with it off, it would take the duplicate."""
    office.control("preferences", CustomTxnNumbers=own_numbers)
    account, service = office.client(), office.service()
    office.work()
    theirs = office.invoice_of_theirs("1042")
    office.invoice(account, service, number="1042")
    office.work()
    require_taken_by(office, theirs["Id"])
    assert writes_of_ours(office) == []


@pytest.mark.parametrize("synced", [True, False], ids=["synced", "not synced"])
def test_number_is_asked_about_however_well_changes_are_heard(
    office: Office, switch: Switch, synced: bool
) -> None:
    """Custom numbers, healthy webhooks, and a company that takes duplicates without a word."""
    switch(docnumber_warning=False)
    office.settings(sync_invoice_numbers=synced)
    account, service = office.client(), office.service()
    office.work()
    office.set_connection(webhook_seen_at=datetime.now(UTC))
    theirs = office.invoice_of_theirs("1042")
    office.invoice(account, service, number="1042")
    office.work()
    require_taken_by(office, theirs["Id"])
    assert writes_of_ours(office) == []


def test_number_that_differs_in_case_is_sent(office: Office, switch: Switch) -> None:
    """A query does not tell the two apart: the other one comes back each time it is asked."""
    switch(docnumber_warning=False)
    account, service = office.client(), office.service()
    office.work()
    office.invoice_of_theirs("INV-7")
    invoice = office.invoice(account, service, number="inv-7")
    office.work(seconds=20)
    assert office.theirs("invoice", invoice)["DocNumber"] == "inv-7"
    assert office.issues() == []


def test_number_that_quickbooks_holds_for_the_same_is_told_with_its_holder(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    theirs = office.invoice_of_theirs("INV-7")
    office.invoice(account, service, number="inv-7")
    office.work(seconds=20)
    require_taken_by(office, theirs["Id"])
    assert writes_of_ours(office) == ["6140"]


def test_number_is_found_taken_among_those_that_differ_in_case(
    office: Office, switch: Switch
) -> None:
    switch(docnumber_warning=False)
    account, service = office.client(), office.service()
    office.work()
    for number in ("INV-7", "inv-7", "Inv-7"):
        office.invoice_of_theirs(number)
    office.invoice(account, service, number="inv-7")
    office.work(seconds=20)
    issue = office.only_issue()
    assert issue.cause == "dup_number"
    assert issue.theirs is not None
    assert issue.theirs["DocNumber"] == "inv-7"


def test_number_taken_after_the_question_is_found_by_the_rejection(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    theirs = office.invoice_of_theirs("somewhere else")
    _refuse_once(office, str(theirs["Id"]))
    office.invoice(account, service, number="1042")
    office.work()
    require_taken_by(office, theirs["Id"])
    assert writes_of_ours(office) == ["6140"]


def _refuse_once(office: Office, holder: str) -> None:
    detail = f"DocNumber=1042 is assigned to TxnType=Invoice with TxnId={holder}"
    office.fault("fault", entity="Invoice", operation="create", code="6140", detail=detail, times=1)


def test_holder_of_another_type_is_not_taken_for_an_invoice(office: Office) -> None:
    """Ids are unique by entity (Intuit): a credit memo may have a stranger's invoice's."""
    stranger = office.invoice_of_theirs("OTHER-7")
    said = f"DocNumber=MR-1 is assigned to TxnType=CreditMemo with TxnId={stranger['Id']}"
    office.fault("fault", entity="Invoice", code="6140", message="Duplicate", detail=said)
    office.invoice(office.client(), office.service(), number="MR-1")
    office.work()
    told = office.only_issue()
    assert (told.cause, told.theirs) == ("dup_number", None)
    with pytest.raises(actions.ActionRefused):
        office.act(told, "link")


def test_use_number_sends_the_invoice_under_the_next_one(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.invoice_of_theirs("1042")
    invoice = office.invoice(account, service, number="1042")
    office.work()
    office.act(office.only_issue(), "use-number")
    office.work()
    assert office.theirs("invoice", invoice)["DocNumber"] == "1043"
    assert office.issues() == []
    office.require_order()


def test_link_takes_the_invoice_typed_there_as_ours(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    theirs = office.invoice_of_theirs("1042")
    invoice = office.invoice(account, service, number="1042")
    office.work()
    office.act(office.only_issue(), "link", quickbooks_id=theirs["Id"])
    office.work()
    assert office.quickbooks_id("invoice", invoice) == theirs["Id"]
    assert len(office.objects("Invoice")) == 1


@pytest.mark.parametrize("change", ["delete", "renumber"])
def test_number_that_has_become_free_is_used(apart: Office, change: str) -> None:
    theirs = apart.invoice_of_theirs("1042")
    apart.connect()
    if change == "delete":
        apart.control("objects/delete", entity="Invoice", id=theirs["Id"])
    else:
        fields = {"DocNumber": "X-9"}
        apart.control("objects/update", entity="Invoice", id=theirs["Id"], fields=fields)
    invoice = apart.invoice(apart.client(), apart.service(), number="1042")
    apart.work()
    assert apart.theirs("invoice", invoice)["DocNumber"] == "1042"
    assert apart.issues() == []


def test_duplicate_is_found_though_quickbooks_would_take_it(apart: Office) -> None:
    apart.control("preferences", CustomTxnNumbers=False)
    apart.invoice_of_theirs("1042")
    apart.connect()
    apart.invoice(apart.client(), apart.service(), number="1042")
    apart.work()
    assert apart.only_issue().cause == "dup_number"
    assert writes_of_ours(apart) == []


def test_assigned_number_follows_quickbooks_where_numbers_are_synced(apart: Office) -> None:
    apart.invoice_of_theirs("INV-0099")
    apart.connect()
    apart.settings(sync_invoice_numbers=True)
    invoice = apart.invoice(apart.client(), apart.service())
    apart.work()
    assert apart.theirs("invoice", invoice)["DocNumber"] == "INV-0100"


def test_assigned_number_known_to_be_taken_is_renumbered(apart: Office) -> None:
    apart.settings(sync_invoice_numbers=True)
    invoice = apart.invoice(apart.client(), apart.service())
    apart.invoice_of_theirs("1001")
    apart.connect()
    apart.work()
    assert apart.theirs("invoice", invoice)["DocNumber"] == "1002"
    assert apart.issues() == []
    assert ("renumber", "accepted") in apart.attempts("invoice", invoice)


@pytest.mark.parametrize("seen", [None, datetime.now(UTC)], ids=["polling", "webhooks"])
def test_assigned_number_taken_meanwhile_is_renumbered_without_an_issue(
    office: Office, seen: datetime | None
) -> None:
    office.settings(sync_invoice_numbers=True)
    account, service = office.client(), office.service()
    office.work()
    office.set_connection(webhook_seen_at=seen)
    office.invoice_of_theirs("1001")
    invoice = office.invoice(account, service)
    office.work()
    assert writes_of_ours(office) == ["ok"]
    assert office.theirs("invoice", invoice)["DocNumber"] == "1002"
    assert office.issues() == []


def test_assigned_number_that_is_refused_is_renumbered_without_an_issue(office: Office) -> None:
    office.settings(sync_invoice_numbers=True)
    account, service = office.client(), office.service()
    office.work()
    theirs = office.invoice_of_theirs("1001")
    _refuse_once(office, str(theirs["Id"]))
    invoice = office.invoice(account, service)
    office.work()
    assert writes_of_ours(office) == ["6140", "ok"]
    assert office.theirs("invoice", invoice)["DocNumber"] != "1001"
    assert office.issues() == []


def test_assigned_number_is_not_changed_where_numbers_are_not_synced(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.invoice_of_theirs("1001")
    office.invoice(account, service)
    office.work()
    assert office.only_issue().cause == "dup_number"


def test_numbers_of_many_invoices_made_at_once_follow_each_other(apart: Office) -> None:
    apart.invoice_of_theirs("1041")
    apart.connect()
    apart.settings(sync_invoice_numbers=True)
    account, service = apart.client(), apart.service()
    invoices = [apart.invoice(account, service) for _ in range(12)]
    apart.work()
    numbers = [apart.theirs("invoice", i)["DocNumber"] for i in invoices]
    assert numbers == [str(n) for n in range(1042, 1054)]
    apart.require_order()


def test_holder_that_is_slow_to_be_read_stops_no_worker(apart: Office, switch: Switch) -> None:
    theirs = apart.invoice_of_theirs("1042")
    apart.connect()
    account, service = apart.client(), apart.service()
    apart.work()
    apart.sandbox.control("counters", method="DELETE")
    switch(latency_ms=700)
    apart.invoice(account, service, number="1042")
    apart.work()
    issue = apart.only_issue()
    assert issue.cause == "dup_number"
    assert issue.theirs is not None
    assert issue.theirs["Id"] == theirs["Id"]
    assert apart.sandbox.control("counters")["paths"]["GET invoice"] == 1


def test_number_of_our_own_voided_invoice_is_taken_like_any_other(office: Office) -> None:
    """It keeps our mark, and stands for nothing: to take it for ours would lose the invoice."""
    invoice = office.invoice(office.client(), office.service(), number="1042")
    office.work()
    voided = office.quickbooks_id("invoice", invoice)
    office.control("objects/void", entity="Invoice", id=voided)
    poll(office)
    office.act(office.only_issue(), "recreate")
    office.settle()
    issue = office.only_issue()
    assert (issue.cause, issue.facts["next"]) == ("dup_number", "1043")
    with pytest.raises(actions.ActionRefused, match="voided in QuickBooks"):
        office.act(issue, "link")
    office.act(issue, "use-number")
    office.settle()
    made = office.theirs("invoice", invoice)
    assert (made["DocNumber"], made["TotalAmt"], made["Id"] == voided) == ("1043", 240, False)
    assert office.issues() == []


def test_assigned_number_of_our_own_voided_invoice_gives_way_to_the_next(office: Office) -> None:
    office.settings(sync_invoice_numbers=True)
    account, service = office.client(), office.service()
    invoices = [office.invoice(account, service, hurry=False) for _ in range(6)]
    office.work()
    for invoice in invoices:
        there = office.quickbooks_id("invoice", invoice)
        office.control("objects/void", entity="Invoice", id=there)
    poll(office)
    for issue in office.issues():
        office.act(issue, "recreate")
    office.settle()
    assert office.issues() == []
    assert [office.theirs("invoice", invoice)["TotalAmt"] for invoice in invoices] == [240] * 6


def test_our_own_invoice_found_under_its_number_is_compared_with_ours(
    office: Office, switch: Switch
) -> None:
    """Its answer was lost, and somebody changed it before it was found."""
    account, service = office.client(), office.service()
    office.work()
    switch(query_lag_s=3600)
    office.fault("commit_then_drop", entity="Invoice", operation="create", times=1)
    invoice = office.invoice(account, service, number="1042")
    office.work()
    [made] = office.objects("Invoice")
    office.control("objects/amount", entity="Invoice", id=made["Id"], amount=999)
    switch(query_lag_s=0, requestid="ignored")
    with office.database():
        entry = db.session.get_one(Entry, office.entry("invoice", invoice).id)
        entry.go_again()
        db.session.commit()
    office.settle()
    issue = office.only_issue()
    assert (issue.cause, issue.facts["field"]) == ("differs", "total, lines, quantities")
    assert len(office.objects("Invoice")) == 1
