"""The tenant: one accounting firm, and the tokens its programs sign in with."""

from __future__ import annotations

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model, db
from webapp.models.columns import Created, FirmKey, Key, utc_now
from webapp.models.digest import digest

_TURN = "firm_turn"
TOKEN_PREFIX = "cuadra_"  # noqa: S105 - a prefix that secret scanners can recognise


class Firm(Model):
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64), default="America/Los_Angeles")
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    sync_invoice_numbers: Mapped[bool] = mapped_column(default=False)
    stripe_webhook_key: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: secrets.token_urlsafe(24)
    )
    created_at: Mapped[Created]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @classmethod
    def take_turn(cls, firm_id: int) -> bool:
        """One transaction of a firm at a time weighs balances and gives out numbers.

        Waits for the others to end, so that what is read from now on holds until this one does.
        False where nothing had to be taken: SQLite's writers queue anyway, and a transaction takes
        its turn once. The lock leaves foreign keys to the firm alone.
        """
        session = db.session()
        if session.get_bind().dialect.name == "sqlite":
            return False
        transaction = session.get_transaction()
        if transaction is not None and session.info.get(_TURN) == (firm_id, transaction):
            return False
        session.execute(select(cls.id).where(cls.id == firm_id).with_for_update(key_share=True))
        session.info[_TURN] = (firm_id, session.get_transaction())
        return True


class ApiToken(Model):
    """A firm's bearer token: shown once, kept as a hash."""

    id: Mapped[Key]
    firm_id: Mapped[FirmKey] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(100), default="API")
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    ending: Mapped[str] = mapped_column(String(4))
    created_at: Mapped[Created]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    firm: Mapped[Firm] = relationship()

    @classmethod
    def issue(cls, firm: Firm, name: str = "API") -> tuple[ApiToken, str]:
        """A new token and its only showing in clear."""
        clear = TOKEN_PREFIX + secrets.token_urlsafe(32)
        token = cls(firm=firm, name=name, digest=digest(clear), ending=clear[-4:])
        db.session.add(token)
        return token, clear

    @classmethod
    def find(cls, clear: str) -> ApiToken | None:
        return db.session.scalar(
            select(cls).where(cls.digest == digest(clear), cls.revoked_at.is_(None))
        )

    def revoke(self) -> None:
        self.revoked_at = utc_now()
