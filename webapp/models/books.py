"""A comparison of both books: what was read over there, and where the two differ.

Its rows say how many documents of a client and month there are on either side, and what they come
to; its differences name the records behind those that are not alike. One comparison of a firm is
kept besides the one under way.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, FirmKey, Key, Minor

READING, DONE, FAILED = "reading", "done", "failed"

UNEXPLAINED, EXPLAINED, EQUAL = 0, 1, 2
"""How a row stands; in the order in which rows are shown."""


class BookComparison(Model):
    __tablename__ = "book_comparison"
    __table_args__ = (Index("ix_book_comparison_firm", "firm_id", "id"),)

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    asked: Mapped[bool] = mapped_column(default=False)
    """QuickBooks itself is read; else what is known here of its objects."""
    state: Mapped[str] = mapped_column(String(8), default=READING)
    position: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Up to where it has read: objects by entity, and the entities that are finished."""
    reads: Mapped[int] = mapped_column(default=0)
    """Metered calls so far."""
    failures: Mapped[int] = mapped_column(default=0)
    """Calls in a row that brought no answer."""
    trouble: Mapped[str | None] = mapped_column(String(30))
    """Why it failed, as a word of ``webapp.quickbooks.books``."""
    due_at: Mapped[Created]
    """When somebody should go on with it."""
    began_at: Mapped[Created]
    finished_at: Mapped[datetime | None]
    left_out: Mapped[int] = mapped_column(default=0)
    """Records that stay out of QuickBooks by choice, and are counted on neither side."""
    theirs_alone: Mapped[int] = mapped_column(default=0)
    """Documents in QuickBooks that never came from here."""

    @classmethod
    def latest(cls, firm_id: int) -> BookComparison | None:
        return db.session.scalar(
            select(cls).where(cls.firm_id == firm_id).order_by(cls.id.desc()).limit(1)
        )

    @property
    def unexplained(self) -> int:
        """How many rows nobody can account for."""
        counted = select(func.count()).select_from(BookRow)
        return (
            db.session.scalar(
                counted.where(BookRow.comparison_id == self.id, BookRow.standing == UNEXPLAINED)
            )
            or 0
        )

    @classmethod
    def begin(cls, firm_id: int, asked: bool) -> BookComparison:
        """A new one in the place of all before; the caller commits."""
        db.session.execute(delete(cls).where(cls.firm_id == firm_id))
        comparison = cls(firm_id=firm_id, asked=asked)
        db.session.add(comparison)
        db.session.flush()
        return comparison


class BookSighting(Model):
    """A document as QuickBooks showed it to a comparison; gone when that is finished."""

    __tablename__ = "book_sighting"
    __table_args__ = (
        Index("ix_book_sighting_object", "comparison_id", "kind", "quickbooks_id", unique=True),
    )

    id: Mapped[Key]
    comparison_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("book_comparison.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(10))
    quickbooks_id: Mapped[str] = mapped_column(String(30))
    day: Mapped[date | None]
    total: Mapped[str | None] = mapped_column(String(40))
    customer: Mapped[str | None] = mapped_column(String(30))
    uid: Mapped[str | None] = mapped_column(String(40))
    """Of the entry whose note it carries: we made it."""


class BookRow(Model):
    """A client's documents of one kind, month and currency, on either side."""

    __tablename__ = "book_row"
    __table_args__ = (Index("ix_book_row_shown", "comparison_id", "standing", "month"),)

    id: Mapped[Key]
    comparison_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("book_comparison.id", ondelete="CASCADE")
    )
    month: Mapped[str] = mapped_column(String(7))
    """``2026-11``; empty where QuickBooks names no day."""
    account_id: Mapped[int | None] = mapped_column(BigId)
    """None: no client of ours, or an expense of nobody."""
    kind: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    ours: Mapped[int] = mapped_column(default=0)
    ours_minor: Mapped[Minor] = mapped_column(default=0)
    theirs: Mapped[int] = mapped_column(default=0)
    theirs_minor: Mapped[Minor] = mapped_column(default=0)
    standing: Mapped[int] = mapped_column(default=EQUAL)


class BookDifference(Model):
    """One record that is not alike on both sides; a side that lacks it has no day."""

    __tablename__ = "book_difference"
    __table_args__ = (Index("ix_book_difference_comparison", "comparison_id", "kind"),)

    id: Mapped[Key]
    comparison_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("book_comparison.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(10))
    record_id: Mapped[int | None] = mapped_column(BigId)
    quickbooks_id: Mapped[str | None] = mapped_column(String(30))
    title: Mapped[str] = mapped_column(String(500))
    currency: Mapped[str] = mapped_column(String(3))
    ours_day: Mapped[date | None]
    ours_minor: Mapped[int | None] = mapped_column(BigId)
    ours_account_id: Mapped[int | None] = mapped_column(BigId)
    theirs_day: Mapped[date | None]
    theirs_minor: Mapped[int | None] = mapped_column(BigId)
    theirs_account_id: Mapped[int | None] = mapped_column(BigId)
    why: Mapped[str] = mapped_column(String(12))
    """A word of ``webapp.quickbooks.books``; ``unexplained`` is the one to worry about."""
    issue_id: Mapped[int | None] = mapped_column(BigId)
