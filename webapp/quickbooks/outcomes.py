"""Writing down what became of requests: which handler does each outcome go to?

Every handler runs inside the transaction of one HTTP answer, with the firm's fence checked.
``accepting`` and ``refusals`` have those of QuickBooks' yes and no, ``taken_numbers`` that of an
invoice which was not sent because of its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.models import Entry, Link, Record
from webapp.models import attempt as attempts
from webapp.quickbooks import accepting, attempt_log, changes, refusals, taken_numbers
from webapp.quickbooks.accepting import Saved
from webapp.quickbooks.errors import (
    CompanyStopped,
    Fault,
    QuickBooksError,
    Rejected,
    Throttled,
)
from webapp.quickbooks.flight import (
    REMOVALS,
    Accepted,
    NotDone,
    NumberTaken,
    Outcome,
    Refused,
    Request,
    Unknown,
)
from webapp.quickbooks.rejecting import reject


@dataclass(frozen=True)
class Case:
    """An entry, its record, what was sent for it and what became of that."""

    entry: Entry
    record: Record
    request: Request
    outcome: Outcome


def settle(cases: Sequence[Case], now: datetime) -> None:
    """Hand each outcome to its handler; the caller commits. All records are of one kind."""
    live = [case for case in cases if _awaited(case)]
    saved = [
        Saved(case.entry, case.record, case.request, case.outcome.found, case.outcome.intuit_tid)
        for case in live
        if isinstance(case.outcome, Accepted)
        and case.outcome.found is not None
        and case.request.operation not in REMOVALS
    ]
    accepting.accept_all(saved)
    done = {one.request.entry_id for one in saved}
    for case in live:
        if isinstance(case.outcome, Accepted) and case.outcome.deleted_since:
            _deleted_since(case)
        if case.request.entry_id not in done:
            _settle_one(case, now)


def _awaited(case: Case) -> bool:
    """A late answer to something that was settled meanwhile changes nothing."""
    return case.entry.unsettled and case.entry.request_id == case.request.request_id


def _settle_one(case: Case, now: datetime) -> None:
    entry, record, request, outcome = case.entry, case.record, case.request, case.outcome
    if isinstance(outcome, Accepted):
        attempt_log.note(entry, request, attempts.ACCEPTED, Fault(intuit_tid=outcome.intuit_tid))
        accepting.accept_removal(entry, record, request, outcome.found)
    elif isinstance(outcome, Refused):
        refusals.refuse(entry, record, request, outcome)
    elif isinstance(outcome, Unknown):
        _unknown(entry, request, outcome.error)
    elif isinstance(outcome, NumberTaken):
        taken_numbers.checked(entry, record, outcome.holder)
    else:
        _not_done(entry, request, outcome, now)


def _deleted_since(case: Case) -> None:
    """Somebody deleted it there before we heard that it was made: for them to say what is meant."""
    link = Link.of(case.record)
    if link is None:
        return
    link.gone = True
    if case.record.live:
        cause = changes.absence(case.request.entity, {"status": "Deleted"})
        reject(case.entry, case.record, cause, {})


def _unknown(entry: Entry, request: Request, error: QuickBooksError) -> None:
    """It stays ``sent`` until a late commit can no longer come, and is then looked for."""
    attempt_log.note(entry, request, attempts.UNKNOWN, error.fault, str(error))
    entry.failures += 1
    entry.picked = 0


def _not_done(entry: Entry, request: Request, outcome: NotDone, now: datetime) -> None:
    """Who must wait is the company (see ``health``), or this entry by its retry plan."""
    error, not_before = outcome.error, None
    if isinstance(error, Throttled):
        not_before = now + timedelta(seconds=error.retry_after_s)
    entry.put_back(now, not_before, anew=isinstance(error, CompanyStopped))
    if isinstance(error, Rejected):
        entry.picked = 1  # its batch was refused as a whole: alone the next time
