"""What Stripe told us of its own accord, kept to the letter before it is answered.

Stripe sends an event again until it is answered, and sometimes all the same: its id counts once per
firm. A signed body that is no event is kept too, set aside for people.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from sqlalchemy import Index, LargeBinary, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model, db
from webapp.models.columns import Created, FirmKey, Key

KEPT = timedelta(days=30)
"""Longer than Stripe goes on sending an event (3 days); as long as it lists them."""

_FRESH = text("looked_at IS NULL")


class StripeEvent(Model):
    __tablename__ = "stripe_event"
    __table_args__ = (
        Index("ix_stripe_event_fresh", "firm_id", sqlite_where=_FRESH, postgresql_where=_FRESH),
        Index("ix_stripe_event_firm", "firm_id", "id"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """A hash of the firm and the event's id, or of the body where there is none."""
    firm_id: Mapped[FirmKey]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[Created]
    looked_at: Mapped[datetime | None]
    set_aside: Mapped[bool] = mapped_column(default=False)
    """We could make nothing of it."""

    @classmethod
    def next_fresh(cls, firm_id: int, after: int) -> StripeEvent | None:
        """The firm's oldest event after this id that nobody has looked at."""
        return db.session.scalar(
            select(cls)
            .where(cls.firm_id == firm_id, cls.looked_at.is_(None), cls.id > after)
            .order_by(cls.id)
            .limit(1)
            .execution_options(populate_existing=True)
        )

    @classmethod
    def forget_old(cls, now: datetime) -> None:
        """Drop what was dealt with long ago; the caller commits."""
        db.session.execute(delete(cls).where(cls.looked_at <= now - KEPT))


def key_of(firm_id: int, event_id: str) -> str:
    named = json.dumps([firm_id, event_id])  # unambiguous, and ASCII whatever the id holds
    return hashlib.sha256(named.encode()).hexdigest()
