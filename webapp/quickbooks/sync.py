"""A slice of one firm's work: entries claimed, requests in flight, answers written down.

One slice per firm runs at a time, anywhere. It claims due entries by priority, keeps several
requests in flight within the company's budget, and commits once per HTTP answer; no transaction is
open across a call. Every write to our database first checks the slice's fence, so that a worker
which was stopped past its lease changes nothing.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

import structlog
from flask import current_app
from redis import RedisError
from sqlalchemy import select

from webapp import failpoints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Batch, Connection, Entry, Link, Record, model_of, outbox
from webapp.models.connection import CONNECTED, LostSlice
from webapp.quickbooks import health, lookup, numbering, outcomes
from webapp.quickbooks.client import Company
from webapp.quickbooks.errors import NotExecuted, QuickBooksError, Rejected
from webapp.quickbooks.flight import (
    BATCH_LIMIT,
    Accepted,
    Flight,
    NotDone,
    Outcome,
    Request,
    Unknown,
    batch_body,
    fly,
    item_id,
)
from webapp.quickbooks.limits import BATCH, SINGLE
from webapp.quickbooks.outcomes import Case
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.plan import Plan, Planner, request_of
from webapp.quickbooks.session import budget_of, company_of

SLICE_S = 2.0
IN_FLIGHT = 8
CLAIM = 60
CROWD = 5
"""From so many requests on, a batch pays: it counts as one call and carries thirty."""

log = structlog.get_logger(__name__)

Handler = Callable[[Any], None]


def run_slice(firm_id: int, seconds: float = SLICE_S) -> bool:
    """Work on the firm for about so long; whether there is more to do right away.

    Does nothing while another worker has the firm, or it is not connected, or it must rest.
    """
    lease = timedelta(seconds=current_app.config["LEASE_S"])
    fence = Connection.claim_slice(firm_id, lease)
    if fence is None:
        return False
    try:
        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="quickbooks") as pool:
            _Slice(firm_id, fence, lease, pool).run(time.monotonic() + seconds)
    except LostSlice:
        log.warning("slice_lost", firm_id=firm_id, fence=fence)
        return False
    except RedisError as error:
        db.session.rollback()
        log.warning("budget_unreachable", firm_id=firm_id, error=type(error).__name__)
    failpoints.reach("released")
    Connection.release_slice(firm_id, fence)
    more = Entry.anything_due(firm_id)
    db.session.commit()
    return more


class _Slice:
    def __init__(self, firm_id: int, fence: int, lease: timedelta, pool: ThreadPoolExecutor):
        self.firm_id, self.fence, self.lease, self.pool = firm_id, fence, lease, pool
        self.cutoff = timedelta(seconds=current_app.config["QBO_CUTOFF_S"])
        connection = self._connection()
        self.told_of_changes = health.webhooks_come(connection, database_now(db.session()))
        self.company: Company = company_of(connection)
        self.budget = budget_of(connection)
        db.session.commit()
        self.planned: deque[Request] = deque()
        self.hurry = self.in_a_crowd = self.suspect = False
        self.flying: dict[Future[Any], Handler] = {}
        self.held_at = time.monotonic()
        self.stopped = False

    # -- the loop ----------------------------------------------------------------------------

    def run(self, deadline: float) -> None:
        try:
            while not self.stopped and time.monotonic() < deadline:
                room = not self.planned and len(self.flying) < (1 if self.suspect else IN_FLIGHT)
                more = room and self._plan_more()
                if not more and not self.planned and not self.flying:
                    return
                pause = self._launch(deadline)
                self._collect(0.0 if more and not self.planned else pause)
        finally:
            while self.flying:
                self._collect(self.lease.total_seconds() / 3)
            self._put_down()

    def _collect(self, patience: float) -> None:
        """Write down what has come back, waiting at most so long for the first of it."""
        if not self.flying:
            time.sleep(max(0.0, patience))
        else:
            patience = min(patience, self.lease.total_seconds() / 3)
            done, _ = wait(self.flying, max(0.0, patience), FIRST_COMPLETED)
            for future in done:
                self.flying.pop(future)(future.result())
        if time.monotonic() - self.held_at > self.lease.total_seconds() / 3:
            with self._transaction():
                pass

    @contextmanager
    def _transaction(self) -> Iterator[datetime]:
        """One commit, made only while the firm is still ours. Gives the database's time."""
        try:
            Connection.hold_slice(self.firm_id, self.fence, self.lease)
            yield database_now(db.session())
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        self.held_at = time.monotonic()

    def _connection(self) -> Connection:
        return db.session.scalars(
            select(Connection)
            .where(Connection.firm_id == self.firm_id)
            .execution_options(populate_existing=True)
        ).one()

    # -- planning ----------------------------------------------------------------------------

    def _plan_more(self) -> bool:
        """Claim and plan what is due; whether there was anything."""
        claimed = Entry.claim(self.firm_id, CLAIM, idle=not self.flying)
        if claimed is None:
            return False
        self.suspect = claimed.suspect
        about = ENTITIES[claimed.kind]
        failpoints.reach("claimed", about)
        with self._transaction():
            connection = self._connection()
            if connection.state != CONNECTED:
                self.stopped = True
                return False
            if claimed.kind == "invoice":
                numbering.take_turn(self.firm_id)
            entries = list(Entry.locked(claimed.ids).values())
            fresh = [entry for entry in entries if not entry.unsettled]
            looks = self._looks(_without_killers([e for e in entries if e.unsettled]))
            plan = Planner(connection, fresh).plan() if fresh else Plan()
            if plan.requests:
                failpoints.reach("composed", about)
        if plan.requests:
            failpoints.reach("planned", about)
        self.hurry = claimed.priority == outbox.PERSON
        self.in_a_crowd = len(plan.requests) >= CROWD
        self.planned.extend(plan.requests)
        for entry, holder in plan.numbers_to_check:
            self._submit(
                partial(self._read_invoice, holder), partial(self._number_checked, entry.id)
            )
        for entity, requests in looks:
            self._submit(partial(self._look, entity, requests), partial(self._looked, requests))
        return True

    def _submit(self, work: Callable[[], Any], handler: Handler) -> None:
        self.flying[self.pool.submit(work)] = handler

    def _put_down(self) -> None:
        left = [request.entry_id for request in self.planned]
        self.planned.clear()
        if left:
            with self._transaction():
                Entry.put_down(left)

    # -- sending -----------------------------------------------------------------------------

    def _launch(self, deadline: float) -> float:
        """Send what the budget allows now; how long to wait for an answer or for more budget."""
        while self.planned and len(self.flying) < IN_FLIGHT and not self.stopped:
            if self._crowd() and self.budget.ask(BATCH) == 0:
                self._send_batch([self.planned.popleft() for _ in range(self._batch_size())])
                continue
            pause = self.budget.ask(SINGLE, hurry=self.hurry)
            if pause:
                return min(pause, max(0.0, deadline - time.monotonic()))
            self._send_singles(self._with_budget())
        return max(0.0, deadline - time.monotonic()) if self.flying else 0.0

    def _batch_size(self) -> int:
        return min(BATCH_LIMIT, len(self.planned))

    def _crowd(self) -> bool:
        """Enough of one kind to fill a batch, and nobody waiting for a single one. Voids go alone:
        a batch has no operation for them."""
        return len(self.planned) >= CROWD and all(
            self.planned[position].operation != "void" for position in range(self._batch_size())
        )

    def _with_budget(self) -> list[Request]:
        """The next request, for which the budget was taken, and as many more as it gives."""
        chosen = [self.planned.popleft()]
        room = IN_FLIGHT - len(self.flying)
        while self.planned and len(chosen) < room and self.budget.ask(hurry=self.hurry) == 0:
            chosen.append(self.planned.popleft())
        return chosen

    def _send_singles(self, requests: Sequence[Request]) -> None:
        with self._transaction() as now:
            ready = self._mark_sent(requests, now)
        for request, _entry in ready:
            self._fly(Flight.of_one(request, self._send_by(), self._unsure_of_number(request)))

    def _unsure_of_number(self, request: Request) -> bool:
        """Is the number worth a read? Not in a crowd, where the mirror has to do, nor while
        QuickBooks announces its changes: reads are metered."""
        numbered = request.entity == "Invoice" and request.operation in ("create", "update")
        return numbered and not self.told_of_changes and not self.in_a_crowd

    def _send_batch(self, requests: Sequence[Request]) -> None:
        with self._transaction() as now:
            ready = self._mark_sent(requests, now)
            if not ready:
                return
            items = {item_id(position): sent[0] for position, sent in enumerate(ready)}
            batch = Batch(firm_id=self.firm_id, request_id=uuid.uuid4().hex, body=batch_body(items))
            db.session.add(batch)
            db.session.flush()
            for position, (_request, entry) in enumerate(ready):
                entry.batch_id, entry.batch_item = batch.id, item_id(position)
                entry.picked = 0  # should this worker die, its members are looked for together
        self._fly(
            Flight(
                list(items.values()),
                batch.request_id,
                batch.body,
                False,
                self._send_by(),
                items=items,
            )
        )

    def _mark_sent(self, requests: Sequence[Request], now: datetime) -> list[tuple[Request, Entry]]:
        """Note before the call that it may happen; what a person changed meanwhile is left out."""
        entries = Entry.locked(request.entry_id for request in requests)
        ready = []
        for request in requests:
            entry = entries[request.entry_id]
            as_planned = (
                entry.state in (outbox.READY, outbox.REJECTED)  # rejected: its second try
                and entry.request_id == request.request_id
                and entry.wanted == request.version
            )
            if as_planned:
                entry.mark_sent(now, self.cutoff)
                ready.append((request, entry))
            else:
                entry.picked = 0
        return ready

    def _send_by(self) -> float:
        return time.monotonic() + self.lease.total_seconds()

    def _fly(self, flight: Flight) -> None:
        failpoints.reach("marked", flight.requests[0].entity)
        self._submit(
            lambda: fly(flight, self.company),
            lambda outcome: self._settle(flight, outcome),
        )

    # -- settling ----------------------------------------------------------------------------

    def _settle(self, flight: Flight, by_entry: dict[int, Outcome]) -> None:
        """One HTTP answer, one commit."""
        with self._transaction() as now:
            if any(outcomes.wants_another_number(outcome) for outcome in by_entry.values()):
                numbering.take_turn(self.firm_id)
            entries = Entry.locked(by_entry)
            records = _records_of(entries.values())
            outcomes.settle(
                [
                    Case(
                        entries[request.entry_id],
                        records[request.entry_id],
                        request,
                        by_entry[request.entry_id],
                    )
                    for request in flight.requests
                ],
                now,
            )
            self._note_health(list(by_entry.values()), now)
            failpoints.reach("settling", flight.requests[0].entity)
        failpoints.reach("settled", flight.requests[0].entity)

    def _note_health(self, results: Sequence[Outcome], now: datetime) -> None:
        """A batch that went wrong as a whole counts once."""
        connection = self._connection()
        errors = [r.error for r in results if isinstance(r, NotDone | Unknown)]
        if len(errors) < len(results):
            health.answered(connection, now)
            if any(isinstance(result, Accepted) for result in results):
                connection.unechoed_since = connection.unechoed_since or now
        elif errors:
            health.troubled(connection, errors[0], now)
            self._rest(connection, errors[0], now)

    def _rest(self, connection: Connection, error: QuickBooksError, now: datetime) -> None:
        resting = connection.not_before is not None and connection.not_before > now
        if connection.state != CONNECTED or resting:
            self.stopped = True
        if resting and isinstance(error, NotExecuted):
            assert connection.not_before is not None
            self.budget.pause((connection.not_before - now).total_seconds())

    # -- unknown outcomes --------------------------------------------------------------------

    def _looks(self, entries: Sequence[Entry]) -> list[tuple[str, list[Request]]]:
        """Unsettled entries whose late commit can no longer come, by entity."""
        if not entries:
            return []
        links = {
            link.record_id: link.quickbooks_id
            for link in db.session.scalars(
                select(Link).where(
                    Link.firm_id == self.firm_id,
                    Link.kind == entries[0].kind,
                    Link.record_id.in_([entry.record_id for entry in entries]),
                )
            )
        }
        now = database_now(db.session())
        for entry in entries:
            entry.state = outbox.SENT
            entry.due_at = now + self.cutoff  # should this worker die, somebody looks again
        requests = [
            request_of(entry, links.get(entry.record_id) if entry.operation != "create" else None)
            for entry in entries
        ]
        requests.sort(key=lambda request: request.entity)
        return [(e, list(group)) for e, group in groupby(requests, lambda r: r.entity)]

    def _look(self, entity: str, requests: list[Request]) -> lookup.Found | QuickBooksError:
        failpoints.reach("looking", entity)
        try:
            return lookup.look_up(self.company, entity, requests)
        except QuickBooksError as error:
            return error

    def _looked(self, requests: Sequence[Request], found: lookup.Found | QuickBooksError) -> None:
        """What exists was accepted; what does not is sent again, to the letter."""
        again: list[Request] = []
        with self._transaction() as now:
            entries = Entry.locked(request.entry_id for request in requests)
            if isinstance(found, QuickBooksError):
                for entry in entries.values():
                    entry.look_again(now + outbox.RETRY_PLAN[0])
                health.troubled(self._connection(), found, now)
                self.stopped = True
                return
            records = _records_of(entries.values())
            for request in requests:
                entry = entries[request.entry_id]
                if not self._found(entry, records[entry.id], request, found.get(entry.id), now):
                    again.append(request)
            flights = self._again(again, entries, now)
            failpoints.reach("looked", requests[0].entity)
        for flight in flights:
            self._fly(flight)

    def _found(
        self,
        entry: Entry,
        record: Record,
        request: Request,
        theirs: dict[str, Any] | None,
        now: datetime,
    ) -> bool:
        """Settle it by what is there; False when the request has to be sent again."""
        applied = outcomes.shows(record, request, theirs)
        if applied:
            outcomes.settle([Case(entry, record, request, Accepted(theirs))], now)
        elif request.operation in ("update", "void", "delete") and outcomes.overtaken(
            request, theirs
        ):
            entry.plan_anew()  # on what is there now
            outcomes.reread(record, theirs)
        else:
            return False
        return True

    def _again(
        self, requests: Sequence[Request], entries: dict[int, Entry], now: datetime
    ) -> list[Flight]:
        """Flights that repeat unanswered requests.

        A batch of which nothing exists is repeated whole, under its own request id. Where part of
        it exists it was carried out, so what is missing goes alone, as a new request.
        """
        flights = []
        whole = self._whole_batches(requests, entries)
        for batch, members in whole.items():
            items = {str(entries[r.entry_id].batch_item): r for r in members}
            stored = db.session.get_one(Batch, batch)
            flights.append(
                Flight(members, stored.request_id, stored.body, False, self._send_by(), items)
            )
        repeated = {request.entry_id for members in whole.values() for request in members}
        for request in requests:
            entry = entries[request.entry_id]
            if request.entry_id in repeated:
                entry.mark_sent(now, self.cutoff)
            elif entry.batch_id is not None:
                entry.plan_anew()
                entry.picked = 1  # alone this time
            else:
                entry.mark_sent(now, self.cutoff)
                flights.append(Flight.of_one(request, self._send_by()))
        return flights

    def _whole_batches(
        self, requests: Sequence[Request], entries: dict[int, Entry]
    ) -> dict[int, list[Request]]:
        """Batches all of whose entries are among these requests."""
        members: dict[int, list[Request]] = {}
        for request in requests:
            batch_id = entries[request.entry_id].batch_id
            if batch_id is not None:
                members.setdefault(batch_id, []).append(request)
        stored = {b.id: b for b in db.session.scalars(select(Batch).where(Batch.id.in_(members)))}
        return {
            batch_id: group
            for batch_id, group in members.items()
            if len(group) == stored[batch_id].body.count('{"bId":"')
        }

    # -- numbers that the mirror gives to another ---------------------------------------------

    def _read_invoice(self, quickbooks_id: str) -> dict[str, Any] | QuickBooksError:
        try:
            return self.company.read("Invoice", quickbooks_id)
        except QuickBooksError as error:
            return error

    def _number_checked(self, entry_id: int, found: dict[str, Any] | QuickBooksError) -> None:
        with self._transaction() as now:
            numbering.take_turn(self.firm_id)
            entry = Entry.locked([entry_id])[entry_id]
            record = _records_of([entry])[entry_id]
            if isinstance(found, QuickBooksError) and not isinstance(found, Rejected):
                entry.put_back(now)
                health.troubled(self._connection(), found, now)
                return
            outcomes.number_checked(entry, record, None if isinstance(found, Rejected) else found)


def _without_killers(entries: Sequence[Entry]) -> list[Entry]:
    """Entries to look into; what killed its workers with a request out is set aside."""
    killers = [entry for entry in entries if entry.picked > outbox.CRASHES_ALLOWED]
    records = _records_of(killers)
    for entry in killers:
        outcomes.reject(entry, records[entry.id], outcomes.STOPPED_WORKER, {})
    return [entry for entry in entries if entry not in killers]


def _records_of(entries: Any) -> dict[int, Record]:
    """The record of each entry, by entry id."""
    by_kind: dict[str, dict[int, int]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, {})[entry.record_id] = entry.id
    records: dict[int, Record] = {}
    for kind, wanted in by_kind.items():
        model = model_of(kind)
        for record in db.session.scalars(select(model).where(model.id.in_(wanted))):
            records[wanted[record.id]] = record
    return records
