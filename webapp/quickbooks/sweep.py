"""Finding the firms with work that nobody was told of: what Redis forgot, or what has come due."""

from __future__ import annotations

from sqlalchemy import select

from webapp import hints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Entry
from webapp.models.connection import CONNECTED


def sweep() -> int:
    """Hint every firm that is free to work and has something due; how many there were."""
    now = database_now(db.session())
    due = Entry.most_urgent(Entry.firm_id == Connection.firm_id, Entry.due_at <= now)
    firms = db.session.scalars(
        select(Connection.firm_id).where(
            Connection.state == CONNECTED,
            Connection.set_up_at.is_not(None),
            (Connection.not_before.is_(None)) | (Connection.not_before <= now),
            (Connection.slice_until.is_(None)) | (Connection.slice_until <= now),
            due.is_not(None),
        )
    ).all()
    db.session.commit()
    for firm_id in firms:
        hints.send(firm_id)
    return len(firms)
