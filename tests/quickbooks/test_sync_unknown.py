"""What becomes of a request whose answer never came: whatever happened, one object in the end."""

from __future__ import annotations

import pytest

from tests.quickbooks.office import MakeOffice, Office
from tests.sandbox_process import Switch
from webapp.models import KINDS
from webapp.quickbooks.payloads import ENTITIES

LOST = {
    "answer lost": {"action": "commit_then_drop"},
    "server error after the work": {"action": "commit_then_status", "status": 500},
    "bad gateway after the work": {"action": "commit_then_status", "status": 502},
    "half an answer": {"action": "truncate"},
    "broken JSON": {"action": "malformed"},
    "nothing done, connection reset": {"action": "reset"},
    "nothing done, server error": {"action": "status", "status": 503},
    "done late": {"action": "commit_late", "hold": 0.05, "seconds": 0.3},
}
CUTOFF_S = 0.4
"""What is late here comes within it, as QuickBooks' 120 s lie within the real cutoff."""


def every_pair() -> list[object]:
    """Each kind and each mishap once; every pair in `make test-full`."""
    return [
        pytest.param(
            kind, lost, marks=() if kind == "invoice" or lost == "answer lost" else pytest.mark.full
        )
        for kind in KINDS
        for lost in LOST
    ]


@pytest.mark.parametrize(("kind", "lost"), every_pair())
def test_create_without_an_answer_makes_one_object(office: Office, kind: str, lost: str) -> None:
    before = len(office.objects(ENTITIES[kind]))
    office.fault(**LOST[lost], entity=ENTITIES[kind], operation="create")
    made = office.one_of_each()
    office.work()
    assert office.state(kind, made[kind]) in ("syncing", "waiting")
    assert office.issues() == []
    office.settle(late=CUTOFF_S)
    assert {office.state(k, made[k]) for k in KINDS} == {"synced"}
    assert len(office.objects(ENTITIES[kind])) == before + 1
    office.require_order()


@pytest.mark.parametrize("lost", LOST)
def test_update_without_an_answer_arrives_once(office: Office, lost: str) -> None:
    account = office.client()
    office.work()
    office.fault(**LOST[lost], entity="Customer")
    office.change("account", account, name="Ada Lovelace")
    office.work()
    office.settle(late=CUTOFF_S)
    assert office.state("account", account) == "synced"
    theirs = office.theirs("account", account)
    assert (theirs["DisplayName"], theirs["SyncToken"]) == ("Ada Lovelace", "1")


@pytest.mark.parametrize("lost", LOST)
def test_void_without_an_answer_happens(office: Office, lost: str) -> None:
    invoice = office.invoice(office.client(), office.service())
    office.work()
    office.fault(**LOST[lost], entity="Invoice")
    office.remove("invoice", invoice)
    office.work()
    office.settle(late=CUTOFF_S)
    assert office.theirs("invoice", invoice)["TotalAmt"] == 0
    assert office.entry("invoice", invoice).state == "done"
    assert office.issues() == []
    office.require_order()


@pytest.mark.parametrize("lost", LOST)
def test_delete_without_an_answer_happens(office: Office, lost: str) -> None:
    made = office.one_of_each()
    office.work()
    office.fault(**LOST[lost], entity="Purchase")
    office.remove("expense", made["expense"])
    office.work()
    office.settle(late=CUTOFF_S)
    assert office.objects("Purchase") == []
    assert office.entry("expense", made["expense"]).state == "done"
    office.require_order()


@pytest.mark.parametrize("lost", LOST)
def test_batch_without_an_answer_makes_each_object_once(office: Office, lost: str) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault(**LOST[lost], operation="batch")
    invoices = [office.invoice(account, service, hurry=False) for _ in range(12)]
    office.work()
    office.settle(late=CUTOFF_S)
    assert {office.state("invoice", i) for i in invoices} == {"synced"}
    assert len(office.objects("Invoice")) == len(invoices)
    office.require_order()


def test_nothing_is_sent_again_before_the_cutoff(office: Office) -> None:
    office.fault("commit_then_drop", entity="Customer")
    account = office.client()
    office.work()
    office.work()
    assert office.state("account", account) == "syncing"
    assert len(office.ledger(entity="Customer")) == 1


@pytest.mark.parametrize("lost", ["answer lost", "done late"])
def test_create_is_found_where_request_ids_are_ignored(
    office: Office, switch: Switch, lost: str
) -> None:
    switch(requestid="ignored", batch_requestid="ignored")
    office.fault(**LOST[lost], entity="Invoice", operation="create")
    office.fault(**LOST[lost], entity="Payment", operation="create")
    made = office.one_of_each()
    office.work()
    office.settle(late=CUTOFF_S)
    assert {office.state(k, made[k]) for k in KINDS} == {"synced"}
    assert len(office.ledger(entity="Invoice", outcome="ok")) == 1
    office.require_order()


@pytest.mark.parametrize("note", ["Paid at the desk. {mark}", "{mark} by hand", "Desk\n{mark}"])
def test_create_is_found_though_somebody_wrote_in_its_note(
    office: Office, switch: Switch, note: str
) -> None:
    switch(requestid="ignored", batch_requestid="ignored")
    office.fault(**LOST["answer lost"], entity="Payment", operation="create")
    payment = office.payment(office.invoice(office.client(), office.service()))
    office.work()
    (made,) = office.objects("Payment")
    fields = {"PrivateNote": note.format(mark=made["PrivateNote"])}
    office.control("objects/update", entity="Payment", id=made["Id"], fields=fields)
    office.settle(late=CUTOFF_S)
    assert office.state("payment", payment) == "synced"
    assert [found["Id"] for found in office.objects("Payment")] == [made["Id"]]


def test_create_is_replayed_where_the_look_up_lags(office: Office, switch: Switch) -> None:
    """Just-created objects may be missing from queries for a while: the request id then holds."""
    switch(query_lag_s=3600)
    office.fault("commit_then_drop", entity="Payment", operation="create")
    made = office.one_of_each()
    office.work()
    office.settle(late=CUTOFF_S)
    assert office.state("payment", made["payment"]) == "synced"
    assert [e["outcome"] for e in office.ledger(entity="Payment")] == ["ok", "replayed"]
    office.require_order()


def test_batch_is_replayed_whole_where_the_look_up_lags(office: Office, switch: Switch) -> None:
    account, service = office.client(), office.service()
    office.work()
    switch(query_lag_s=3600)
    office.fault("commit_then_drop", operation="batch")
    invoices = [office.invoice(account, service, hurry=False) for _ in range(12)]
    office.work()
    office.settle(late=CUTOFF_S)
    assert {office.state("invoice", i) for i in invoices} == {"synced"}
    assert len(office.objects("Invoice")) == len(invoices)
    office.require_order()


def test_look_up_and_what_it_repeats_take_room_in_the_budget(office: Office) -> None:
    taken = f"cuadra:budget:{office.realm_id}:calls"
    office.fault("reset", entity="Customer", operation="create")
    account = office.client()
    office.work()
    office.app.extensions["redis"].delete(taken)
    office.sandbox.control("counters", method="DELETE")
    office.settle(late=CUTOFF_S)
    assert office.state("account", account) == "synced"
    came = office.sandbox.control("counters")["realms"][office.realm_id]
    look_up_repeat_and_reading = 3
    assert office.app.extensions["redis"].zcard(taken) == came == look_up_repeat_and_reading


def test_batch_is_not_repeated_where_the_company_takes_no_more_batches(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("reset", operation="batch")
    invoices = [office.invoice(account, service, hurry=False) for _ in range(12)]
    office.work()
    office.app.config["QBO_BATCHES_PER_MINUTE"] = 0
    office.later(130)
    office.work()
    assert office.objects("Invoice") == []
    assert {office.state("invoice", i) for i in invoices} == {"syncing"}
    office.app.config["QBO_BATCHES_PER_MINUTE"] = 10_000
    office.settle(late=CUTOFF_S)
    assert {office.state("invoice", i) for i in invoices} == {"synced"}
    office.require_order()


def test_part_of_a_batch_may_be_refused_while_the_rest_goes(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault(
        "fault", entity="Invoice", operation="create", nth=3, code="6210", message="Closed"
    )
    invoices = [office.invoice(account, service, hurry=False) for _ in range(8)]
    office.work()
    states = [office.state("invoice", i) for i in invoices]
    assert (states.count("synced"), states.count("failed")) == (7, 1)
    assert office.only_issue().cause == "closed"
    office.require_order()


def test_edit_during_an_unknown_outcome_is_sent_once_it_is_known(office: Office) -> None:
    office.fault("commit_then_drop", entity="Customer", operation="create")
    account = office.client()
    office.work()
    office.change("account", account, name="Ada Lovelace")
    office.work()
    assert len(office.ledger(entity="Customer")) == 1
    office.settle(late=CUTOFF_S)
    assert [c["DisplayName"] for c in office.objects("Customer")] == ["Ada Lovelace"]


def test_record_removed_during_an_unknown_outcome_leaves_nothing(make_office: MakeOffice) -> None:
    office = make_office()
    made = office.one_of_each()
    office.work()
    office.fault("commit_then_drop", entity="Purchase", operation="create")
    extra = office.expense(made["payment"], "1.00")
    office.work()
    office.remove("expense", extra)
    office.settle(late=CUTOFF_S)
    assert len(office.objects("Purchase")) == 1
    office.require_order()


def test_update_that_was_overtaken_goes_again_at_once(office: Office) -> None:
    """However often it went unanswered before: what is there now is known."""
    invoice = office.invoice(office.client(), office.service())
    office.work()
    office.fault("reset", entity="Invoice", method="POST", times=3)
    office.change("invoice", invoice, memo="Thank you")
    for _ in range(3):
        office.work()
        office.later(130)
    office.create_theirs(  # moves the invoice's SyncToken
        "Payment",
        CustomerRef={"value": office.theirs("invoice", invoice)["CustomerRef"]["value"]},
        TotalAmt=1,
        Line=[
            {
                "Amount": 1,
                "LinkedTxn": [
                    {"TxnId": office.quickbooks_id("invoice", invoice), "TxnType": "Invoice"}
                ],
            }
        ],
    )
    office.work()
    assert office.state("invoice", invoice) == "synced"
    assert office.theirs("invoice", invoice)["CustomerMemo"] == {"value": "Thank you"}


def test_update_over_what_was_edited_meanwhile_is_asked_about_and_not_sent_again(
    office: Office,
) -> None:
    """Also where QuickBooks would say anything but that it is stale."""
    invoice = office.invoice(office.client(), office.service())
    office.work()
    office.fault("status", entity="Invoice", operation="update", status=500, times=0)
    office.change("invoice", invoice, memo="Ours")
    office.work()
    theirs = office.quickbooks_id("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=theirs, amount=999)
    office.settle()
    assert office.only_issue().cause == "edited"
    assert office.attempts("invoice", invoice)[1:] == [("update", "unknown")]
