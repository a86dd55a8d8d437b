"""What became of requests whose answers never came, and what has to be sent again.

Looked into only once a late commit can no longer come. What exists was accepted; what does not is
sent again, to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from flask import current_app
from sqlalchemy import select

from webapp import failpoints
from webapp.extensions import db
from webapp.models import Batch, Entry, Link, Record, outbox
from webapp.quickbooks import health, lookup, outcomes, proof
from webapp.quickbooks.client import Company
from webapp.quickbooks.composing import request_of
from webapp.quickbooks.departures import send_by
from webapp.quickbooks.errors import QuickBooksError
from webapp.quickbooks.flight import Accepted, Flight, Request
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.outcomes import Case
from webapp.quickbooks.rejecting import STOPPED_WORKER, reject
from webapp.quickbooks.settling import records_of

Entries = Mapping[int, Entry]


def looks(hold: Hold, now: datetime, entries: Sequence[Entry]) -> list[tuple[str, list[Request]]]:
    """The unanswered requests of entries of one kind, by entity; the caller commits."""
    entries = _without_killers(entries)
    if not entries:
        return []
    ids = [entry.record_id for entry in entries]
    links = Link.of_records(hold.firm_id, entries[0].kind, ids)
    requests = []
    for entry in entries:
        entry.state = outbox.SENT
        entry.due_at = now + _cutoff()  # should this worker die, somebody looks again
        link = links.get(entry.record_id) if entry.operation != "create" else None
        requests.append(request_of(entry, link.quickbooks_id if link else None))
    requests.sort(key=lambda request: request.entity)
    return [(e, list(group)) for e, group in groupby(requests, lambda r: r.entity)]


def _without_killers(entries: Sequence[Entry]) -> list[Entry]:
    """What killed its workers with a request out is set aside."""
    killers = [entry for entry in entries if entry.picked > outbox.CRASHES_ALLOWED]
    records = records_of(killers)
    for entry in killers:
        reject(entry, records[entry.id], STOPPED_WORKER, {})
    return [entry for entry in entries if entry not in killers]


def look(
    company: Company, entity: str, requests: Sequence[Request]
) -> lookup.Found | QuickBooksError:
    """For a thread that calls."""
    failpoints.reach("looking", entity)
    try:
        return lookup.look_up(company, entity, requests)
    except QuickBooksError as error:
        return error


def looked(
    hold: Hold, requests: Sequence[Request], found: lookup.Found | QuickBooksError
) -> list[Flight] | None:
    """Settle them; flights with what has to be sent again, None when QuickBooks did not say."""
    again: list[Request] = []
    with hold.transaction() as (now, connection):
        entries = Entry.locked(request.entry_id for request in requests)
        if isinstance(found, QuickBooksError):
            for entry in entries.values():
                entry.look_again(now + outbox.RETRY_PLAN[0])
            health.troubled(connection, found, now)
            return None
        records = records_of(entries.values())
        for request in requests:
            entry = entries[request.entry_id]
            if not _found(entry, records[entry.id], request, found.get(entry.id), now):
                again.append(request)
        flights = _again(hold, again, entries, now)
        failpoints.reach("looked", requests[0].entity)
    return flights


def _found(
    entry: Entry, record: Record, request: Request, theirs: dict[str, Any] | None, now: datetime
) -> bool:
    """Settle it by what is there; False when the request has to be sent again."""
    if proof.shows(record, request, theirs):
        outcomes.settle([Case(entry, record, request, Accepted(theirs))], now)
        return True
    if request.operation != "create" and proof.overtaken(request, theirs):
        entry.plan_anew()  # on what is there now
        proof.reread(record, theirs)
        return True
    return False


def _again(
    hold: Hold, requests: Sequence[Request], entries: Entries, now: datetime
) -> list[Flight]:
    """Flights that repeat unanswered requests.

    A batch of which nothing exists is repeated whole, under its own request id. Where part of it
    exists it was carried out, so what is missing goes alone, as a new request.
    """
    flights = []
    whole = _whole_batches(requests, entries)
    for batch, members in whole:
        items = {str(entries[r.entry_id].batch_item): r for r in members}
        flights.append(Flight(members, batch.request_id, batch.body, False, send_by(hold), items))
    repeated = {request.entry_id for _batch, members in whole for request in members}
    for request in requests:
        entry = entries[request.entry_id]
        if entry.batch_id is None:
            flights.append(Flight.of_one(request, send_by(hold)))
        elif request.entry_id not in repeated:
            entry.plan_anew()
            entry.picked = 1  # alone this time
            continue
        entry.mark_sent(now, _cutoff())
    return flights


def _whole_batches(
    requests: Sequence[Request], entries: Entries
) -> list[tuple[Batch, list[Request]]]:
    """Batches all of whose entries are among these requests."""
    members: dict[int, list[Request]] = {}
    for request in requests:
        batch_id = entries[request.entry_id].batch_id
        if batch_id is not None:
            members.setdefault(batch_id, []).append(request)
    stored = db.session.scalars(select(Batch).where(Batch.id.in_(members)))
    return [
        (batch, members[batch.id])
        for batch in stored
        if len(members[batch.id]) == batch.body.count('{"bId":"')
    ]


def _cutoff() -> timedelta:
    return timedelta(seconds=current_app.config["QBO_CUTOFF_S"])
