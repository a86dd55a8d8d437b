"""A slice of one firm's work: what is due is taken up, sent, and its answers written down.

One slice per firm runs at a time, anywhere. It takes up due entries by priority, no more than may
be sent now, and keeps several requests in flight within the company's budget; no transaction is
open across a call. ``departures`` puts requests on their way, ``settling`` writes answers down,
``unsettled`` finds out about requests whose answers never came.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from flask import current_app
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from webapp import failpoints, hints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Entry, claiming, outbox
from webapp.models.claiming import Due, Left
from webapp.models.connection import CONNECTED, LostSlice
from webapp.quickbooks import (
    asked_names,
    asked_numbers,
    holders,
    numbering,
    settling,
    tally,
    unsettled,
)
from webapp.quickbooks.departures import CROWD, Departures
from webapp.quickbooks.flight import BATCH_LIMIT, Flight, Request, fly
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.limits import Room
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.plan import Plan, Planner
from webapp.quickbooks.repeats import fly_again
from webapp.quickbooks.session import AccessTokens, budget_of, company_of

SLICE_S = 2.0
IN_FLIGHT = 10
KEPT_FOR_PEOPLE = 1
"""Of the requests in flight, so many only for people who wait."""
BATCHES_AT_ONCE = 4
"""Planned by one transaction, which must not keep others from the database for long."""
LOOKED_FOR_AT_ONCE = 60
GATHER_S = 0.03
"""Requests that left together come back together: one answer waits so long for its companions."""
YIELD_S = 0.05
"""Firms that all wait for their budgets pass their workers around no faster than that."""
LOOK_EVERY_S = 0.5
"""However long there is to wait for, a person's wish is seen by then."""

log = structlog.get_logger(__name__)

Handler = Callable[[Any], None]


def run_slice(firm_id: int, seconds: float = SLICE_S) -> Left:
    """Work on the firm for about so long; what there is to do right after it.

    Does nothing while another worker has the firm, or it is not connected, or it must rest.
    """
    began = database_now(db.session())
    hold = Hold.take(firm_id)
    if hold is None:
        return Left.NOTHING
    try:
        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="quickbooks") as pool:
            _Slice(hold, pool).run(time.monotonic() + seconds)
    except LostSlice:
        log.warning("slice_lost", firm_id=firm_id, fence=hold.fence)
        return Left.NOTHING
    except RedisError as error:
        db.session.rollback()
        log.warning("budget_unreachable", firm_id=firm_id, error=type(error).__name__)
    failpoints.reach("released")
    hold.release()
    left = claiming.left(firm_id, began)
    db.session.commit()
    return left


class _Slice:
    def __init__(self, hold: Hold, pool: ThreadPoolExecutor):
        self.firm_id, self.hold, self.pool = hold.firm_id, hold, pool
        self.slip = tally.Slip(current_app.extensions["redis"])
        with hold.transaction() as (_now, connection):
            self.tokens = AccessTokens(self.firm_id)
            self.company = company_of(connection, self.tokens, slip=self.slip)
            self.budget = budget_of(connection)
            self.departures = Departures(hold, self.budget)
        self.flights: dict[Future[Any], Flight] = {}
        self.readings: dict[Future[Any], Handler] = {}
        self.full_until = 0.0
        """Of ``time.monotonic``: before, the budget has no room for anything that was due."""
        self.stopped = self.suspect = self.asking = False
        """What a worker died with is under way: nothing else may be beside it."""

    # -- the loop ----------------------------------------------------------------------------

    def run(self, deadline: float) -> None:
        try:
            while not self.stopped and (left := deadline - time.monotonic()) > 0:
                pause = self._take_up()
                if pause is None and not self._on_their_way():
                    return
                if pause and not self._on_their_way() and hints.others_wait(self.firm_id):
                    time.sleep(min(pause, YIELD_S))
                    return  # the budget makes us wait: another firm may have this worker
                self._collect(min(left, LOOK_EVERY_S if pause is None else pause))
        except SQLAlchemyError:
            db.session.rollback()  # what comes back now is still to be written down
            raise
        finally:
            while self._on_their_way():
                self._collect(self.hold.patience_s)
            self.slip.hand_in()

    def _on_their_way(self) -> int:
        return len(self.flights) + len(self.readings)

    def _collect(self, patience_s: float) -> None:
        """Write down what has come back, waiting at most so long for the first of it."""
        waiting = [*self.flights, *self.readings]
        if not waiting:
            time.sleep(patience_s)
        elif wait(waiting, min(patience_s, self.hold.patience_s), FIRST_COMPLETED).done:
            landed, _ = wait(waiting, GATHER_S if patience_s else 0.0)
            self._settle([future for future in self.flights if future in landed])
            for future in [future for future in self.readings if future in landed]:
                self.readings.pop(future)(future.result())
        self.hold.keep()

    def _settle(self, landed: list[Future[Any]]) -> None:
        answers = [(self.flights.pop(future), future.result()) for future in landed]
        self.budget.answered([flight.permit for flight, _results in answers if flight.permit])
        for some in settling.together(answers):
            if not settling.settle(self.hold, self.budget, some):
                self.stopped = True

    # -- taking up ---------------------------------------------------------------------------

    def _take_up(self) -> float | None:
        """Put on its way what is most urgent and may go; the seconds until it is worth looking
        for more, None when nothing is due."""
        if (full_for := self.full_until - time.monotonic()) > 0:
            return full_for
        first = claiming.first_due(self.firm_id, CROWD)
        if first is None:
            return None
        if self.asking and first.kind == "invoice":
            return LOOK_EVERY_S  # its number is in the question, too
        alone = first.picked or self.suspect
        if alone and self._on_their_way():
            return LOOK_EVERY_S
        self.suspect = bool(first.picked)
        hurry = first.priority == outbox.PERSON
        free = IN_FLIGHT - self._on_their_way() - (0 if hurry else KEPT_FOR_PEOPLE)
        if free < 1:
            return LOOK_EVERY_S
        # In a crowd single calls go a second's worth at a time: a transaction for each costs most.
        room = self.budget.room(free if first.like_it >= CROWD else 1, hurry=hurry)
        if not room.calls or (room.wait_s and not room.batches):
            pause = min(room.wait_s, LOOK_EVERY_S)
            self.full_until = time.monotonic() + pause
            return pause
        limit = LOOKED_FOR_AT_ONCE if first.sent else _so_many(room, free)
        ids = claiming.claim(self.firm_id, first, limit)
        failpoints.reach("claimed", ENTITIES[first.kind])
        try:
            self._plan(first, ids, free)
        except RedisError:
            with self.hold.transaction():
                claiming.put_down(ids)
            raise
        return 0.0

    def _plan(self, first: Due, ids: list[int], free: int) -> None:
        """One transaction from the claim to the moment before the calls."""
        with self.hold.transaction() as (now, connection):
            if connection.state != CONNECTED:
                self.stopped = True
                claiming.put_down(ids)
                return
            self.tokens.learn(connection, now)
            if first.kind == "invoice":
                numbering.take_turn(self.firm_id)
            entries = Entry.locked(ids)
            fresh = [entry for entry in entries.values() if not entry.unsettled]
            looks = unsettled.looks(self.hold, now, [e for e in entries.values() if e.unsettled])
            plan = Planner(connection, fresh).plan() if fresh else Plan()
            unasked = self._numbers_to_ask(connection, plan, first, now)
            unknown = asked_names.question(plan.names_to_ask, now)
            if plan.requests:
                failpoints.reach("planned", ENTITIES[first.kind])
            flights = self.departures.mark(
                plan.requests,
                entries,
                now,
                free,
                hurry=first.priority == outbox.PERSON,
                crowd=first.like_it >= CROWD,
            )
            if flights:
                failpoints.reach("composed", ENTITIES[first.kind])
        for flight in flights:
            self._fly(flight)
        if unasked:
            self._ask_for_numbers(unasked)
        if unknown:
            self._ask_for_names(unknown)
        for entry, holder in plan.numbers_to_check:
            self._read_holder(entry.id, holder)
        for entity, requests in looks:
            self._look_for(entity, requests)

    def _numbers_to_ask(
        self, connection: Connection, plan: Plan, first: Due, now: datetime
    ) -> asked_numbers.Question | None:
        """A crowd's are asked for together; its invoices leave the plan until that is answered."""
        if first.like_it < CROWD:
            return None
        question = asked_numbers.question(connection, plan.requests, now)
        if question is not None:
            put_off = set(question.entry_ids)
            plan.requests = [one for one in plan.requests if one.entry_id not in put_off]
        return question

    # -- calls ---------------------------------------------------------------------------------

    def _fly(self, flight: Flight) -> None:
        failpoints.reach("marked", flight.requests[0].entity)
        work = fly_again if flight.repeat else fly
        self.flights[self.pool.submit(work, flight, self.company)] = flight

    def _read(self, work: Callable[[], Any], handler: Handler) -> None:
        self.readings[self.pool.submit(work)] = handler

    def _ask_for_numbers(self, asked: asked_numbers.Question) -> None:
        self.asking = True
        self._read(
            partial(asked_numbers.ask, self.company, asked.numbers),
            partial(self._numbers_asked, asked),
        )

    def _numbers_asked(self, asked: asked_numbers.Question, found: asked_numbers.Answer) -> None:
        self.asking = False
        asked_numbers.answered(self.hold, asked, found)

    def _ask_for_names(self, asked: asked_names.Question) -> None:
        self._read(
            partial(asked_names.ask, self.company, asked),
            partial(asked_names.answered, self.hold, asked),
        )

    def _read_holder(self, entry_id: int, holder: str) -> None:
        self._read(
            partial(holders.read, self.company, holder),
            partial(holders.checked, self.hold, entry_id),
        )

    def _look_for(self, entity: str, requests: list[Request]) -> None:
        self._read(
            partial(unsettled.look, self.company, entity, requests),
            partial(self._looked, requests),
        )

    def _looked(self, requests: list[Request], found: Any) -> None:
        flights = unsettled.looked(self.hold, requests, found)
        if flights is None:
            self.stopped = True
        for flight in flights or ():
            self._fly(flight)


def _so_many(room: Room, free: int) -> int:
    """How many entries are worth taking up: batches are full where there is room for any."""
    batches = min(room.batches, free, BATCHES_AT_ONCE)
    return batches * BATCH_LIMIT if batches else min(room.calls, free)
