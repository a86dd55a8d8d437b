"""Opening, closing and muting the issues that a firm's owner and admins see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Account, Issue, Record
from webapp.models import issue as issues
from webapp.models.columns import utc_now
from webapp.models.mirror import search_key
from webapp.quickbooks import notices
from webapp.quickbooks.errors import Fault


def open_issue(
    record: Record,
    cause: str,
    facts: dict[str, Any],
    fault: Fault | None = None,
    theirs: dict[str, Any] | None = None,
) -> Issue:
    """The record's issue of this cause, opened or opened again; other open ones are over.

    One that a person ignored stays muted: they asked not to hear of this cause again. The caller
    commits.
    """
    issue = _of_cause(record, cause)
    fresh = issue is None or issue.state == issues.CLOSED
    if issue is None:
        issue = Issue(
            firm_id=record.firm_id,
            kind=record.kind,
            record_id=record.id,
            cause=cause,
            title=record.title,
        )
        db.session.add(issue)
    if fresh:
        issue.state, issue.opened_at, issue.tries = issues.OPEN, utc_now(), 0
        issue.closed_at = issue.settled_by_id = None
    _describe(issue, record)
    issue.facts = plain(facts)
    issue.theirs = plain(theirs) if theirs else None
    issue.shared_by = _shared_by(cause, facts)
    issue.tries += 1
    issue.tried_at = utc_now()
    if fault is not None:
        issue.code, issue.message, issue.detail = fault.code, fault.message, fault.detail
        issue.intuit_tid = fault.intuit_tid
    _supersede(record, issue)
    db.session.flush()
    if fresh:
        notices.issue_opened(issue)
    return issue


def _of_cause(record: Record, cause: str) -> Issue | None:
    return db.session.scalar(
        select(Issue).where(
            Issue.firm_id == record.firm_id,
            Issue.kind == record.kind,
            Issue.record_id == record.id,
            Issue.cause == cause,
        )
    )


def _describe(issue: Issue, record: Record) -> None:
    client = client_of(record)
    issue.title = record.title
    issue.client = client.name if client else ""
    issue.search_key = search_key(f"{record.title} {issue.client}")
    issue.amount_minor = getattr(record, "total_minor", getattr(record, "amount_minor", None))
    issue.currency = getattr(record, "currency", None)


def client_of(record: Record) -> Account | None:
    """The account a record belongs to, if it is not one itself."""
    if isinstance(record, Account):
        return None
    account = getattr(record, "account", None)
    payment = getattr(record, "payment", None)
    return account or (payment.account if payment else None)


SHARED_FACTS = {
    "closed": "closed_to",
    "inactive_service": "service",
    "customer_deleted": "customer",
    "payment_method": "",
    "set_up_missing": "account",
    "income_account": "account",
    "lost_in_reset": "",
}
"""Causes that one act settles for many records, and the fact that tells their groups apart."""


def _shared_by(cause: str, facts: dict[str, Any]) -> str | None:
    if cause not in SHARED_FACTS:
        return None
    return f"{cause}:{facts.get(SHARED_FACTS[cause], '')}"[:80]


def _supersede(record: Record, current: Issue) -> None:
    """A record has one reason to be out of QuickBooks at a time; ignored causes stay muted."""
    for other in Issue.unsettled_of(record):
        if other is not current and other.state == issues.OPEN:
            other.close()


def close_all(records: Sequence[Record], person_id: int | None = None) -> None:
    """These records of one firm and kind are in order: nothing of theirs is open or muted."""
    ids = [record.id for record in records]
    for issue in Issue.unsettled_of_records(records[0].firm_id, records[0].kind, ids):
        issue.close(person_id)


def plain(value: Any) -> Any:
    """As JSON can keep it: decimals become text."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value if isinstance(value, str | int | bool | type(None)) else str(value)
