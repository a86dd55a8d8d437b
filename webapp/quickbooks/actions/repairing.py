"""Acts that change QuickBooks itself while the person waits: the calls are in ``repairs``."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Entry, Issue, outbox
from webapp.models import issue as issues
from webapp.quickbooks import links, repairs
from webapp.quickbooks.actions.case import ActionRefused, Case
from webapp.quickbooks.actions.matching import refuse_taken
from webapp.quickbooks.payloads import ENTITIES


def reactivate(case: Case) -> None:
    """Make the customer or item active again over there, and take it as the record's own."""
    quickbooks_id = case.link.quickbooks_id if case.link else _holder_id(case)
    if not quickbooks_id:
        raise ActionRefused("", gettext("We do not know which one it is. Choose it from the list."))
    if case.link is None:
        refuse_taken(case, quickbooks_id, case.record.title)
    found = repairs.reactivate(case.record, quickbooks_id)
    case.lock_again()
    links.note(case.record, found)
    case.note("reactivate", f"{ENTITIES[case.record.kind]} {quickbooks_id}")
    case.send_again()


def enable_card_method(case: Case) -> None:
    """Tick the box at "Credit card" over there; every payment it kept back goes."""
    repairs.enable_card_method(case.issue.firm_id)
    case.note("mark-card", "PaymentMethod")
    blocked = db.session.scalars(
        select(Issue).where(
            Issue.firm_id == case.issue.firm_id,
            Issue.cause == case.issue.cause,
            Issue.state == issues.OPEN,
        )
    )
    for issue in blocked:
        entry = Entry.find(issue.firm_id, issue.kind, issue.record_id)
        if entry is not None:
            entry.try_now(outbox.PERSON, case.person_id)


def _holder_id(case: Case) -> str:
    theirs = case.issue.theirs or {}
    return str(theirs.get("Id") or case.issue.facts.get("holder_id") or "")
