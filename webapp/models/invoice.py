"""An invoice with its lines; its number is QuickBooks' DocNumber."""

from __future__ import annotations

from datetime import date as Day
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model, db
from webapp.models.account import Account
from webapp.models.columns import BigId, ExactDecimal, Key, Minor
from webapp.models.record import Record
from webapp.models.service import Service
from webapp.money import line_amount

MAXIMUM_NUMBER_LENGTH = 21  # Intuit: invoice page, DocNumber


class Invoice(Record):
    kind = "invoice"
    level = 1

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"), index=True)
    number: Mapped[str] = mapped_column(String(MAXIMUM_NUMBER_LENGTH))
    number_assigned: Mapped[bool] = mapped_column(default=False)
    """Given by automation, so that it may be renumbered by it."""
    date: Mapped[Day]
    due_date: Mapped[Day | None]
    currency: Mapped[str] = mapped_column(String(3))
    memo: Mapped[str | None] = mapped_column(String(1000))
    total_minor: Mapped[Minor] = mapped_column(default=0)

    account: Mapped[Account] = relationship()
    lines: Mapped[list[InvoiceLine]] = relationship(
        back_populates="invoice",
        cascade="all, delete-orphan",
        order_by="InvoiceLine.position",
    )

    @property
    def title(self) -> str:
        return f"#{self.number}"

    def set_lines(self, lines: list[InvoiceLine]) -> None:
        """Replace the lines; positions and the total follow from them."""
        for position, line in enumerate(lines):
            line.position = position
            line.amount_minor = line_amount(line.rate_minor, line.quantity)
        self.lines = lines
        self.total_minor = sum(line.amount_minor for line in lines)

    def paid_minor(self) -> int:
        """What live payments have paid of it, in minor units of its currency."""
        from webapp.models.payment import Payment

        paid = db.session.scalar(
            select(func.coalesce(func.sum(Payment.amount_minor), 0)).where(
                Payment.invoice_id == self.id, Payment.removed_at.is_(None)
            )
        )
        return int(paid or 0)


Index("ix_invoice_firm_number", Invoice.firm_id, Invoice.number, Invoice.removed_at)
Index("ix_invoice_firm_latest", Invoice.firm_id, Invoice.id)
Index("ix_invoice_firm_date", Invoice.firm_id, Invoice.date)


class InvoiceLine(Model):
    __tablename__ = "invoice_line"

    id: Mapped[Key]
    invoice_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("invoice.id", ondelete="CASCADE"), index=True
    )
    service_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("service.id"), index=True)
    position: Mapped[int]
    description: Mapped[str | None] = mapped_column(String(4000))
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    rate_minor: Mapped[Minor]
    amount_minor: Mapped[Minor]

    invoice: Mapped[Invoice] = relationship(back_populates="lines")
    service: Mapped[Service | None] = relationship()
