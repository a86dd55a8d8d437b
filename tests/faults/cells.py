"""The cells of the crash matrix: a record of a kind that needs an operation, and its good end."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest
from sqlalchemy import or_, select

from tests.faults import children
from tests.faults.conftest import PATIENCE_S, Fork
from tests.quickbooks.office import DAY, Json, Office
from webapp.extensions import db
from webapp.models import KINDS, Entry, model_of
from webapp.quickbooks.payloads import ENTITIES

OPERATIONS = ("create", "change", "remove")
SEED = 26
CALLS_NOTHING = {("account", "remove"), ("service", "remove")}
"""A client or service is only unlinked: no call is made that could be interrupted."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "account": (),
    "service": (),
    "invoice": ("account", "service"),
    "payment": ("account", "service", "invoice"),
    "refund": ("account", "service", "invoice", "payment"),
    "expense": ("account", "service", "invoice", "payment"),
}
CHANGES: Mapping[str, Json] = {
    "account": {"name": "Ada Lovelace"},
    "service": {"rate": "150.00"},
    "invoice": {"memo": "Thank you"},
    "payment": {"reference": "CH-77"},
    "refund": {"amount": "4.00"},
    "expense": {"amount": "4.10"},
}


def words_for(kind: str, made: Mapping[str, int], number: int = 0) -> Json:
    """What a program says of the ``number``-th record of a kind; ``made`` is what it rests on."""
    words: dict[str, Callable[[], Json]] = {
        "account": lambda: {"name": f"Client {number}"},
        "service": lambda: {"name": f"Service {number}", "rate": "120.00"},
        "invoice": lambda: {
            "account": made["account"],
            "lines": [{"service": made["service"], "quantity": "2"}],
        },
        "payment": lambda: {"invoice": made["invoice"], "amount": "20.00"},
        "refund": lambda: {"payment": made["payment"], "amount": "2.00"},
        "expense": lambda: {"payment": made["payment"], "amount": "1.20"},
    }
    dated = {} if kind in ("account", "service") else {"date": DAY}
    return {"external_id": f"{kind}-{number}", **dated, **words[kind]()}


def made_for(office: Office, kind: str, number: int = 0) -> dict[str, int]:
    """What a record of the kind rests on; not sent yet."""
    made: dict[str, int] = {}
    for needed in NEEDS[kind]:
        made[needed] = office.take(needed, **words_for(needed, made, number))
    return made


def versions(office: Office, kind: str) -> list[tuple[int, int]]:
    """The versions of the firm's records of a kind, and those that their entries want."""
    model = model_of(kind)
    with office.database():
        rows = db.session.execute(
            select(model.version, Entry.wanted)
            .join_from(
                model, Entry, (Entry.kind == kind) & (Entry.record_id == model.id), full=True
            )
            .where(or_(model.firm_id == office.firm_id, Entry.firm_id == office.firm_id))
            .where(or_(Entry.kind == kind, Entry.id.is_(None)))
            .order_by(model.id)
        )
        return [tuple(row) for row in rows]


def in_need_of(office: Office, kind: str, operation: str) -> dict[str, int]:
    """The kind's own record and what it rests on: the record needs the operation."""
    made = made_for(office, kind)
    made[kind] = office.take(kind, **words_for(kind, made))
    if operation != "create":
        office.work()
    if operation == "change":
        office.change(kind, made[kind], **CHANGES[kind])
    elif operation == "remove":
        office.remove(kind, made[kind])
    return made


def require_done(office: Office, made: Mapping[str, int], kind: str, operation: str) -> None:
    """One object per record, equal sums, ids that match, nothing stuck, nobody troubled."""
    assert office.moving() == []
    assert office.issues() == []
    assert office.count(Entry, Entry.state != "done") == 0
    office.require_order()
    for each, record in made.items():
        if each == kind and operation == "remove":
            continue
        assert office.state(each, record) == "synced"
        assert len(office.objects(ENTITIES[each])) == (2 if each == "service" else 1)
    if operation == "change":
        assert office.theirs(kind, made[kind])["SyncToken"] == "1"


def require_killed(processes: Iterable[ForkServerProcess]) -> None:
    for process in processes:
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL, f"it ended with {process.exitcode}"


def require_finished(fork: Fork, offices: Iterable[Office]) -> None:
    """A worker for each firm comes to its end with nothing left to do."""
    heirs = [fork(children.work, office.firm_id) for office in offices]
    for heir in heirs:
        heir.join(PATIENCE_S)
        assert heir.exitcode == 0, f"it ended with {heir.exitcode}"


def kinds_of(operation: str, calls: bool = True) -> list[str]:
    """The kinds that know the operation, or for which it calls QuickBooks."""
    return [kind for kind in KINDS if not calls or (kind, operation) not in CALLS_NOTHING]


def sampled(cases: Iterable[tuple[str, ...]], size: int) -> list[Any]:
    """Test parameters: ``size`` of them, drawn by SEED, in ``make test``; all in ``test-full``."""
    every = list(cases)
    chosen = set(random.Random(SEED).sample(every, size))
    return [
        pytest.param(*case, id="-".join(case), marks=() if case in chosen else pytest.mark.full)
        for case in every
    ]
