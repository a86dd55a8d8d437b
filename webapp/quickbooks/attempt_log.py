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
from webapp.quickbooks.errors import COMPANY_CODES, Fault
from webapp.quickbooks.flight import Request
from webapp.quickbooks.payloads import ENTITIES


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


def faults_in_a_row(record: Record, limit: int) -> list[Attempt]:
    """The record's last answers, newest first, as far as each was a Fault that leaves open what
    became of the request, and was said of this record, not of its company."""
    latest = Attempt.latest_of(record, limit)
    return list(takewhile(_fault_of_its_own, latest))


def _fault_of_its_own(attempt: Attempt) -> bool:
    code = (attempt.code or "").lstrip("0")
    return attempt.outcome == attempts.UNKNOWN and bool(code) and code not in COMPANY_CODES


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
