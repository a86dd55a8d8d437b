"""Trying a record again, and keeping quiet about it."""

from __future__ import annotations

from webapp.models import issue as issues
from webapp.models import outbox
from webapp.quickbooks import company_reset, links
from webapp.quickbooks.actions.case import Case


def resync(case: Case) -> None:
    if case.issue.cause == company_reset.CAUSE:
        links.cut(case.record)
    case.try_now()


def ignore(case: Case) -> None:
    case.issue.state, case.issue.settled_by_id = issues.IGNORED, case.person_id
    if case.entry.state == outbox.REJECTED:
        case.entry.rest(outbox.IGNORED)


def restore(case: Case) -> None:
    case.issue.state, case.issue.settled_by_id = issues.OPEN, None
    if case.entry.state == outbox.IGNORED:
        case.entry.state = outbox.REJECTED
