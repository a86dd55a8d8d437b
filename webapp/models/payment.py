"""Money received from a client, usually against an invoice."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.account import Account
from webapp.models.columns import BigId, Minor
from webapp.models.invoice import Invoice
from webapp.models.record import Record

CREDIT_CARD = "credit_card"
METHODS = (CREDIT_CARD, "cash", "check", "bank_transfer", "other")


class Payment(Record):
    kind = "payment"
    level = 2

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"), index=True)
    invoice_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("invoice.id"), index=True)
    date: Mapped[date]
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(20), default="other")
    reference: Mapped[str | None] = mapped_column(String(100))

    account: Mapped[Account] = relationship()
    invoice: Mapped[Invoice | None] = relationship()

    @property
    def title(self) -> str:
        return self.reference or f"P-{self.id}"


Index("ix_payment_firm_date", Payment.firm_id, Payment.date)
