"""The programs of production, mistreated: a worker killed or stopped, a Redis that forgets."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.faults.conftest import CUTOFF_S, LEASE_S, PATIENCE_S
from tests.quickbooks.office import MakeOffice, Office
from webapp import hints
from webapp.models import KINDS, Entry
from webapp.quickbooks import connection

Program = Callable[..., subprocess.Popen[bytes]]
INVOICES = 50
RESUMES_S = 10
STARTING_S = 120
"""A program's start, on a machine that is busy with other tests."""


def wait_for(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> float:
    """Seconds until it held; fails after so long."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"it never happened: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def settled(office: Office) -> Callable[[], bool]:
    return lambda: not office.moving()


def many_invoices(office: Office, count: int = INVOICES) -> list[int]:
    account, service = office.client(), office.service()
    office.work()
    return [office.invoice(account, service, hurry=False) for _ in range(count)]


@pytest.fixture
def scheduler(program: Program) -> subprocess.Popen[bytes]:
    return program("jobs.schedule")


@pytest.mark.full
def test_kill_9_of_the_worker_amid_fifty_invoices_leaves_fifty(
    office: Office, program: Program, scheduler: subprocess.Popen[bytes]
) -> None:
    with office.sandbox.switching(latency_ms=150):
        invoices = many_invoices(office)
        worker = program("jobs.worker", QBO_BATCHES_PER_MINUTE="1")  # then one by one
        wait_for(lambda: len(office.ledger(entity="Invoice")) > 5, "some have arrived")
        worker.send_signal(signal.SIGKILL)
        assert len(office.ledger(entity="Invoice")) < INVOICES
        program("jobs.worker")
        wait_for(settled(office), "everything is settled")
    assert {office.state("invoice", i) for i in invoices} == {"synced"}
    assert len(office.objects("Invoice")) == INVOICES
    office.require_order()


@pytest.mark.full
def test_worker_that_hung_past_its_lease_changes_nothing_when_it_wakes(
    office: Office, program: Program, scheduler: subprocess.Popen[bytes]
) -> None:
    made = {"account": office.client(), "service": office.service()}
    office.work()  # the sleeper gets the invoice alone: on SQLite it must not fall asleep writing
    made["invoice"] = office.invoice(made["account"], made["service"])
    sleeper = program("jobs.worker", CUADRA_FAILPOINT="answered/Invoice:1:stop")
    wait_for(lambda: len(office.ledger(entity="Invoice")) == 1, "the invoice is sent")
    time.sleep(LEASE_S)
    made["payment"] = office.payment(made["invoice"])
    made["refund"], made["expense"] = (
        office.refund(made["payment"]),
        office.expense(made["payment"]),
    )
    program("jobs.worker")
    wait_for(settled(office), "the other worker has done it all")
    sleeper.send_signal(signal.SIGCONT)
    time.sleep(1.0)
    assert {office.state(kind, made[kind]) for kind in KINDS} == {"synced"}
    assert [e["outcome"] for e in office.ledger(entity="Invoice")] == ["ok"]
    office.require_order()


@pytest.mark.parametrize("point", ["asked", pytest.param("marked", marks=pytest.mark.full)])
def test_worker_that_hung_before_sending_does_not_send_late(
    office: Office, program: Program, scheduler: subprocess.Popen[bytes], point: str
) -> None:
    account, service = office.client(), office.service()
    office.work()  # the sleeper gets the invoice alone, as above
    invoice = office.invoice(account, service)
    sleeper = program("jobs.worker", CUADRA_FAILPOINT=f"{point}/Invoice:1:stop")
    wait_for(lambda: office.entry("invoice", invoice).state == "sent", "it is marked")
    time.sleep(LEASE_S + CUTOFF_S)
    program("jobs.worker")
    wait_for(settled(office), "the other worker has done it all")
    sleeper.send_signal(signal.SIGCONT)
    time.sleep(1.0)
    assert [e["outcome"] for e in office.ledger(entity="Invoice")] == ["ok"]
    office.require_order()


def test_forgotten_hints_cost_one_sweep(
    office: Office, program: Program, scheduler: subprocess.Popen[bytes]
) -> None:
    program("jobs.worker")
    invoices = many_invoices(office, 3)
    office.app.extensions["redis"].flushall()
    wait_for(settled(office), "the sweep finds them", RESUMES_S + STARTING_S)
    assert {office.state("invoice", i) for i in invoices} == {"synced"}


def test_doubled_hints_make_no_second_call(office: Office, program: Program) -> None:
    office.client()
    queue = office.app.extensions["sync_queue"]
    for _ in range(10):
        queue.enqueue(hints.JOB, office.firm_id)
    workers = [program("jobs.worker") for _ in range(2)]
    wait_for(settled(office), "it is sent")
    wait_for(lambda: len(queue) == 0, "every hint is taken")
    for worker in workers:
        worker.terminate()
        worker.wait(PATIENCE_S)
    assert len(office.ledger(entity="Customer")) == 1


def test_asked_to_stop_the_worker_finishes_and_loses_nothing(
    office: Office, program: Program, scheduler: subprocess.Popen[bytes]
) -> None:
    with office.sandbox.switching(latency_ms=100):
        many_invoices(office)
        worker = program("jobs.worker")
        wait_for(lambda: len(office.ledger(entity="Invoice")) > 0, "it has begun")
        worker.terminate()
        worker.wait(20)
    assert office.count(Entry, Entry.state == "sent") == 0
    office.require_order()
    program("jobs.worker")
    wait_for(settled(office), "its successor sends the rest")
    assert len(office.objects("Invoice")) == INVOICES


@pytest.mark.full
def test_old_and_new_worker_side_by_side_lose_nothing(
    office: Office, program: Program, scheduler: subprocess.Popen[bytes]
) -> None:
    """A deploy: the new one starts while the old one still drains."""
    with office.sandbox.switching(latency_ms=100):
        many_invoices(office)
        old = program("jobs.worker")
        wait_for(lambda: len(office.ledger(entity="Invoice")) > 0, "it has begun")
        program("jobs.worker")
        old.terminate()
        wait_for(settled(office), "one of them sends the rest")
        assert old.wait(PATIENCE_S) == 0
    assert len(office.objects("Invoice")) == INVOICES
    assert {e["outcome"] for e in office.ledger(entity="Invoice")} == {"ok"}
    office.require_order()


def test_nothing_is_sent_after_disconnecting_in_the_middle(
    office: Office, program: Program, scheduler: subprocess.Popen[bytes]
) -> None:
    with office.sandbox.switching(latency_ms=300):
        many_invoices(office, INVOICES * 6)
        program("jobs.worker")
        wait_for(lambda: len(office.ledger(entity="Invoice")) > 0, "it has begun")
        with office.database():
            connection.disconnect(connection.Connection.of(office.firm_id))
        time.sleep(1.0)  # what was in the air comes down
        sent = len(office.ledger())
        time.sleep(1.5)
        assert len(office.ledger()) == sent < INVOICES * 6
    kept = office.connection()
    assert (kept.state, kept.access_token, kept.refresh_token) == ("none", None, None)
    office.refresh_token = office.control("refresh-token")["refresh_token"]
    office.connect()
    wait_for(settled(office), "after reconnecting the rest goes")
    assert len(office.objects("Invoice")) == INVOICES * 6
    office.require_order()


@pytest.mark.full
def test_two_firms_of_one_worker_do_not_wait_for_each_other(
    make_office: MakeOffice, program: Program, scheduler: subprocess.Popen[bytes]
) -> None:
    busy, other = make_office(), make_office()
    many_invoices(busy, 300)
    program("jobs.worker")
    wait_for(lambda: len(busy.ledger(entity="Invoice")) > 0, "the busy firm has begun")
    account = other.client()
    assert wait_for(lambda: other.state("account", account) == "synced", "its turn comes") < 5
