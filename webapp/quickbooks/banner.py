"""The orange bar at the top of every page, for a firm's owner and admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import KINDS, Connection, Entry, Issue, outbox
from webapp.models import connection as connections
from webapp.models import issue as issues


@dataclass(frozen=True)
class Banner:
    """``state`` is ``errors`` or ``sign_in``; the second replaces the first."""

    state: str
    count: int = 0
    """Open issues."""
    waiting: int = 0
    """Records that wait for the sign-in."""
    since: datetime | None = None


def banner_for(firm_id: int, open_issues: int | None = None) -> Banner | None:
    """``open_issues`` is how many the firm has, where that is known already."""
    connection = db.session.execute(
        select(Connection.state, Connection.state_since).where(Connection.firm_id == firm_id)
    ).one_or_none()
    if connection is not None and connection.state == connections.SIGN_IN_AGAIN:
        return Banner("sign_in", waiting=_waiting(firm_id), since=connection.state_since)
    count = _open_issues(firm_id) if open_issues is None else open_issues
    return Banner("errors", count=count) if count else None


def _open_issues(firm_id: int) -> int:
    # All kinds there are: named, they let the index on kind and state be used.
    of_firm = (Issue.firm_id == firm_id, Issue.kind.in_(KINDS), Issue.state == issues.OPEN)
    return db.session.scalar(select(func.count()).where(*of_firm)) or 0


def _waiting(firm_id: int) -> int:
    states = (outbox.READY, outbox.WAITING, outbox.SENT)
    return (
        db.session.scalar(
            select(func.count()).where(Entry.firm_id == firm_id, Entry.state.in_(states))
        )
        or 0
    )
