"""What was tried for a record: every write and link is kept, and the page and the API show it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from webapp.database import add_rows
from webapp.extensions import db
from webapp.models import Attempt, Entry, Record
from webapp.models import attempt as attempts
from webapp.quickbooks.errors import COMPANY_CODES, STOPPED_CODES, Fault
from webapp.quickbooks.flight import Request
from webapp.quickbooks.payloads import ENTITIES

SERVER_ERROR = 500


def note(
    entry: Entry,
    request: Request,
    outcome: str,
    fault: Fault | None = None,
    reason: str | None = None,
) -> None:
    """Every write is kept: who or what asked, a hash of what was sent, and the answer."""
    db.session.add(Attempt(**_row(entry, request, outcome, fault or Fault(), reason)))


def note_accepted(answered: Sequence[tuple[Entry, Request, str | None]]) -> None:
    """A crowd of yeses, each with its ``intuit_tid``, by one statement."""
    rows = [
        _row(entry, request, attempts.ACCEPTED, Fault(intuit_tid=tid))
        for entry, request, tid in answered
    ]
    add_rows(db.session(), Attempt, rows)


def unclear_in_a_row(record: Record, limit: int) -> list[Attempt]:
    """The record's last tries, newest first, as far as it is not known what became of each; what
    was said of its company, not of the record, ends the row."""
    return list(takewhile(_unclear, Attempt.latest_of(record, limit)))


def refused_with_its_company(record: Record, request_id: str | None, times: int) -> bool:
    """Were the record's last tries, so many of them, answered by what stops a company, all of them
    under this request id?"""
    latest = Attempt.latest_of(record, times)
    refused = [one for one in latest if one.request_id == request_id and _of_stopped_company(one)]
    return len(refused) == times


def _of_stopped_company(attempt: Attempt) -> bool:
    code = (attempt.code or "").lstrip("0")
    return attempt.outcome == attempts.UNKNOWN and code in STOPPED_CODES


def _unclear(attempt: Attempt) -> bool:
    status, code = attempt.status or 0, (attempt.code or "").lstrip("0")
    of_company = code in COMPANY_CODES and status < SERVER_ERROR
    return attempt.outcome == attempts.UNKNOWN and not of_company


def is_fault(attempt: Attempt) -> bool:
    """QuickBooks said itself that something went wrong; neither silence nor a load balancer."""
    return bool(attempt.code) or attempt.status == SERVER_ERROR


def fault_of(attempt: Attempt) -> Fault:
    return Fault(
        code=attempt.code or "",
        message=attempt.message or "",
        detail=attempt.detail or "",
        status=attempt.status or 0,
        intuit_tid=attempt.intuit_tid,
    )


def _row(
    entry: Entry, request: Request, outcome: str, fault: Fault, reason: str | None = None
) -> dict[str, Any]:
    return {
        "firm_id": entry.firm_id,
        "kind": entry.kind,
        "record_id": entry.record_id,
        "operation": request.operation,
        "outcome": outcome,
        "person_id": entry.asked_by_id,
        "request_id": request.request_id,
        "body_hash": hashlib.sha256(request.body.encode()).hexdigest(),
        "status": fault.status or None,
        "code": fault.code or None,
        "message": fault.message or reason,
        "detail": fault.detail or None,
        "intuit_tid": fault.intuit_tid,
    }


def linked_by_itself(entry: Entry, record: Record, quickbooks_id: str) -> None:
    """A match needs no write, but the record's history shows it."""
    db.session.add(
        Attempt(
            firm_id=entry.firm_id,
            kind=entry.kind,
            record_id=entry.record_id,
            operation="link",
            outcome=attempts.LINKED,
            person_id=entry.asked_by_id,
            message=f"{ENTITIES[record.kind]} {quickbooks_id}",
        )
    )
