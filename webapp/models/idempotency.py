"""The first answer to each request that a program may send twice, kept to be given again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Index, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model, db
from webapp.models.columns import Created, FirmKey, Key, utc_now

KEPT_FOR = timedelta(days=30)
UNDER_WAY_FOR = timedelta(minutes=1)
"""No request takes so long: one that has no answer by then was cut off."""


class IdempotencyKey(Model):
    """A firm's key, what was asked under it, and the answer once there is one."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        UniqueConstraint("firm_id", "key"),
        Index("ix_idempotency_key_created_at", "created_at"),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of method, path and body: another request under the same key is a mistake."""
    status: Mapped[int | None]
    content_type: Mapped[str | None] = mapped_column(String(100))
    answer: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Created]

    @classmethod
    def find(cls, firm_id: int, key: str) -> IdempotencyKey | None:
        """Who was cut off after a part of its work counts as never having asked."""
        found = db.session.scalar(select(cls).where(cls.firm_id == firm_id, cls.key == key))
        if found is not None and found._cut_off:
            db.session.delete(found)
            db.session.flush()
            return None
        return found

    @property
    def _cut_off(self) -> bool:
        unanswered = self.status is None and self.answer is None
        return unanswered and self.created_at < utc_now() - UNDER_WAY_FOR

    @classmethod
    def claim(cls, firm_id: int, key: str, fingerprint: str) -> IdempotencyKey:
        """A row for the request that is under way. Raises IntegrityError if another has the key.

        A second request waits here on PostgreSQL until the first one's transaction ends. Rows that
        are too old go at the same time.
        """
        db.session.execute(delete(cls).where(cls.created_at < utc_now() - KEPT_FOR))
        row = cls(firm_id=firm_id, key=key, fingerprint=fingerprint)
        db.session.add(row)
        db.session.flush()
        return row
