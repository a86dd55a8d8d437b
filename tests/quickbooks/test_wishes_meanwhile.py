"""A person asks for something while a worker has their firm: is it acted on right after?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pytest

from tests.commands.program import wait_until
from tests.quickbooks.office import Office
from tests.sandbox_process import Switch
from webapp import hints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection
from webapp.models.claiming import Left
from webapp.quickbooks import reading, sync

SLOW_MS = 1000
A_CALL_S = 0.1
"""Long enough for one call to leave, too short for another."""
SOON_S = 30
OTHER_FIRM = 999_999

T = TypeVar("T")


@pytest.fixture(autouse=True)
def slow(switch: Switch, office: Office) -> None:
    switch(latency_ms=SLOW_MS)


def beside(office: Office, work: Callable[[], T], act: Callable[[], object]) -> T:
    """What ``work`` returns, ``act`` having been done while it held the firm."""

    def run() -> T:
        with office.database():
            return work()

    with ThreadPoolExecutor(1) as pool:
        working: Future[T] = pool.submit(run)
        wait_until(lambda: office.connection().slice_until is not None, SOON_S)
        act()
        assert not working.done()
        return working.result(SOON_S)


def sent_away(office: Office) -> None:
    """Another worker takes the hint, and finds the firm taken."""
    office.app.extensions["sync_queue"].empty()
    with office.database():
        hints.taken(office.firm_id)
        assert sync.run_slice(office.firm_id) is Left.NOTHING


@pytest.mark.parametrize("hurry", [True, False])
def test_what_came_during_a_slice_is_left_as_what_it_is(office: Office, hurry: bool) -> None:
    changed = office.client("Ada")
    office.work()
    office.change("account", changed, name="Ada Byron")

    def act() -> None:
        wait_until(lambda: office.entry("account", changed).state == "sent", SOON_S)
        office.client("Bo", hurry=hurry)
        if hurry:
            sent_away(office)

    left = beside(office, lambda: sync.run_slice(office.firm_id, A_CALL_S), act)
    assert left is (Left.A_PERSONS_WISH if hurry else Left.SOMETHING)
    assert office.state("account", changed) == "synced"


@pytest.mark.parametrize("hurry", [True, False])
def test_what_came_while_changes_were_read_is_hinted_after_it(office: Office, hurry: bool) -> None:
    with office.database():
        Connection.of(office.firm_id).changes_due_at = database_now(db.session())
        db.session.commit()

    def act() -> None:
        office.client("Bo", hurry=hurry)
        sent_away(office)
        with office.database():
            hints.send(OTHER_FIRM)

    beside(office, lambda: reading.catch_up(office.firm_id), act)
    waiting = [job.args[0] for job in office.app.extensions["sync_queue"].jobs]
    assert waiting == ([office.firm_id, OTHER_FIRM] if hurry else [OTHER_FIRM, office.firm_id])
