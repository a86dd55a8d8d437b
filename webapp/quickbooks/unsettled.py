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
from sqlalchemy import func, select

from webapp import failpoints
from webapp.extensions import db
from webapp.models import Batch, Entry, Link, Record, outbox
from webapp.quickbooks import agreed, causes, facts, giving_up, health, lookup, outcomes, proof
from webapp.quickbooks.client import Company
from webapp.quickbooks.composing import request_of
from webapp.quickbooks.departures import send_by
from webapp.quickbooks.errors import Fault, QuickBooksError, Rejected
from webapp.quickbooks.flight import REMOVALS, Accepted, Flight, Request, batch_body
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
        if isinstance(found, Rejected):
            _refused(entries, requests, found.fault, now)
            return []
        if isinstance(found, QuickBooksError):
            for entry in entries.values():
                entry.look_again(now + outbox.RETRY_PLAN[0])
            health.troubled(connection, found, now)
            return None
        records = records_of(entries.values())
        for request in requests:
            entry = entries[request.entry_id]
            record = records[entry.id]
            if not (
                _found(entry, record, request, found.get(entry.id), now)
                or giving_up.given_up(entry, record, connection)
            ):
                again.append(request)
        flights = _again(hold, again, entries, now)
        failpoints.reach("looked", requests[0].entity)
    return flights


def _refused(entries: Entries, requests: Sequence[Request], fault: Fault, now: datetime) -> None:
    """The looking itself was refused. That is no fault of the company's, nor of the others that
    were looked for along with the one: each is looked for alone, and told where that is refused."""
    if len(entries) > 1:
        for entry in entries.values():
            entry.look_again(now + outbox.RETRY_PLAN[0])
            entry.picked = 1
        return
    records = records_of(entries.values())
    for request in requests:
        entry = entries[request.entry_id]
        cause, known = causes.classify(fault, entry.kind, request.operation)
        reject(entry, records[entry.id], cause, known, fault, still_out=True)


def _found(
    entry: Entry, record: Record, request: Request, theirs: dict[str, Any] | None, now: datetime
) -> bool:
    """Settle it by what is there; False when the request has to be sent again."""
    if proof.shows(record, request, theirs):
        saved = theirs if request.operation not in REMOVALS else None
        was = proof.edited_since(record, request, saved) if saved else {}
        outcomes.settle([Case(entry, record, request, Accepted(theirs))], now)
        if was and record.live and entry.state != outbox.REJECTED:
            _tell_of_edit(entry, record, was, saved)
        return True
    if request.operation != "create" and proof.overtaken(request, theirs):
        _overtaken(entry, record, request, theirs)
        return True
    return False


def _tell_of_edit(
    entry: Entry, record: Record, was: facts.Facts, theirs: dict[str, Any] | None
) -> None:
    """``was`` is what somebody edited, as it was: the link goes on knowing that."""
    link = Link.of(record)
    assert link is not None
    link.known = agreed.before_edit(link.known, was)
    reject(entry, record, "edited", {"field": ", ".join(sorted(was))}, theirs=theirs)


def _overtaken(
    entry: Entry, record: Record, request: Request, theirs: dict[str, Any] | None
) -> None:
    """Go on with what is there now, unless a person has to see first what was edited there."""
    fields = proof.reread(record, theirs)
    if fields and request.operation == "update":
        reject(entry, record, "edited", {"field": ", ".join(fields)}, theirs=theirs)
    else:
        entry.plan_anew()


def _again(
    hold: Hold, requests: Sequence[Request], entries: Entries, now: datetime
) -> list[Flight]:
    """Flights that repeat unanswered requests, each under the request id it went with."""
    flights = []
    batches: dict[int, dict[str, Request]] = {}
    for request in requests:
        entry = entries[request.entry_id]
        entry.mark_sent(now, _cutoff())
        if entry.batch_id is None:
            flights.append(Flight.of_one_again(request, send_by(hold)))
        else:
            batches.setdefault(entry.batch_id, {})[str(entry.batch_item)] = request
    for batch in db.session.scalars(select(Batch).where(Batch.id.in_(batches))):
        items = batches[batch.id]
        body = batch.body if _nothing_known_of(batch) else batch_body(items)
        flights.append(Flight.of_many_again(items, batch.request_id, body, send_by(hold)))
    return flights


def _nothing_known_of(batch: Batch) -> bool:
    """Such a batch goes again to the letter.

    Where part of it exists it was carried out. The rest may be there too and not be shown yet, so
    it keeps the batch's request id and its place (Intuit, batch: an item with both is not carried
    out twice); what exists stays out of it, for where request ids are not honoured.
    """
    left = select(func.count()).select_from(Entry)
    left = left.where(Entry.firm_id == batch.firm_id, Entry.batch_id == batch.id)
    return db.session.scalar(left) == batch.body.count('{"bId":"')


def _cutoff() -> timedelta:
    return timedelta(seconds=current_app.config["QBO_CUTOFF_S"])
