"""Acting on many issues at once: a fixed number of statements, however many there are.

Issues that need a decision (somebody edited or deleted the record over there) are left alone:
trying those again could overwrite work unseen.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Update, select, update

from webapp import hints
from webapp.database import change, database_now
from webapp.extensions import db
from webapp.models import Entry, Issue, Link, outbox
from webapp.models import issue as issues
from webapp.quickbooks import causes, company_reset
from webapp.quickbooks.causes import cause as names

Which = ColumnElement[bool]
"""Chooses among the issues of a firm and kind."""


def resync(firm_id: int, kind: str, which: Which, person_id: int | None) -> int:
    """Try them again now; how many. The caller commits."""
    chosen = _records(firm_id, kind, issues.OPEN, which).where(
        Issue.cause.in_(causes_with(names.RESYNC, kind))
    )
    if kind == "account":
        chosen = chosen.where(
            select(Link.id)
            .where(Link.firm_id == firm_id, Link.kind == kind, Link.record_id == Issue.record_id)
            .exists()
        )
    company_reset.release(firm_id, kind, chosen.where(Issue.cause == company_reset.CAUSE))
    return _send(firm_id, kind, chosen, person_id)


def create_customers(firm_id: int, which: Which, person_id: int | None) -> int:
    """Create a customer for each client that has none; how many. The caller commits."""
    chosen = _records(firm_id, "account", issues.OPEN, which).where(Issue.cause == "no_customer")
    return _send(firm_id, "account", chosen, person_id, create_anyway=True)


def ignore(firm_id: int, kind: str, which: Which, person_id: int | None) -> int:
    """Mute them; how many. The caller commits."""
    able = Issue.cause.not_in([key for key, cause in causes.CAUSES.items() if cause.needs_decision])
    chosen = _records(firm_id, kind, issues.OPEN, which).where(able)
    _run(
        _entries(firm_id, kind, chosen)
        .where(Entry.state == outbox.REJECTED)
        .values(state=outbox.IGNORED, due_at=None, asked_by_id=None, picked=0)
    )
    muted = (
        update(Issue)
        .where(Issue.firm_id == firm_id, Issue.kind == kind, Issue.state == issues.OPEN, which)
        .where(able)
    )
    return _run(muted.values(state=issues.IGNORED, settled_by_id=person_id))


def restore(firm_id: int, kind: str, which: Which) -> int:
    """Undo ``ignore``; how many. The caller commits."""
    chosen = _records(firm_id, kind, issues.IGNORED, which)
    _run(
        _entries(firm_id, kind, chosen)
        .where(Entry.state == outbox.IGNORED)
        .values(state=outbox.REJECTED)
    )
    muted = update(Issue).where(
        Issue.firm_id == firm_id, Issue.kind == kind, Issue.state == issues.IGNORED, which
    )
    return _run(muted.values(state=issues.OPEN, settled_by_id=None))


def causes_with(action: str, kind: str) -> list[str]:
    """The causes for which this kind of record is offered the action."""
    known = [*causes.CAUSES, causes.UNKNOWN]
    return [key for key in known if action in causes.actions_of(key, kind, linked=True)]


def _records(firm_id: int, kind: str, state: str, which: Which) -> Select[Any]:
    return select(Issue.record_id).where(
        Issue.firm_id == firm_id, Issue.kind == kind, Issue.state == state, which
    )


def _entries(firm_id: int, kind: str, chosen: Select[Any]) -> Update:
    return Entry.changing(Entry.firm_id == firm_id, Entry.kind == kind, Entry.record_id.in_(chosen))


def _send(firm_id: int, kind: str, chosen: Select[Any], person_id: int | None, **more: Any) -> int:
    """Due at once, as a new intent; what is on its way already stays as it is.

    Behind what single clicks asked for: many must not make one wait.
    """
    sent = _run(
        _entries(firm_id, kind, chosen)
        .where(Entry.state.not_in((outbox.SENT, outbox.OFF)))
        .values(
            state=outbox.READY,
            due_at=database_now(db.session()),
            priority=outbox.ORDINARY,
            asked_by_id=person_id,
            tries=0,
            failures=0,
            picked=0,
            waits_kind=None,
            waits_id=None,
            **more,
        )
    )
    hints.after_commit(firm_id, hurry=person_id is not None)
    return sent


def _run(statement: Update) -> int:
    return change(db.session(), statement)
