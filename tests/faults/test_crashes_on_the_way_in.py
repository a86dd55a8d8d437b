"""Row 1 before the outbox: a record whose writer is killed is wholly there, or not at all.

Red where ``Record.save`` commits between the record and its entry.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.faults import children
from tests.faults.cells import (
    CHANGES,
    OPERATIONS,
    kinds_of,
    made_for,
    require_done,
    require_killed,
    sampled,
    versions,
    words_for,
)
from tests.faults.conftest import PATIENCE_S, Fork
from tests.quickbooks.office import Json, MakeOffice, Office
from webapp.extensions import db
from webapp.models import model_of

POINTS = ("begun", "row", "outbox", "committed", "hinted")
THERE = ("committed", "hinted")


@pytest.mark.parametrize(
    ("point", "operation"), sampled([(p, o) for p in POINTS for o in OPERATIONS], 2)
)
def test_record_killed_on_its_way_in_is_wholly_there_or_not_at_all(
    make_office: MakeOffice, fork: Fork, subtests: pytest.Subtests, point: str, operation: str
) -> None:
    for kind in kinds_of(operation, calls=False):
        with subtests.test(kind=kind):
            _try(make_office(), fork, kind, point, operation)


def _try(office: Office, fork: Fork, kind: str, point: str, operation: str) -> None:
    made = made_for(office, kind)
    words = words_for(kind, made)
    if operation != "create":
        made[kind] = office.take(kind, **words)
    office.work()
    before = versions(office, kind)
    change: Json | None = None if operation == "remove" else words
    if operation == "change":
        change = {**words, **CHANGES[kind]}
    about = "" if point in THERE else f"/{kind}"
    external_id = words["external_id"]
    require_killed(
        [fork(children.ask, office.firm_id, kind, external_id, change, f"{point}{about}")]
    )
    after = versions(office, kind)
    assert (after != before) == (point in THERE)
    assert all(version == wanted for version, wanted in after)
    if point not in THERE or operation != "remove":  # the program asks again
        again = fork(children.ask, office.firm_id, kind, external_id, change)
        again.join(PATIENCE_S)
        assert again.exitcode == 0
        assert (versions(office, kind) == after) == (point in THERE)
    office.work()
    if operation == "create":
        made[kind] = newest(office, kind)
    require_done(office, made, kind, operation)


def newest(office: Office, kind: str) -> int:
    model = model_of(kind)
    with office.database():
        ids = select(model.id).where(model.firm_id == office.firm_id).order_by(model.id.desc())
        return db.session.scalars(ids.limit(1)).one()
