"""Money given back to a client; in QuickBooks, a RefundReceipt."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.account import Account
from webapp.models.columns import BigId, Minor
from webapp.models.payment import Payment
from webapp.models.record import Record


class Refund(Record):
    kind = "refund"
    level = 3

    payment_id: Mapped[int] = mapped_column(BigId, ForeignKey("payment.id"), index=True)
    date: Mapped[date]
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str | None] = mapped_column(String(1000))

    payment: Mapped[Payment] = relationship()

    @property
    def account(self) -> Account:
        return self.payment.account

    @property
    def title(self) -> str:
        return f"R-{self.id}"
