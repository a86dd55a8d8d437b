"""``kill -9`` of the real worker while fifty invoices are on their way."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.faults.conftest import CUTOFF_S, LEASE_S, PATIENCE_S, Program
from tests.quickbooks.office import Office
from tests.sandbox_process import Switch

INVOICES = 50
SETTLING_S = 5
STARTING_S = 120
"""A worker's start is its imports: two seconds, or many on a machine that is busy with more."""


def until(true: Callable[[], bool], look_every_s: float) -> float:
    """Wait for it; how many seconds it took. Each look at our database takes its lock."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < PATIENCE_S
        time.sleep(look_every_s)
    return time.monotonic() - began


@pytest.mark.parametrize(
    "hurry",
    [pytest.param(True, marks=pytest.mark.full), False],
    ids=["for a person", "in the background"],
)
def test_killed_worker_leaves_exactly_fifty(
    office: Office, program: Program, switch: Switch, hurry: bool
) -> None:
    client, service = office.client(), office.service()
    office.work()
    for _ in range(INVOICES):
        office.invoice(client, service, hurry=hurry)
    switch(latency_ms=150, batch_item_ms=60)
    program("jobs.schedule")
    worker = program("jobs.worker")
    until(lambda: 0 < len(office.objects("Invoice")) < INVOICES, look_every_s=0.02)
    worker.kill()
    worker.wait()
    program("jobs.worker")
    took = until(lambda: not office.moving(), look_every_s=0.3)
    assert office.issues() == []
    assert len(office.objects("Invoice")) == INVOICES
    office.require_order()
    assert took < LEASE_S + CUTOFF_S + SETTLING_S + STARTING_S
