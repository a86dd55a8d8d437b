"""The fee a card processor kept of a payment; in QuickBooks, a Purchase."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.columns import BigId, Minor
from webapp.models.payment import Payment
from webapp.models.record import Record


class Expense(Record):
    kind = "expense"
    level = 3

    payment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("payment.id"), index=True)
    date: Mapped[date]
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    description: Mapped[str | None] = mapped_column(String(1000))

    payment: Mapped[Payment | None] = relationship()

    @property
    def title(self) -> str:
        return f"E-{self.id}"
