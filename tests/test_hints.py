"""In which order do hints wait, and which of them are one?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.conftest import FirmFixture
from webapp import hints
from webapp.extensions import db
from webapp.models import Service, outbox

CROWD = (101, 102)
NEWCOMER, ANOTHER = 201, 202


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def waiting(app: Flask) -> list[int]:
    """The firms that hints wait for, the next one first."""
    return [job.args[0] for job in app.extensions["sync_queue"].jobs]


def test_what_a_person_waits_for_stands_behind_no_crowd(app: Flask) -> None:
    for firm_id in CROWD:
        hints.send(firm_id)
    hints.send(NEWCOMER, hurry=True)
    hints.send(ANOTHER)
    assert waiting(app) == [NEWCOMER, *CROWD, ANOTHER]


def test_a_hint_further_back_does_not_stand_in_a_persons_way(app: Flask) -> None:
    for firm_id in (*CROWD, NEWCOMER):
        hints.send(firm_id)
    hints.send(NEWCOMER, hurry=True)
    assert waiting(app) == [NEWCOMER, *CROWD, NEWCOMER]


@pytest.mark.parametrize("hurry", [True, False])
def test_hints_of_one_firm_are_one_until_a_worker_takes_it(app: Flask, hurry: bool) -> None:
    for _ in range(2):
        hints.send(NEWCOMER, hurry=hurry)
    assert waiting(app) == [NEWCOMER]
    hints.taken(NEWCOMER)
    hints.send(NEWCOMER, hurry=hurry)
    assert waiting(app) == [NEWCOMER] * 2


def test_a_slice_is_followed_by_one_at_most(app: Flask) -> None:
    """Of two, each would end the other's slices as soon as they waited for the budget."""
    hints.send(NEWCOMER)
    hints.taken(NEWCOMER)
    hints.send_next(NEWCOMER)
    assert waiting(app) == [NEWCOMER]
    hints.send_next(ANOTHER)
    assert waiting(app) == [NEWCOMER, ANOTHER]
    hints.send_next(ANOTHER, hurry=True)
    assert waiting(app) == [ANOTHER, NEWCOMER, ANOTHER]


def test_a_firms_own_hint_is_no_other_that_waits(app: Flask) -> None:
    assert not hints.others_wait(NEWCOMER)
    hints.send(NEWCOMER)
    assert not hints.others_wait(NEWCOMER)
    assert hints.others_wait(NEWCOMER // 10)
    app.extensions["sync_queue"].empty()
    hints.queue_once("jobs.books.compare", NEWCOMER)
    assert hints.others_wait(NEWCOMER)


@pytest.mark.parametrize("order", [(True, False), (False, True)])
def test_one_commit_hints_once_and_in_a_hurry_if_anything_in_it_is(
    app: Flask, firm: FirmFixture, order: tuple[bool, bool]
) -> None:
    hints.send(CROWD[0])
    for number, hurry in enumerate(order):
        Service(firm_id=firm.id, name=f"Service {number}", rate_minor=100).save(hurry=hurry)
    assert waiting(app) == [CROWD[0]]
    db.session.commit()
    assert waiting(app) == [firm.id, CROWD[0]]


def test_what_no_person_waits_for_takes_its_turn(app: Flask, firm: FirmFixture) -> None:
    hints.send(CROWD[0])
    entry = Service(firm_id=firm.id, name="Audit", rate_minor=100).save(hurry=False)
    db.session.commit()
    assert entry.priority == outbox.ORDINARY
    assert waiting(app) == [CROWD[0], firm.id]


def test_what_was_undone_hints_nobody(app: Flask, firm: FirmFixture) -> None:
    Service(firm_id=firm.id, name="Audit", rate_minor=100).save()
    db.session.rollback()
    db.session.commit()
    assert waiting(app) == []
