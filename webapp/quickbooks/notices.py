"""Notices to owner and admins: in the app, by e-mail, one per cause."""

from __future__ import annotations

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import Notification, Person


def unread_count(person: Person) -> int:
    unread = select(func.count()).where(
        Notification.person_id == person.id, Notification.read_at.is_(None)
    )
    return db.session.scalar(unread) or 0
