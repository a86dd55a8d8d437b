"""The one way into the error lists: QuickBooks said no, or we know that it would."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Entry, Record, outbox
from webapp.models import issue as issue_states
from webapp.quickbooks import company_reset, issues, sentence_facts
from webapp.quickbooks.errors import Fault

STOPPED_WORKER, DUPLICATE_REQUEST = "stopped_worker", "duplicate_request"
STILL_OUT = frozenset({STOPPED_WORKER, DUPLICATE_REQUEST})
"""Of these a request may have been carried out: it is looked for before any other is sent."""
NO_SECOND_TRY = frozenset(
    {
        "edited",
        "record_deleted",
        "voided",
        "differs",
        "no_number",
        "link_undone",
        company_reset.CAUSE,
    }
)
"""Causes that only a person's decision can end: trying again by itself would be pointless."""


def reject(
    entry: Entry,
    record: Record,
    cause: str,
    known: dict[str, Any],
    fault: Fault | None = None,
    theirs: dict[str, Any] | None = None,
    *,
    still_out: bool = False,
) -> None:
    """Open the record's issue of this cause; ``theirs`` is the object in its way. The caller
    commits.

    ``still_out``: a request may have been carried out, also where the cause does not say so.
    """
    known = sentence_facts.complete(record, cause, known)
    issue = issues.open_issue(record, cause, known, fault, theirs)
    second_try = timedelta(seconds=current_app.config["SECOND_TRY_AFTER_S"])
    at = database_now(db.session()) + second_try
    if still_out or cause in STILL_OUT:
        entry.park()
    else:
        entry.rejected(None if cause in NO_SECOND_TRY else at)
    if issue.state == issue_states.IGNORED and entry.state == outbox.REJECTED:
        entry.rest(outbox.IGNORED)


def differ(entry: Entry, record: Record, fields: list[str], found: dict[str, Any]) -> None:
    """QuickBooks said yes, but holds something else than was sent: a person must see it."""
    unnumbered = fields == ["number"] and not found.get("DocNumber")
    cause = "no_number" if unnumbered else "differs"
    issues.open_issue(record, cause, {"field": ", ".join(fields)}, theirs=found)
    if entry.state == outbox.DONE:
        entry.state = outbox.REJECTED
