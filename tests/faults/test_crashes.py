"""Row 1: killed at every boundary that a record crosses, a worker leaves nothing lost or twice.

Each test kills one process per kind with a real SIGKILL and lets another finish; the kinds are its
subtests. With the crowds' and the way in's, `make test-full` tries 330 cells on each database.

Red without ``entry.mark_sent`` before the call (a second object at ``answered``), without the
look-up (``settling``, request ids ignored), and where ``Connection.claim_slice`` forgets the lease
(nobody takes over).
"""

from __future__ import annotations

import pytest

from tests.faults import children
from tests.faults.cells import (
    OPERATIONS,
    in_need_of,
    kinds_of,
    require_done,
    require_finished,
    require_killed,
    sampled,
)
from tests.faults.conftest import Fork
from tests.quickbooks.office import MakeOffice
from webapp.quickbooks.payloads import ENTITIES

PLANNING = ("claimed",)
SENDING = ("composed", "planned", "marked", "sending", "answered", "settling", "settled")
LOOKING = ("looking", "looked")
AT_THE_END = ("released",)


def cases() -> list[tuple[str, str]]:
    points = (*PLANNING, *SENDING, *LOOKING, *AT_THE_END)
    return [(point, operation) for point in points for operation in OPERATIONS]


@pytest.mark.parametrize(("point", "operation"), sampled(cases(), 3))
def test_killed_worker_leaves_nothing_lost_and_nothing_twice(
    make_office: MakeOffice, fork: Fork, subtests: pytest.Subtests, point: str, operation: str
) -> None:
    kinds = kinds_of(operation, calls=point in (*SENDING, *LOOKING))
    offices = {kind: make_office() for kind in kinds}
    made = {kind: in_need_of(offices[kind], kind, operation) for kind in kinds}
    for kind, office in offices.items():
        if point in LOOKING:
            office.fault("commit_then_drop", entity=ENTITIES[kind], method="POST")
    about = {kind: "" if point in AT_THE_END else f"/{ENTITIES[kind]}" for kind in kinds}
    require_killed(
        [fork(children.work, offices[kind].firm_id, f"{point}{about[kind]}") for kind in kinds]
    )
    require_finished(fork, offices.values())
    for kind, office in offices.items():
        with subtests.test(kind=kind):
            require_done(office, made[kind], kind, operation)


def test_worker_killed_before_giving_back_its_lease_holds_the_firm_only_so_long(
    make_office: MakeOffice, fork: Fork
) -> None:
    office = make_office()
    account = office.client()
    require_killed([fork(children.work, office.firm_id, "released")])
    office.change("account", account, name="Ada Lovelace")
    require_finished(fork, [office])
    assert [c["DisplayName"] for c in office.objects("Customer")] == ["Ada Lovelace"]
