"""What is sent again keeps its request id, whatever a look-up shows or the repeat meets."""

from __future__ import annotations

import json

import pytest

from tests.quickbooks.lost import large_invoice, lost_batch, lost_payment
from tests.quickbooks.office import Office
from tests.sandbox_process import Switch

LAPSED = {"Fault": {"Error": [{"code": "6190", "Message": "Invalid Company Status"}]}}
HINDERED = {
    "throttled": {"action": "throttled"},
    "lapsed": {"action": "status", "status": 400, "body": json.dumps(LAPSED)},
}
"""What keeps a repeat from being carried out, wherever QuickBooks keeps its request ids."""


def require_each_once(office: Office, payments: list[int]) -> None:
    assert {office.state("payment", payment) for payment in payments} == {"synced"}
    assert len(office.objects("Payment")) == len(payments)
    assert office.issues() == []
    office.require_order()


def test_part_of_a_batch_that_a_look_up_misses_is_not_made_again(office: Office) -> None:
    """A bookkeeper moved one of the payments to another day before it was looked for."""
    payments = lost_batch(office)
    moved = office.objects("Payment")[0]["Id"]
    office.control("objects/update", entity="Payment", id=moved, fields={"TxnDate": "2026-11-19"})
    office.settle()
    assert len(office.objects("Payment")) == len(payments)
    assert {office.state("payment", payment) for payment in payments} <= {"synced", "failed"}


def test_part_of_a_batch_that_was_refused_is_told_and_the_rest_is_not_made_again(
    office: Office, switch: Switch
) -> None:
    switch(requestid="ignored", batch_requestid="ignored")
    invoice = large_invoice(office)
    office.fault("fault", entity="Payment", contains="CH-3", code="6210", times=0)
    office.fault("commit_then_drop", path="/batch", times=1)
    for number in range(8):
        office.payment(invoice, "10.00", hurry=False, reference=f"CH-{number}")
    office.settle()
    assert len(office.objects("Payment")) == 7
    assert office.only_issue().cause == "closed"


@pytest.mark.parametrize("hindered", HINDERED)
def test_batch_whose_repeat_is_not_carried_out_stays_unknown(
    office: Office, switch: Switch, hindered: str
) -> None:
    switch(query_lag_s=3600)
    payments = lost_batch(office)
    office.fault(**HINDERED[hindered], path="/batch", times=1)
    office.settle()
    require_each_once(office, payments)


@pytest.mark.parametrize("hindered", HINDERED)
def test_record_changed_after_such_a_repeat_is_not_made_again(
    office: Office, switch: Switch, hindered: str
) -> None:
    switch(query_lag_s=3600)
    payment = lost_payment(office)
    office.fault(**HINDERED[hindered], entity="Payment", operation="create", times=1)
    office.later(130)
    office.work()
    office.change("payment", payment, reference="CH-2")
    office.settle()
    require_each_once(office, [payment])
    assert office.theirs("payment", payment)["PaymentRefNum"] == "CH-2"


@pytest.mark.parametrize("size", [1, 8])
def test_object_that_was_deleted_before_its_answer_came_again_is_told(
    office: Office, size: int
) -> None:
    payments = lost_batch(office, size) if size > 1 else [lost_payment(office)]
    deleted = office.objects("Payment")[0]
    office.control("objects/delete", entity="Payment", id=deleted["Id"])
    office.settle()
    assert office.only_issue().cause == "record_deleted"
    link = office.link("payment", office.only_issue().record_id)
    assert link is not None
    assert (link.quickbooks_id, link.gone) == (deleted["Id"], True)
    assert len(office.objects("Payment")) == size - 1
    office.act(office.only_issue(), "recreate")
    office.settle()
    require_each_once(office, payments)


def test_lapse_that_a_repeat_met_is_not_repeated_for_ever(office: Office, switch: Switch) -> None:
    """QuickBooks may remember a failure under its request id, whatever was put right since."""
    switch(requestid_replays_failures=True)
    invoice = office.invoice(office.client(), office.service())
    office.work()
    office.fault("status", path="/payment", status=503, times=1)
    office.fault("fault", entity="Payment", code="6190", times=1)
    payment = office.payment(invoice)
    for _ in range(8):
        office.work()
        office.later(1_900)
    require_each_once(office, [payment])


def test_record_changed_after_what_its_lost_answer_made_is_compared(
    office: Office, switch: Switch
) -> None:
    """Found by its number behind a look-up that lagged for long; what it says is of before."""
    account, service = office.client(), office.service()
    office.work()
    switch(query_lag_s=36_000)
    office.fault("commit_then_drop", entity="Invoice", times=1)
    office.fault("status", path="/invoice", status=500, times=4)
    invoice = office.invoice(account, service, memo="Before")
    office.work()
    office.change("invoice", invoice, memo="After")
    for _ in range(6):
        office.later(1_900)
        office.work()
    assert office.only_issue().facts["field"] == "memo"
    office.act(office.only_issue(), "send-ours")
    office.work()
    assert office.theirs("invoice", invoice)["CustomerMemo"] == {"value": "After"}
    assert office.issues() == []
    office.require_order()
