"""What a person shows besides the password: the sealed secret of their app, and recovery codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.columns import BigId, Key


class SecondFactor(Model):
    """One row per person; see ``webapp.second_factor`` for what it does."""

    __tablename__ = "second_factor"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), unique=True
    )
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    on_since: Mapped[datetime | None]
    """None while it is being set up: no code is asked for yet."""
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """The 30 seconds of the latest code that was taken: nothing up to it is taken again."""


class RecoveryCode(Model):
    """A code for the day the app is lost: kept as a hash, good once."""

    __tablename__ = "recovery_code"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]
