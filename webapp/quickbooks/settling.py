"""What the answers that came back mean for their entries, and for the company.

Answers that have come back together share a commit; each is settled once. Until that commit their
entries stand as sent, so that a worker that dies here leaves nothing but unknown outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby

from sqlalchemy import Select, bindparam, select

from webapp import failpoints
from webapp.extensions import db
from webapp.models import Connection, Entry, Record, model_of
from webapp.models.connection import CONNECTED
from webapp.quickbooks import health, numbering, outcomes
from webapp.quickbooks.errors import NotExecuted, OutcomeUnknown, QuickBooksError, Rejected
from webapp.quickbooks.flight import Accepted, Flight, NotDone, Outcome, Unknown
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.limits import Budget
from webapp.quickbooks.outcomes import Case
from webapp.quickbooks.taken_numbers import wants_another_number

Answer = tuple[Flight, Mapping[int, Outcome]]
"""A flight that came back, and the outcome of each of its entries by entry id."""

AT_ONCE = 120
"""Entries: one transaction must not keep others from the database for long."""


def together(answers: Iterable[Answer]) -> Iterator[list[Answer]]:
    """The answers in groups of one entity, each of a size for one transaction."""
    for _entity, group in groupby(sorted(answers, key=_entity_of), _entity_of):
        some: list[Answer] = []
        for answer in group:
            if some and sum(len(results) for _flight, results in [*some, answer]) > AT_ONCE:
                yield some
                some = []
            some.append(answer)
        yield some


def _entity_of(answer: Answer) -> str:
    return answer[0].requests[0].entity


def settle(hold: Hold, budget: Budget, answers: Sequence[Answer]) -> bool:
    """Write down answers of one entity in one commit; False when the company has to rest."""
    by_entry = {id_: outcome for _flight, results in answers for id_, outcome in results.items()}
    with hold.transaction() as (now, connection):
        if any(wants_another_number(outcome) for outcome in by_entry.values()):
            numbering.take_turn(hold.firm_id)
        entries = Entry.locked(by_entry)
        records = records_of(entries.values())
        requests = [request for flight, _results in answers for request in flight.requests]
        outcomes.settle(
            [
                Case(entries[r.entry_id], records[r.entry_id], r, by_entry[r.entry_id])
                for r in requests
            ],
            now,
        )
        for flight, results in answers:
            _note_health(connection, flight, list(results.values()), now)
        goes_on = _goes_on(connection, by_entry.values(), budget, now)
        failpoints.reach("settling", _entity_of(answers[0]))
    failpoints.reach("settled", _entity_of(answers[0]))
    return goes_on


def _note_health(
    connection: Connection, flight: Flight, results: Sequence[Outcome], now: datetime
) -> None:
    """A batch that went wrong as a whole counts once."""
    errors = [r.error for r in results if isinstance(r, NotDone | Unknown)]
    if len(errors) < len(results):
        health.answered(connection, now)
        if any(isinstance(result, Accepted) for result in results):
            connection.unechoed_since = connection.unechoed_since or now
    elif errors and not _of_the_record(flight, errors[0]):
        health.troubled(connection, errors[0], now)


def _of_the_record(flight: Flight, error: QuickBooksError) -> bool:
    """A no to a batch as a whole says nothing of the company, nor does a Fault that a repeat meets:
    the look-up before it was answered."""
    spoke = flight.repeat and isinstance(error, OutcomeUnknown) and bool(error.fault.code)
    return spoke or isinstance(error, Rejected)


def _goes_on(
    connection: Connection, results: Iterable[Outcome], budget: Budget, now: datetime
) -> bool:
    """Does the company take more calls? If not, everybody's budget pauses until it does."""
    resting = connection.not_before is not None and connection.not_before > now
    if resting and any(
        isinstance(r, NotDone | Unknown) and isinstance(r.error, NotExecuted) for r in results
    ):
        assert connection.not_before is not None
        budget.pause((connection.not_before - now).total_seconds())
    return connection.state == CONNECTED and not resting


def records_of(entries: Iterable[Entry]) -> dict[int, Record]:
    """The record of each entry, by entry id."""
    by_kind: dict[str, dict[int, int]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, {})[entry.record_id] = entry.id
    records: dict[int, Record] = {}
    for kind, wanted in by_kind.items():
        for record in db.session.scalars(_records_by_id(kind), {"ids": list(wanted)}):
            records[wanted[record.id]] = record
    return records


@cache
def _records_by_id(kind: str) -> Select[Record]:
    model = model_of(kind)
    return select(model).where(model.id.in_(bindparam("ids")))
