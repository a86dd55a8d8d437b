"""Row 7: a record that kills its worker is set aside after two tries, and its neighbours go on.

Red without ``CRASHES_ALLOWED`` being looked at, in ``Planner`` (planned) and in
``_without_killers`` (the rest); red without ``Entry.unsettled`` for set-aside entries (the second
object of ``test_set_aside_with_a_request_out…``).
"""

from __future__ import annotations

import signal

import pytest

from tests.faults import children
from tests.faults.conftest import PATIENCE_S, Fork
from tests.quickbooks.office import Office

MOST = 6


def deaths(office: Office, fork: Fork, first: str, then: str = "") -> int:
    """How many workers die one after the other until one finds nothing more to do."""
    for count in range(MOST):
        worker = fork(children.work, office.firm_id, then if then and count else first)
        worker.join(PATIENCE_S)
        if worker.exitcode == 0:
            return count
        assert worker.exitcode == -signal.SIGKILL
    return MOST


@pytest.mark.parametrize(
    ("first", "then"),
    [("composed", "composed"), ("sending", "sending"), ("answered", "looked")],
)
def test_record_that_kills_its_workers_is_set_aside_and_its_neighbours_go(
    office: Office, fork: Fork, first: str, then: str
) -> None:
    service = office.service()  # the only one of its kind: it alone meets the failpoint
    accounts = [office.client(f"Client {n}") for n in range(3)]
    assert deaths(office, fork, f"{first}/Item", f"{then}/Item") == 2
    assert office.state("service", service) == "failed"
    assert office.only_issue().cause == "stopped_worker"
    assert {office.state("account", a) for a in accounts} == {"synced"}
    office.later(100_000)
    office.work()
    assert office.state("service", service) == "failed"


def test_suspects_are_looked_for_one_at_a_time(office: Office, fork: Fork) -> None:
    """Or a death beside the culprit would count against those who were only there."""
    service = office.service()
    accounts = [office.client(f"Client {n}") for n in range(3)]
    office.fault("commit_then_drop", entity="Item", method="POST", seconds=20)  # nobody waits
    office.fault("delay", path="query.*from.{1,3}Item", seconds=1.5)
    office.fault("delay", path="query.*from.{1,3}Customer", seconds=3)
    assert deaths(office, fork, "marked/Customer", "looked/Item") == 2
    assert office.state("service", service) == "failed"
    assert {office.state("account", a) for a in accounts} == {"synced"}


@pytest.mark.parametrize("done_to_it", ["resynced", "corrected", "ignored and restored"])
def test_set_aside_with_a_request_out_is_looked_for_before_it_is_sent_again(
    office: Office, fork: Fork, done_to_it: str
) -> None:
    invoice = office.invoice(office.client(), office.service())
    payment = office.payment(invoice)
    assert deaths(office, fork, "answered/Payment", "looked/Payment") == 2
    issue = office.only_issue()
    with office.sandbox.switching(requestid="ignored"):  # one of the two guards is gone
        if done_to_it == "corrected":
            office.change("payment", payment, reference="CH-77")
        elif done_to_it == "ignored and restored":
            office.act(issue, "ignore")
            office.act(office.only_issue(), "restore")
        if done_to_it != "corrected":
            office.act(office.only_issue(), "resync")
        office.settle()
    assert office.state("payment", payment) == "synced"
    assert office.issues() == []
    assert len(office.objects("Payment")) == 1
    office.require_order()
