"""A charge, refund or dispute of Stripe's: what we know of it, and which records it became.

``facts`` only ever gain (see ``webapp.stripe.facts``), and each record is made once, so events may
come doubled and in any order. What cannot become a record has a ``problem``, for people to mend.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, FirmKey, Key
from webapp.models.expense import Expense
from webapp.models.payment import Payment
from webapp.models.refund import Refund

CHARGE, REFUND, DISPUTE = "charge", "refund", "dispute"

_DUE = text("due_at IS NOT NULL")
_SHOWN = text("problem IS NOT NULL")


class StripeObject(Model):
    __tablename__ = "stripe_object"
    __table_args__ = (
        UniqueConstraint("firm_id", "stripe_id"),
        Index("ix_stripe_object_charge", "firm_id", "charge_id"),
        Index("ix_stripe_object_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
        Index(
            "ix_stripe_object_shown", "firm_id", "id", sqlite_where=_SHOWN, postgresql_where=_SHOWN
        ),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    kind: Mapped[str] = mapped_column(String(7))
    stripe_id: Mapped[str] = mapped_column(String(80))
    charge_id: Mapped[str] = mapped_column(String(80))
    """Of a charge: its own id."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    payment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("payment.id"), index=True)
    refund_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("refund.id"), index=True)
    expense_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("expense.id"), index=True)

    choice: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What a person said it belongs to: ``account``, ``invoice`` or ``payment``, by id."""
    problem: Mapped[str | None] = mapped_column(String(20))
    """Why it is not recorded, one of ``webapp.stripe.causes``."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    dismissed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """Look at it then; None: when there is news."""
    tries: Mapped[int] = mapped_column(default=0)
    """Looks in a row that settled nothing."""
    created_at: Mapped[Created]

    payment: Mapped[Payment | None] = relationship()
    refund: Mapped[Refund | None] = relationship()
    expense: Mapped[Expense | None] = relationship()

    @classmethod
    def find(cls, firm_id: int, stripe_id: str) -> StripeObject | None:
        return db.session.scalar(
            select(cls).where(cls.firm_id == firm_id, cls.stripe_id == stripe_id)
        )

    @classmethod
    def known(cls, firm_id: int, kind: str, stripe_id: str, charge_id: str) -> StripeObject:
        """The firm's row of this object, made when it is first heard of."""
        found = cls.find(firm_id, stripe_id)
        if found is None:
            found = cls(firm_id=firm_id, kind=kind, stripe_id=stripe_id, charge_id=charge_id)
            db.session.add(found)
            db.session.flush()
        return found

    @classmethod
    def in_firm(cls, firm_id: int, object_id: int) -> StripeObject | None:
        """The firm's own one with this id, or None: never another firm's."""
        return db.session.scalar(select(cls).where(cls.firm_id == firm_id, cls.id == object_id))

    @classmethod
    def due(cls, firm_id: int, now: datetime, limit: int) -> Sequence[int]:
        """Ids of what is to be looked at, charges first: the others rest on them."""
        return db.session.scalars(
            select(cls.id)
            .where(cls.firm_id == firm_id, cls.due_at <= now)
            .order_by(cls.kind, cls.due_at, cls.id)
            .limit(limit)
        ).all()

    @classmethod
    def wake_children(cls, charge: StripeObject, now: datetime) -> None:
        """What rests on the charge can go on."""
        db.session.execute(
            update(cls)
            .where(
                cls.firm_id == charge.firm_id,
                cls.charge_id == charge.charge_id,
                cls.id != charge.id,
            )
            .values(due_at=now),
        )

    @classmethod
    def shown(cls, firm_id: int) -> Select[StripeObject]:
        """Those with a problem that nobody has dismissed, the newest first."""
        return (
            select(cls)
            .where(cls.firm_id == firm_id, cls.problem.is_not(None), cls.dismissed_at.is_(None))
            .order_by(cls.id.desc())
        )

    @classmethod
    def dismissed(cls, firm_id: int) -> Select[StripeObject]:
        """Those a person has dismissed, the latest first."""
        return (
            select(cls)
            .where(cls.firm_id == firm_id, cls.dismissed_at.is_not(None))
            .order_by(cls.dismissed_at.desc(), cls.id.desc())
        )

    @classmethod
    def dismissed_with(cls, found: StripeObject) -> Sequence[StripeObject]:
        """It, and what was dismissed because of it."""
        return db.session.scalars(
            select(cls).where(
                cls.firm_id == found.firm_id,
                (cls.id == found.id)
                | ((cls.charge_id == found.stripe_id) & (cls.dismissed_at == found.dismissed_at)),
            )
        ).all()

    def settle(self) -> None:
        """Nothing more is to be done until there is news."""
        self.problem, self.details, self.due_at, self.tries = None, {}, None, 0
