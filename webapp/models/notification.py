"""A notice to the firm's owner and admins: one per cause, never one per record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.columns import BigId, Created, FirmKey, Key


class Notification(Model):
    __table_args__ = (Index("ix_notification_person", "person_id", "id"),)

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    topic: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str | None] = mapped_column(String(10))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    count: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Created]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
