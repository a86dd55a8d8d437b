"""What QuickBooks told us of its own accord: kept before it is answered, told apart by its key.

Retries and doubled deliveries carry the same key, so that an event counts once however often it
comes. What is in an event is a hint and nothing more: the object is read before anything changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, Key

KEPT = timedelta(days=7)
"""How long an event is remembered after it was looked at; a later repeat costs one reading."""
SET_ASIDE_KEPT = timedelta(days=30)


class WebhookEvent(Model):
    """One change of one object, as announced."""

    __table_args__ = (
        Index(
            "ix_webhook_event_fresh",
            "id",
            sqlite_where=text("looked_at IS NULL"),
            postgresql_where=text("looked_at IS NULL"),
        ),
        Index("ix_webhook_event_object", "realm_id", "entity", "quickbooks_id"),
        Index("ix_webhook_event_merges", "firm_id", "deleted_id"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """A hash of what makes the event this one; see ``webapp.quickbooks.webhooks``."""
    realm_id: Mapped[str] = mapped_column(String(30))
    entity: Mapped[str] = mapped_column(String(40))
    """In lower case: ``invoice``."""
    quickbooks_id: Mapped[str] = mapped_column(String(30))
    operation: Mapped[str] = mapped_column(String(20))
    deleted_id: Mapped[str | None] = mapped_column(String(30))
    """Of a merge: the object that is no more; ``quickbooks_id`` is the one that stays."""
    changed_at: Mapped[datetime | None]
    """QuickBooks' own time of the change."""
    received_at: Mapped[Created]
    looked_at: Mapped[datetime | None]
    firm_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("firm.id", ondelete="CASCADE"))
    """Whose it turned out to be."""

    @classmethod
    def fresh(cls, now: datetime, age: timedelta, limit: int) -> list[WebhookEvent]:
        """Events of at least this age that nobody has looked at, oldest first.

        One from the future comes from a host whose clock is ahead: it has no age to wait for.
        """
        ripe = (cls.received_at <= now - age) | (cls.received_at > now)
        return list(
            db.session.scalars(
                select(cls).where(cls.looked_at.is_(None), ripe).order_by(cls.id).limit(limit)
            )
        )

    @classmethod
    def heard(cls, firm_id: int, since: datetime, limit: int) -> list[WebhookEvent]:
        """The firm's events that were looked at after this; of more than ``limit`` the last."""
        return list(
            db.session.scalars(
                select(cls)
                .where(cls.firm_id == firm_id, cls.looked_at > since)
                .order_by(cls.id.desc())
                .limit(limit)
            )
        )

    @classmethod
    def times(
        cls, realm_id: str, entity: str, ids: Collection[str]
    ) -> dict[str, list[datetime | None]]:
        """When the events say that these objects changed, by id; looked at or not."""
        rows = db.session.execute(
            select(cls.quickbooks_id, cls.changed_at).where(
                cls.realm_id == realm_id, cls.entity == entity, cls.quickbooks_id.in_(ids)
            )
        )
        times: dict[str, list[datetime | None]] = {}
        for quickbooks_id, changed_at in rows:
            times.setdefault(quickbooks_id, []).append(changed_at)
        return times

    @classmethod
    def merges(cls, firm_id: int) -> dict[tuple[str, str], str]:
        """What was merged away, and into what: (entity in lower case, id) to id."""
        rows = db.session.execute(
            select(cls.entity, cls.deleted_id, cls.quickbooks_id)
            .where(cls.firm_id == firm_id, cls.deleted_id.is_not(None))
            .order_by(cls.id)
        )
        return {(entity, str(gone)): survivor for entity, gone, survivor in rows}


class UnreadWebhook(Model):
    """A signed body, or a part of one, that we could not make sense of: set aside for people."""

    __tablename__ = "unread_webhook"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[Created]


def store(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Add those whose ``key`` is new, in one statement; the caller commits.

    In the order of their keys, so that two deliveries of the same events cannot deadlock.
    """
    dialect = db.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    db.session.execute(
        insert(model).on_conflict_do_nothing(index_elements=["key"]),
        sorted(rows, key=lambda row: row["key"]),
    )


def forget_old(now: datetime) -> None:
    """Drop what was dealt with long ago; the caller commits."""
    db.session.execute(delete(WebhookEvent).where(WebhookEvent.looked_at <= now - KEPT))
    db.session.execute(
        delete(UnreadWebhook).where(UnreadWebhook.received_at <= now - SET_ASIDE_KEPT)
    )
