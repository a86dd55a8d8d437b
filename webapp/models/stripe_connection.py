"""A firm's connection to its Stripe account: the keys it entered, sealed, and how it fares.

One row per firm, made on first use. Disconnecting wipes both secrets and keeps the row, so that
what Stripe's objects became is known when the firm connects again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model, db
from webapp.models.columns import BigId, FirmKey, Key
from webapp.models.firm import Firm
from webapp.models.person import Person

NONE, CONNECTED, KEY_REFUSED = "none", "connected", "key_refused"


class StripeConnection(Model):
    __tablename__ = "stripe_connection"
    __table_args__ = (
        CheckConstraint("state IN ('none', 'connected', 'key_refused')", name="state"),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(String(11), default=NONE)
    api_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    webhook_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_ending: Mapped[str | None] = mapped_column(String(4))
    """The last characters of the API key, by which a person knows it again."""
    livemode: Mapped[bool] = mapped_column(default=False)
    """Whether the key is one for real money; events of the other mode are not recorded."""
    key_checked_at: Mapped[datetime | None]
    """When Stripe last accepted the key."""
    connected_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL")
    )
    connected_at: Mapped[datetime | None]
    event_seen_at: Mapped[datetime | None]
    events_read_at: Mapped[datetime | None]
    """Up to then, events that no webhook brought are known (see ``webapp.stripe.missed``)."""
    events_due_at: Mapped[datetime | None]

    firm: Mapped[Firm] = relationship()
    connected_by: Mapped[Person | None] = relationship()

    @classmethod
    def of(cls, firm_id: int) -> StripeConnection:
        """The firm's connection, made on first use."""
        connection = cls.find(firm_id)
        if connection is None:
            connection = cls(firm_id=firm_id)
            db.session.add(connection)
            db.session.flush()
        return connection

    @classmethod
    def find(cls, firm_id: int) -> StripeConnection | None:
        return db.session.scalar(select(cls).where(cls.firm_id == firm_id))

    @classmethod
    def at(cls, webhook_key: str) -> StripeConnection | None:
        """The one whose webhook address this is; disconnected, it takes no signature."""
        return db.session.scalar(
            select(cls)
            .join(Firm, Firm.id == cls.firm_id)
            .where(Firm.stripe_webhook_key == webhook_key)
        )

    @property
    def listens(self) -> bool:
        return self.webhook_secret is not None

    def forget_secrets(self) -> None:
        self.api_key = self.webhook_secret = self.key_ending = None
