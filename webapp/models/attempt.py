"""Every write to QuickBooks: who or what asked for it, when, and what came back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, FirmKey, Key
from webapp.models.person import Person
from webapp.models.record import Record

ACCEPTED, REJECTED, UNKNOWN, LINKED = "accepted", "rejected", "unknown", "linked"


class Attempt(Model):
    __table_args__ = (
        Index("ix_attempt_record", "firm_id", "kind", "record_id", "id"),
        Index("ix_attempt_firm", "firm_id", "at", "outcome"),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    kind: Mapped[str] = mapped_column(String(10))
    record_id: Mapped[int] = mapped_column(BigId)
    operation: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL")
    )
    """Who asked for this try; None when it went by itself."""
    at: Mapped[Created]
    request_id: Mapped[str | None] = mapped_column(String(50))
    body_hash: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[int | None]
    code: Mapped[str | None] = mapped_column(String(20))
    message: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
    intuit_tid: Mapped[str | None] = mapped_column(String(100))

    person: Mapped[Person | None] = relationship()

    @classmethod
    def latest_of(cls, record: Record, limit: int) -> Sequence[Attempt]:
        """The record's last tries, newest first, with who asked for them."""
        return db.session.scalars(
            select(cls)
            .where(
                cls.firm_id == record.firm_id,
                cls.kind == record.kind,
                cls.record_id == record.id,
            )
            .order_by(cls.id.desc())
            .limit(limit)
            .options(joinedload(cls.person))
        ).all()
