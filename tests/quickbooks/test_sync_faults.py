"""What QuickBooks answers to a record time and again: tried anew, told in the end, never twice."""

from __future__ import annotations

import json

import pytest

from tests.quickbooks.lost import large_invoice, lost_payment
from tests.quickbooks.office import Json, Office
from tests.sandbox_process import Switch

BUSY = "An unexpected error occurred while accessing or saving your data. Please wait a few minutes"
A_WHILE = 32


def fault(code: str, detail: str = "", type_: str = "ValidationFault") -> str:
    error = {"code": code, "Message": f"Error {code}", "Detail": detail}
    return json.dumps({"Fault": {"Error": [error], "type": type_}})


DOUBLE = {"status": 400, "body": fault("600")}
SYSTEM = {"status": 500, "body": fault("10000", "System Failure Error", "SystemFault")}


def a_while(office: Office, rounds: int = A_WHILE) -> None:
    for _ in range(rounds):
        office.work()
        office.later(1900)


# -- "you sent that already" -----------------------------------------------------------------------


def test_duplicate_request_after_a_lost_answer_is_looked_for_and_linked(
    office: Office, switch: Switch
) -> None:
    switch(query_lag_s=3600)
    payment = lost_payment(office)
    office.fault("status", method="POST", path="/payment", **DOUBLE, times=1)
    office.later(130)
    office.work()
    assert (office.state("payment", payment), office.issues()) == ("syncing", [])
    switch(query_lag_s=0)
    office.settle()
    assert office.state("payment", payment) == "synced"
    office.require_order()


def test_duplicate_object_on_a_first_send_is_looked_for_and_linked(office: Office) -> None:
    invoice = large_invoice(office)
    answer = {"status": 400, "body": fault("630")}
    office.fault("commit_then_status", entity="Payment", operation="create", **answer, times=1)
    payment = office.payment(invoice)
    office.settle()
    assert office.state("payment", payment) == "synced"
    assert len(office.objects("Payment")) == 1
    assert office.issues() == []


def test_duplicate_that_is_never_found_is_told_and_not_sent_under_another_id(
    office: Office, switch: Switch
) -> None:
    switch(query_lag_s=3600)
    payment = lost_payment(office)
    office.fault("status", method="POST", path="/payment", **DOUBLE, times=0)
    a_while(office)
    assert office.only_issue().cause == "duplicate_request"
    switch(query_lag_s=0)
    office.act(office.only_issue(), "resync")
    office.settle()
    assert office.state("payment", payment) == "synced"
    assert office.issues() == []
    office.require_order()


# -- an answer that is remembered under the request id ---------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        {"code": "6190", "message": "Invalid Company Status"},
        {"code": "6000", "detail": f"Business Validation Error: {BUSY}"},
    ],
    ids=["lapsed", "busy"],
)
def test_record_goes_under_another_id_where_its_first_failure_is_remembered(
    office: Office, switch: Switch, first: Json
) -> None:
    invoice = large_invoice(office)
    switch(requestid_replays_failures=True)
    office.fault("fault", entity="Payment", times=1, **first)
    payment = office.payment(invoice)
    a_while(office, 8)
    assert office.state("payment", payment) == "synced"
    assert office.connection().state_reason is None
    assert office.issues() == []
    office.require_order()


# -- batches that are refused as a whole -----------------------------------------------------------


def test_batch_that_is_too_large_for_quickbooks_goes_one_by_one(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("status", path="/batch", status=413, times=0)
    invoices = [office.invoice(account, service, hurry=False) for _ in range(8)]
    office.settle()
    assert {office.state("invoice", invoice) for invoice in invoices} == {"synced"}
    assert office.connection().failures == 0
    office.require_order()


def test_record_for_which_a_whole_batch_is_refused_keeps_nobody_else_back(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    refused = {"status": 400, "body": fault("2010", "failed to parse json object"), "times": 0}
    office.fault("status", path="/batch", contains="poison", **refused)
    office.fault("status", path="/invoice", contains="poison", **refused)
    memos = ["fine", "fine", "poison", "fine", "fine", "fine"]
    invoices = [office.invoice(account, service, hurry=False, memo=memo) for memo in memos]
    office.settle()
    states = [office.state("invoice", invoice) for invoice in invoices]
    assert states == ["failed" if memo == "poison" else "synced" for memo in memos]
    assert office.only_issue().cause == "unsupported_value"


def test_batch_that_always_meets_a_fault_goes_one_by_one_in_the_end(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("status", path="/batch", **SYSTEM, times=0)
    invoices = [office.invoice(account, service, hurry=False) for _ in range(6)]
    office.settle()
    assert {office.state("invoice", invoice) for invoice in invoices} == {"synced"}
    office.require_order()


# -- a record that QuickBooks cannot digest --------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [SYSTEM, {"status": 400, "body": fault("6000", f"Business Validation Error: {BUSY}")}],
    ids=["system", "busy"],
)
def test_record_that_always_meets_a_fault_is_told(office: Office, answer: Json) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("status", path="/invoice", contains="poison", **answer, times=0)
    poison = office.invoice(account, service, memo="poison")
    a_while(office)
    issue = office.only_issue()
    assert issue.cause == "unknown"
    assert office.state("invoice", poison) == "failed"
    office.change("invoice", poison, memo="fine")
    office.settle()
    assert (office.state("invoice", poison), office.issues()) == ("synced", [])
    office.require_order()


def test_record_that_alone_meets_faults_is_told_sooner_and_stops_nobody(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("status", path="/invoice", contains="poison", **SYSTEM, times=0)
    poison = office.invoice(account, service, memo="poison")
    fine = []
    for _ in range(10):
        office.work()
        fine.append(office.invoice(account, service))
        office.later(130)
    office.work()
    assert {office.state("invoice", invoice) for invoice in fine} == {"synced"}
    assert office.only_issue().record_id == poison
    assert office.connection().failures == 0


def test_record_that_is_never_answered_is_told_and_goes_on_until_it_is(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("status", path="/invoice", contains="poison", status=503, times=0)
    poison = office.invoice(account, service, memo="poison")
    for _ in range(10):
        office.work()
        office.invoice(account, service)
        office.later(130)
    office.work()
    assert office.only_issue().cause == "busy"
    assert office.state("invoice", poison) == "syncing"
    office.sandbox.control("faults", method="DELETE")
    office.settle()
    assert (office.state("invoice", poison), office.issues()) == ("synced", [])
    requests = {entry["requestid"] for entry in office.ledger(entity="Invoice")}
    assert len(requests) == len(office.objects("Invoice"))
    office.require_order()


def test_outage_of_a_quarter_of_an_hour_opens_no_issue(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("status", method="POST", path="/invoice", **SYSTEM, times=0)
    invoices = [office.invoice(account, service) for _ in range(3)]
    for _ in range(7):
        office.work()
        office.later(130)
    assert office.issues() == []
    office.sandbox.control("faults", method="DELETE")
    office.settle()
    assert {office.state("invoice", invoice) for invoice in invoices} == {"synced"}
    office.require_order()
