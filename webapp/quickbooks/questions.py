"""What was QuickBooks asked for within the last minute, and what will have to be asked next?

So that one query serves a whole crowd, and its answer is good for a minute: reads are metered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from redis import Redis
from sqlalchemy import ColumnElement, select

from webapp.extensions import db
from webapp.models import Entry, Record, outbox
from webapp.quickbooks import health, mirror
from webapp.quickbooks.errors import NotExecuted, QuickBooksError
from webapp.quickbooks.hold import Hold

FRESH = timedelta(seconds=60)
AT_ONCE = 500
"""Values of one query."""

Answer = list[dict[str, Any]] | QuickBooksError


@dataclass(frozen=True)
class Topic:
    """One field of one kind of object that a firm's company is asked for."""

    firm_id: int
    field: str

    def unasked(self, values: Collection[str]) -> set[str]:
        """Those that the company was not asked for within the last minute."""
        listed = list(values)
        known = _redis().mget([self._key(value) for value in listed]) if listed else []
        return {value for value, asked in zip(listed, known, strict=True) if asked is None}

    def note(self, values: Sequence[str]) -> None:
        """Redis may forget: they are then asked for again."""
        with _redis().pipeline(transaction=False) as pipeline:
            for value in values:
                pipeline.set(self._key(value), 1, ex=int(FRESH.total_seconds()))
            pipeline.execute()

    def _key(self, value: str) -> str:
        digest = hashlib.sha256(value.encode()).hexdigest()  # a client's name may be read nowhere
        return f"cuadra:{self.field}-asked:{self.firm_id}:{digest}"


def put_off(entries: Iterable[Entry], now: datetime) -> None:
    """They wait for an answer, or, should this worker die, for the end of its lease."""
    until = now + timedelta(seconds=current_app.config["LEASE_S"])
    for entry in entries:
        entry.set_ready(until)
        entry.picked = 0


def take_in(hold: Hold, entity: str, entry_ids: Sequence[int], found: Answer) -> bool:
    """Let the entries that waited be planned anew, by a mirror that knows; False where QuickBooks
    could not be asked, so that they try again later. Commits."""
    with hold.transaction() as (now, connection):
        waiting = [e for e in Entry.locked(entry_ids).values() if e.state == outbox.READY]
        if isinstance(found, QuickBooksError):
            for entry in waiting:
                entry.put_back(now)
            if type(found) is not NotExecuted:  # that is our own budget's lack of room
                health.troubled(connection, found, now)
            return False
        mirror.keep_all(hold.firm_id, entity, found)
        for entry in waiting:
            entry.set_ready(now)
    return True


def with_those_that_follow(
    firm_id: int, model: type[Record], column: ColumnElement[str], values: Sequence[str]
) -> list[str]:
    """The values, and what the column holds for the next records to be sent, AT_ONCE in all."""
    following: Sequence[Any] = db.session.scalars(
        select(column)
        .join(Entry, (Entry.kind == model.kind) & (Entry.record_id == model.id))
        .where(
            Entry.firm_id == firm_id,
            Entry.state.in_((outbox.READY, outbox.WAITING)),
            Entry.action == outbox.SAVE,
        )
        .order_by(Entry.priority, Entry.id)
        .limit(AT_ONCE)
    ).all()
    return list(dict.fromkeys([*values, *following]))[:AT_ONCE]


def _redis() -> Redis:
    redis: Redis = current_app.extensions["redis"]
    return redis
