"""Which requests go now, together or alone? What is to be sent is noted before it is.

From the commit on the outcome of these requests is unknown, until their answers are settled.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import insert

from webapp.extensions import db
from webapp.models import Batch, Entry
from webapp.quickbooks.asked_numbers import number_of
from webapp.quickbooks.flight import BATCH_LIMIT, Flight, Request
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.limits import BATCH, SINGLE, Budget

CROWD = 5
"""From so many requests on, a batch pays: it counts as one call and carries thirty."""


class Departures:
    """The requests of one slice on their way out; the caller commits, then lets them fly."""

    def __init__(self, hold: Hold, budget: Budget):
        self.hold, self.budget = hold, budget
        self.cutoff = timedelta(seconds=current_app.config["QBO_CUTOFF_S"])

    def mark(
        self,
        requests: Sequence[Request],
        entries: Mapping[int, Entry],
        now: datetime,
        most: int,
        *,
        hurry: bool,
        crowd: bool,
    ) -> list[Flight]:
        """Mark as sent what the budget allows, in at most so many calls; the rest is put down.

        The budget is asked here, at the last moment: what is allowed now is sent now.
        """
        bundles, singles = _bundled(requests)
        permits = self.budget.take_some(min(len(bundles), most), BATCH, hurry=hurry)
        flights = [self._batch(*pair, entries) for pair in zip(bundles, permits, strict=False)]
        singles += [request for bundle in bundles[len(flights) :] for request in bundle]
        room = min(len(singles), most - len(flights))
        permits = self.budget.take_some(room, SINGLE, hurry=hurry)
        flights += [
            Flight.of_one(one, send_by(self.hold), not crowd and bool(number_of(one)), permit)
            for one, permit in zip(singles, permits, strict=False)
        ]
        left = {request.entry_id for request in requests}
        for flight in flights:
            for request in flight.requests:
                left.remove(request.entry_id)
                entry = entries[request.entry_id]
                entry.mark_sent(now, self.cutoff)
                if not flight.single:
                    entry.picked = 0  # should this worker die, its members are looked for together
        for entry_id in left:
            entries[entry_id].picked = max(0, entries[entry_id].picked - 1)
        return flights

    def _batch(self, requests: list[Request], permit: str, entries: Mapping[int, Entry]) -> Flight:
        flight = Flight.of_many(requests, uuid.uuid4().hex, send_by(self.hold), permit)
        batch = insert(Batch).values(
            firm_id=self.hold.firm_id, request_id=flight.request_id, body=flight.body
        )
        with db.session.no_autoflush:  # the entries change once more before they are written
            batch_id = db.session.scalar(batch.returning(Batch.id))
        for bid, request in flight.items.items():
            entry = entries[request.entry_id]
            entry.batch_id, entry.batch_item = batch_id, bid
        return flight


def send_by(hold: Hold) -> float:
    """A worker that was stopped for a lease must not send any more: of ``time.monotonic``."""
    return time.monotonic() + hold.lease.total_seconds()


def _bundled(requests: Sequence[Request]) -> tuple[list[list[Request]], list[Request]]:
    """Batches, and what goes alone: voids, for which a batch has no operation, and few."""
    able = [request for request in requests if request.operation != "void"]
    alone = [request for request in requests if request.operation == "void"]
    bundles = [able[start : start + BATCH_LIMIT] for start in range(0, len(able), BATCH_LIMIT)]
    if bundles and len(bundles[-1]) < CROWD:
        alone += bundles.pop()
    return bundles, alone
