"""Killed with SIGKILL at every boundary a record crosses, another worker brings it to its end."""

from __future__ import annotations

import signal
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest

from tests.faults import children
from tests.quickbooks.office import Json, MakeOffice, Office
from webapp.models import KINDS, Entry, Invoice
from webapp.quickbooks.payloads import ENTITIES

Fork = Callable[..., ForkServerProcess]
PATIENCE_S = 60

SENDING = ("claimed", "planned", "marked", "sending", "answered", "settling", "settled")
LOOKING = ("looking", "looked")
OPERATIONS = ("create", "update", "remove")
SAMPLE = {
    ("planned", "create"),
    ("answered", "create"),
    ("settling", "create"),
    ("answered", "update"),
    ("answered", "remove"),
    ("looked", "create"),
}
CHANGES: dict[str, Json] = {
    "account": {"name": "Ada Lovelace"},
    "service": {"rate": "150.00"},
    "invoice": {"memo": "Thank you"},
    "payment": {"reference": "CH-77"},
    "refund": {"amount": "31.00"},
    "expense": {"amount": "4.10"},
}
CALLS_NOTHING = {("account", "remove"), ("service", "remove")}
"""A client or service is only unlinked: no call is made that could be interrupted."""


def cases() -> list[Any]:
    points = [(point, operation) for point in (*SENDING, *LOOKING) for operation in OPERATIONS]
    return [
        pytest.param(*case, id="-".join(case), marks=() if case in SAMPLE else pytest.mark.full)
        for case in points
    ]


def prepared(office: Office, kind: str, operation: str) -> dict[str, int]:
    """The firm's records, with the kind's own one in need of the operation."""
    made = office.one_of_each()
    if operation == "create":
        return made
    office.work()
    if operation == "update":
        office.change(kind, made[kind], **CHANGES[kind])
        return made
    if kind in ("invoice", "payment"):  # what hangs on it goes first
        for dependent in ("refund", "expense", "payment"):
            if dependent != kind:
                office.remove(dependent, made.pop(dependent))
        office.work()
    office.remove(kind, made[kind])
    return made


def require_done(office: Office, made: dict[str, int], kind: str, operation: str) -> None:
    assert office.moving() == []
    assert office.issues() == []
    assert office.count(Entry, Entry.state != "done") == 0
    office.require_order()
    live = [k for k in made if not (k == kind and operation == "remove")]
    for each in live:
        assert office.state(each, made[each]) == "synced"
        assert len(office.objects(ENTITIES[each])) == (2 if each == "service" else 1)
    if operation == "update":
        assert office.theirs(kind, made[kind])["SyncToken"] == ("2" if kind == "invoice" else "1")


@pytest.mark.parametrize(("point", "operation"), cases())
def test_killed_worker_leaves_nothing_lost_and_nothing_twice(
    make_office: MakeOffice, fork: Fork, point: str, operation: str
) -> None:
    kinds = [kind for kind in KINDS if (kind, operation) not in CALLS_NOTHING]
    offices = {kind: make_office() for kind in kinds}
    made = {kind: prepared(offices[kind], kind, operation) for kind in kinds}
    for kind, office in offices.items():
        if point in LOOKING:
            office.fault("commit_then_drop", entity=ENTITIES[kind], method="POST")
    killed = [
        fork(children.work, offices[kind].firm_id, f"{point}/{ENTITIES[kind]}") for kind in kinds
    ]
    for process in killed:
        process.join(PATIENCE_S)
    assert {process.exitcode for process in killed} == {-signal.SIGKILL}
    heirs = [fork(children.work, offices[kind].firm_id) for kind in kinds]
    for heir in heirs:
        heir.join(PATIENCE_S)
    assert {heir.exitcode for heir in heirs} == {0}
    for kind, office in offices.items():
        require_done(office, made[kind], kind, operation)


@pytest.mark.parametrize("point", ["row/invoice", "outbox/invoice", "committed", "hinted"])
def test_record_killed_on_its_way_in_is_wholly_there_or_not_at_all(
    office: Office, fork: Fork, point: str
) -> None:
    account, service = office.client(), office.service()
    office.work()
    data = {
        "external_id": "i-1",
        "account": account,
        "date": "2026-11-20",
        "lines": [{"service": service, "quantity": "2"}],
    }
    process = fork(children.take, office.firm_id, "invoice", data, point)
    process.join(PATIENCE_S)
    assert process.exitcode == -signal.SIGKILL
    invoices, entries = office.count(Invoice), office.count(Entry, Entry.kind == "invoice")
    assert invoices == entries == (1 if point in ("committed", "hinted") else 0)
    again = fork(children.take, office.firm_id, "invoice", data)  # the program asks again
    again.join(PATIENCE_S)
    assert again.exitcode == 0
    office.work()
    assert office.count(Invoice) == len(office.objects("Invoice")) == 1
    office.require_order()


def test_worker_killed_before_giving_back_its_lease_holds_the_firm_only_so_long(
    office: Office, fork: Fork
) -> None:
    account = office.client()
    killed = fork(children.work, office.firm_id, "released")
    killed.join(PATIENCE_S)
    assert killed.exitcode == -signal.SIGKILL
    office.change("account", account, name="Ada Lovelace")
    heir = fork(children.work, office.firm_id)
    heir.join(PATIENCE_S)
    assert heir.exitcode == 0
    assert [c["DisplayName"] for c in office.objects("Customer")] == ["Ada Lovelace"]
