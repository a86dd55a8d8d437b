"""Asking one company what changed there, and taking in the answer.

One reading per firm at a time, and never beside a slice of its work: both hold the same lease.
Calls run in a thread while the lease is kept alive; no transaction is open across one. The cursor
moves on only once everything was taken in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from flask import current_app
from sqlalchemy import select

from webapp import hints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Issue, claiming
from webapp.models import issue as issue_states
from webapp.models.claiming import Left
from webapp.models.connection import CONNECTED, LostSlice
from webapp.quickbooks import (
    absences,
    changes,
    doubled_numbers,
    health,
    hearing,
    merges,
    mirror,
    news,
    recovery,
    remedies,
)
from webapp.quickbooks.client import Company, literal
from webapp.quickbooks.errors import NotExecuted, QuickBooksError, Rejected
from webapp.quickbooks.hearing import PREFERENCES, WATCHED
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.news import Body, News
from webapp.quickbooks.session import company_of

OVERLAP = timedelta(seconds=120)
"""Each reading begins so long before the end of the last: clocks differ, and changes show late."""
CLOCKS_AGREE = OVERLAP / 2
LOOK_BACK = timedelta(days=29)  # Intuit: change data capture page, at most 30 days
MOST_OBJECTS = 1_000  # Intuit: the same page, for all entities together
MOST_ANNOUNCED = 50
"""So many are read one by one; for more it is cheaper to ask once more, later."""
AT_ONCE = 200
"""Objects taken in by one transaction."""
NO_ROOM = timedelta(seconds=10)

log = structlog.get_logger(__name__)

T = TypeVar("T")
Sightings = dict[str, list[dict[str, Any]]]


def catch_up(firm_id: int) -> None:
    """Read and take in what changed over there, if it is time to.

    Does nothing while another worker has the firm, or it is not connected, or it must rest.
    """
    connection = db.session.scalar(select(Connection).where(Connection.firm_id == firm_id))
    began = database_now(db.session())
    wanted = (
        connection is not None and connection.state == CONNECTED and hearing.due(connection, began)
    )
    db.session.commit()
    if not wanted:
        return
    hold = Hold.take(firm_id, to_read=True)
    if hold is None:
        return
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="changes") as pool:
            _Reading(hold, pool).run()
    except LostSlice:
        log.warning("reading_lost", firm_id=firm_id, fence=hold.fence)
        return
    hold.release()
    left = claiming.left(firm_id, began)
    db.session.commit()
    if left:  # whoever was hinted of it meanwhile found the firm taken
        hints.send_next(firm_id, hurry=left is Left.A_PERSONS_WISH)


def _all_documents(company: Company, entity: str) -> list[dict[str, Any]] | None:
    """None where the company refuses them, as some plan may."""
    try:
        return company.query_all(entity)
    except Rejected as error:
        log.warning("documents_refused", entity=entity, code=error.fault.code)
        return None


class _Reading:
    def __init__(self, hold: Hold, pool: ThreadPoolExecutor):
        self.firm_id, self.hold, self.pool = hold.firm_id, hold, pool
        self.left_over = False
        """Something was left to the settlement of a request of ours: to be read again."""
        self.feed_behind = False
        """Much that was announced is not shown yet: to be asked for again soon."""

    def run(self) -> None:
        with self.hold.transaction() as (began_at, connection):
            since = connection.changes_read_to
            self.company: Company = company_of(connection)
            ask_for_preferences = self._waits_for_books()
        try:
            if since is None or began_at - since > LOOK_BACK:
                self._read_everything()
            else:
                self._read_changes(since)
            if ask_for_preferences:
                self._look_at_books()
        except QuickBooksError as error:
            self._postpone(error)
            return
        self._finish(began_at)

    # -- reading -------------------------------------------------------------------------------

    def _read_changes(self, read_to: datetime) -> None:
        """Asked for by our clock and, where QuickBooks' is behind it, by theirs."""
        since = read_to - OVERLAP
        stamp = since.isoformat(timespec="seconds")
        found = self._changed_since(stamp)
        if self.company.behind > CLOCKS_AGREE:
            # What we call then was not yet, over there: ask by their clock.
            stamp = (since - self.company.behind).isoformat(timespec="seconds")
            found = self._changed_since(stamp)
        self._add_announced(found, read_to)
        self._take_in(found)

    def _add_announced(self, found: Sightings, since: datetime) -> None:
        """A webhook may come before the change feed shows what it tells of: that is read by its
        id. Where it is much, the feed is asked again instead."""
        with self.hold.transaction():
            told = hearing.announced(self.firm_id, since)
        unseen = [
            (entity, id_)
            for (entity, id_), moment in told.items()
            if not absences.shown(found[entity], id_, moment)
        ]
        self.feed_behind = len(unseen) > MOST_ANNOUNCED
        for entity, id_ in [] if self.feed_behind else unseen:
            look_for = partial(absences.look_for, self.company, entity, [id_])
            found[entity].extend(self._call(look_for))

    def _changed_since(self, stamp: str) -> Sightings:
        """One call; where its answer is full or refused, one for each entity; where one of these
        is full, queries."""
        try:
            found = self._call(lambda: self.company.changes(list(WATCHED), stamp))
        except Rejected as error:
            log.warning("changes_refused", firm_id=self.firm_id, code=error.fault.code)
        else:
            if sum(map(len, found.values())) < MOST_OBJECTS:
                return found
        return {entity: self._changes_or_all(entity, stamp) for entity in WATCHED}

    def _changes_or_all(self, entity: str, stamp: str) -> list[dict[str, Any]]:
        """Which entities a change feed takes is told by those it leaves out: some plan or country
        may leave out more."""
        try:
            return self._changes_of(entity, stamp)
        except Rejected:
            if entity == PREFERENCES:
                return [self._call(self.company.preferences)]
            return self._whole(entity)

    def _changes_of(self, entity: str, stamp: str) -> list[dict[str, Any]]:
        found = self._call(lambda: self.company.changes([entity], stamp))[entity]
        if len(found) < MOST_OBJECTS:
            return found
        where = f"MetaData.LastUpdatedTime >= {literal(stamp)}"
        if entity in mirror.LISTS:
            where += f" AND {mirror.ANY_STATE}"
        living = self._call(lambda: self.company.query_all(entity, where))
        gone = [body for body in found if news.deleted(body)]
        return self._with_unseen(entity, [*gone, *living], absences.linked)

    def _read_everything(self) -> None:
        """Never read, or too long ago for change data capture: compare all there is."""
        self._take_in({PREFERENCES: [self._call(self.company.preferences)]})
        for entity in WATCHED:
            if entity != PREFERENCES:
                self._take_in({entity: self._whole(entity)})
        with self.hold.transaction() as (now, connection):
            connection.mirrored_at = now

    def _whole(self, entity: str) -> list[dict[str, Any]]:
        """Every object of one entity, and stubs for those that we hold and that are no more."""
        whole = mirror.whole_list if entity in mirror.LISTS else _all_documents
        found = self._call(lambda: whole(self.company, entity))
        if found is None:
            return []  # refused: that says nothing about those we hold
        return self._with_unseen(entity, found, absences.linked, absences.mirrored)

    def _with_unseen(
        self,
        entity: str,
        shown: list[dict[str, Any]],
        *held: Callable[[int, str], set[str]],
    ) -> list[dict[str, Any]]:
        """And what we hold besides, as it is: neither a page nor a query proves that it is gone."""
        with self.hold.transaction():
            unseen = set().union(*(ids_of(self.firm_id, entity) for ids_of in held))
        unseen -= {str(body["Id"]) for body in shown}
        return shown + self._call(lambda: absences.search(self.company, entity, unseen))

    def _waits_for_books(self) -> bool:
        """An issue is open about closed books: that they were opened must not be missed."""
        closed = select(Issue.id).where(
            Issue.firm_id == self.firm_id,
            Issue.state == issue_states.OPEN,
            Issue.cause == "closed",
        )
        return db.session.scalar(closed.limit(1)) is not None

    def _look_at_books(self) -> None:
        """The closing date alone; unless it moved there is nothing to try again."""
        preferences = self._call(self.company.preferences)
        with self.hold.transaction() as (_now, connection):
            closed_to = connection.books_closed_to
            mirror.keep_preferences(connection, preferences)
            if connection.books_closed_to != closed_to:
                remedies.try_again(connection, News(books=True))

    def _call(self, work: Callable[[], T]) -> T:
        """Make a call in the other thread; meanwhile the firm stays ours."""
        future: Future[T] = self.pool.submit(work)
        while True:
            done, _ = wait([future], self.hold.patience_s, FIRST_COMPLETED)
            self.hold.keep()
            if done:
                return future.result()

    # -- taking in -----------------------------------------------------------------------------

    def _take_in(self, found: Mapping[str, Sequence[Body]]) -> None:
        """Lists before documents, since these name those."""
        found = self._with_survivors(found)
        with self.hold.transaction() as (_now, connection):
            merged = merges.survivors(self.firm_id, found)
            merges.move_roles(connection, merged)
            merges.move_links(self.firm_id, found, merged)
        for entity in WATCHED:
            bodies = found.get(entity, ())
            for start in range(0, len(bodies), AT_ONCE):
                with self.hold.transaction() as (_now, connection):
                    self._take_some(connection, entity, bodies[start : start + AT_ONCE], merged)

    def _with_survivors(self, found: Mapping[str, Sequence[Body]]) -> dict[str, list[Body]]:
        """A merge may leave the one that stays as it was, so that nothing else shows it."""
        more: dict[str, list[Body]] = {entity: list(bodies) for entity, bodies in found.items()}
        with self.hold.transaction():
            unseen = merges.unseen_survivors(self.firm_id, found)
        for entity, id_ in unseen:
            look_for = partial(absences.look_for, self.company, entity, [id_])
            more.setdefault(entity, []).extend(self._call(look_for))
        return more

    def _take_some(
        self, connection: Connection, entity: str, bodies: Sequence[Body], merged: merges.Merged
    ) -> None:
        heard: News = news.note(connection, entity, bodies)
        if connection.unsure:
            recovery.recognise(connection, entity, bodies)
        if changes.take_in(connection, entity, bodies, merged):
            self.left_over = True
        doubled_numbers.tell(self.firm_id, entity, bodies)
        remedies.try_again(connection, heard)

    def _finish(self, began_at: datetime) -> None:
        with self.hold.transaction() as (now, connection):
            health.answered(connection, now)
            if connection.unsure:
                recovery.finish(connection, now)
            if self.left_over:
                cutoff = timedelta(seconds=current_app.config["QBO_CUTOFF_S"])
                connection.changes_due_at = now + cutoff
                return
            connection.changes_read_to = began_at
            asked = connection.changes_due_at
            if self.feed_behind:
                connection.changes_due_at = now + OVERLAP / 2
            elif asked is not None and asked <= began_at:
                connection.changes_due_at = None

    def _postpone(self, error: QuickBooksError) -> None:
        """What the company's trouble means for all its work, and when to ask again."""
        with self.hold.transaction() as (now, connection):
            pause = timedelta(seconds=current_app.config["CDC_EVERY_S"])
            if type(error) is NotExecuted:
                pause = NO_ROOM  # our own budget was used up: nothing is wrong over there
            elif not isinstance(error, Rejected):
                health.troubled(connection, error, now)
            connection.changes_due_at = now + pause
        log.warning("changes_not_read", firm_id=self.firm_id, error=type(error).__name__)
