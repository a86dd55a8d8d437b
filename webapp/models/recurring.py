"""An invoice that comes again and again: what it says, when it is due, and what was made of it."""

from __future__ import annotations

from datetime import date as Day
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model, db
from webapp.models.account import Account
from webapp.models.columns import BigId, Created, ExactDecimal, FirmKey, Key, Minor, utc_now
from webapp.models.invoice import Invoice
from webapp.models.service import Service
from webapp.money import line_amount
from webapp.rhythm import Rhythm


class Recurring(Model):
    """A schedule. QuickBooks never hears of it, only of the invoices it makes."""

    kind = "recurring"

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"), index=True)
    memo: Mapped[str | None] = mapped_column(String(1000))
    currency: Mapped[str] = mapped_column(String(3))
    due_days: Mapped[int | None]
    """Days from the invoice's date until it is due; None for no due date."""

    unit: Mapped[str] = mapped_column(String(7))
    every: Mapped[int]
    start: Mapped[Day]
    month_day: Mapped[int | None]
    ends_on: Mapped[Day | None]
    """The last day on which an invoice may be made."""
    ends_after: Mapped[int | None]
    """How many invoices it makes in all."""

    next_date: Mapped[Day | None]
    """Of the next invoice; None once it has ended."""
    made: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None] = mapped_column(String(20))
    """The field for which the next invoice was refused: paused by us, for a person to mend."""

    created_at: Mapped[Created]
    updated_at: Mapped[Created]
    removed_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    lines: Mapped[list[RecurringLine]] = relationship(
        cascade="all, delete-orphan", order_by="RecurringLine.position"
    )

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.unit, self.every, self.start, self.month_day)

    @property
    def paused(self) -> bool:
        return self.paused_at is not None

    @property
    def total_minor(self) -> int:
        return sum(line_amount(line.rate_minor, line.quantity) for line in self.lines)

    def go_to(self, day: Day) -> None:
        """Make this the next day, or end where that is past the end."""
        late = self.ends_on is not None and day > self.ends_on
        enough = self.ends_after is not None and self.made >= self.ends_after
        self.next_date = None if late or enough else day

    def plan_from(self, today: Day) -> None:
        """The next day from today on, and after the last one that was made."""
        last = self.last_date()
        wanted = self.rhythm.from_on(max(today, self.start))
        self.go_to(wanted if last is None or wanted > last else self.rhythm.after(last))

    def last_date(self) -> Day | None:
        """The latest day an invoice was made for."""
        return db.session.scalar(
            select(RecurringInvoice.date)
            .where(RecurringInvoice.recurring_id == self.id)
            .order_by(RecurringInvoice.date.desc())
            .limit(1)
        )

    def pause(self, stopped_by: str | None = None) -> None:
        self.paused_at, self.stopped_by = utc_now(), stopped_by

    def resume(self, today: Day) -> None:
        """Days that went by during a person's pause are left out. Those for which we stopped are
        made up for: nobody wanted them to be missing."""
        if self.stopped_by is None and self.next_date is not None:
            self.plan_from(today)
        self.paused_at = self.stopped_by = None

    def remove(self) -> None:
        """No more invoices; those that were made stay."""
        self.removed_at = utc_now()

    @classmethod
    def in_firm(cls, firm_id: int, recurring_id: int) -> Recurring | None:
        """The firm's own live one with this id, or None: never another firm's."""
        return db.session.scalar(
            select(cls).where(
                cls.id == recurring_id, cls.firm_id == firm_id, cls.removed_at.is_(None)
            )
        )


Index("ix_recurring_firm", Recurring.firm_id, Recurring.next_date)
Index(
    "ix_recurring_due",
    Recurring.next_date,
    sqlite_where=text("paused_at IS NULL AND removed_at IS NULL"),
    postgresql_where=text("paused_at IS NULL AND removed_at IS NULL"),
)


class RecurringLine(Model):
    __tablename__ = "recurring_line"

    id: Mapped[Key]
    recurring_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("recurring.id", ondelete="CASCADE"), index=True
    )
    service_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("service.id"), index=True)
    position: Mapped[int]
    description: Mapped[str | None] = mapped_column(String(4000))
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    rate_minor: Mapped[Minor]

    service: Mapped[Service | None] = relationship()


class RecurringInvoice(Model):
    """The invoice that a schedule made for one of its days: one at most, says the database."""

    __tablename__ = "recurring_invoice"
    __table_args__ = (UniqueConstraint("recurring_id", "date"),)

    id: Mapped[Key]
    recurring_id: Mapped[int] = mapped_column(BigId, ForeignKey("recurring.id", ondelete="CASCADE"))
    date: Mapped[Day]
    invoice_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("invoice.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[Created]

    invoice: Mapped[Invoice] = relationship()
