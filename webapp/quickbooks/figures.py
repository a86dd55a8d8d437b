"""What stands in the outbox and the error lists, all firms together, for those who watch over it.

The scheduler counts every half minute and leaves the figures in Redis; asking for them costs the
database nothing, however often somebody does.
"""

from __future__ import annotations

import json
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Entry, Issue, Stray, UnreadWebhook, WebhookEvent
from webapp.models import issue as issue_states

EVERY_S = 30.0
KEY = "cuadra:figures"
LAST_S = 600
"""Older figures say that nobody counts, and are better not shown."""


def take() -> None:
    """Count, and leave the figures for ``read``. Ends the transaction. Raises RedisError."""
    found = json.dumps(_count())
    db.session.rollback()
    current_app.extensions["redis"].set(KEY, found, ex=LAST_S)


def read() -> dict[str, Any] | None:
    """The last figures, or None. Raises RedisError."""
    found = current_app.extensions["redis"].get(KEY)
    return json.loads(found) if found else None


def _count() -> dict[str, Any]:
    now = database_now(db.session())
    due = (Entry.due_at.is_not(None), Entry.due_at <= now)
    oldest_due = db.session.scalar(select(func.min(Entry.due_at)).where(*due))
    oldest_event = db.session.scalar(
        select(func.min(WebhookEvent.received_at)).where(WebhookEvent.looked_at.is_(None))
    )
    return {
        "taken_at": now.timestamp(),
        "due": db.session.scalar(select(func.count()).select_from(Entry).where(*due)),
        "oldest_due_s": (now - oldest_due).total_seconds() if oldest_due else 0.0,
        "entries": _rows(
            select(Entry.kind, Entry.state, func.count()).group_by(Entry.kind, Entry.state)
        ),
        "issues": _rows(
            select(Issue.kind, Issue.cause, func.count())
            .where(Issue.state == issue_states.OPEN)
            .group_by(Issue.kind, Issue.cause)
        ),
        "connections": _rows(select(Connection.state, func.count()).group_by(Connection.state)),
        "silent_firms": _number(Connection, Connection.silent_since.is_not(None)),
        "unsure_firms": _number(Connection, Connection.unsure),
        "strays": _number(Stray),
        "webhooks_waiting": _number(WebhookEvent, WebhookEvent.looked_at.is_(None)),
        "webhook_lag_s": max(0.0, (now - oldest_event).total_seconds()) if oldest_event else 0.0,
        "webhooks_set_aside": _number(UnreadWebhook),
    }


def _rows(statement: Any) -> list[list[Any]]:
    return [list(row) for row in db.session.execute(statement)]


def _number(model: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0
