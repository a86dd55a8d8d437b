"""Row 1 for batches: a worker that is killed with a crowd in its hands makes each object once.

Red where ``_Slice._again`` mixes a batch anew under a request id of its own, with the look-up gone.
"""

from __future__ import annotations

import pytest

from tests.faults import children
from tests.faults.cells import made_for, require_finished, require_killed, sampled, words_for
from tests.faults.conftest import Fork
from tests.quickbooks.office import MakeOffice
from webapp.models import KINDS, Entry
from webapp.quickbooks.payloads import ENTITIES

POINTS = (
    "claimed",
    "composed",
    "planned",
    "marked",
    "sending",
    "answered",
    "settling",
    "settled",
    "looking",
    "looked",
)
CROWD = 7


@pytest.mark.parametrize("point", sampled([(point,) for point in POINTS], 1))
def test_crowd_of_a_killed_worker_arrives_once(
    make_office: MakeOffice, fork: Fork, subtests: pytest.Subtests, point: str
) -> None:
    offices = {kind: make_office() for kind in KINDS}
    made: dict[str, list[int]] = {}
    for kind, office in offices.items():
        below = made_for(office, kind)
        made[kind] = [
            office.take(kind, hurry=False, **words_for(kind, below, n)) for n in range(CROWD)
        ]
        if point in ("looking", "looked"):
            office.fault("commit_then_drop", operation="batch")
    require_killed(
        [
            fork(children.work, office.firm_id, f"{point}/{ENTITIES[kind]}")
            for kind, office in offices.items()
        ]
    )
    require_finished(fork, offices.values())
    for kind, office in offices.items():
        with subtests.test(kind=kind):
            assert {office.state(kind, record) for record in made[kind]} == {"synced"}
            assert office.count(Entry, Entry.state != "done") == 0
            assert office.issues() == []
            assert len(office.objects(ENTITIES[kind])) == CROWD + (kind == "service")
            office.require_order()
