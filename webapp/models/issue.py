"""A record that was rejected, or that differs from QuickBooks, and needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, FirmKey, Key, utc_now
from webapp.models.person import Person
from webapp.models.record import Record, model_of

OPEN, IGNORED, CLOSED = "open", "ignored", "closed"


class Issue(Model):
    """One row per record and cause: opened again rather than opened twice."""

    __table_args__ = (
        UniqueConstraint("firm_id", "kind", "record_id", "cause"),
        CheckConstraint("state IN ('open', 'ignored', 'closed')", name="state"),
        Index("ix_issue_list", "firm_id", "kind", "state", "id"),
        Index("ix_issue_cause", "firm_id", "kind", "state", "cause"),
        Index("ix_issue_shared", "firm_id", "kind", "state", "shared_by"),
        # A search reads this instead of the rows, in the order of the list. PostgreSQL refuses an
        # entry longer than 2,704 bytes, which a key can be.
        Index("ix_issue_search", "firm_id", "kind", "state", "id", "search_key").ddl_if(
            dialect="sqlite"
        ),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    kind: Mapped[str] = mapped_column(String(10))
    record_id: Mapped[int] = mapped_column(BigId)
    cause: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(8), default=OPEN)
    title: Mapped[str] = mapped_column(String(500))
    """The record's name when the issue opened: what search and lists show."""
    client: Mapped[str] = mapped_column(String(500), default="")
    search_key: Mapped[str] = mapped_column(String(1100), default="")
    amount_minor: Mapped[int | None] = mapped_column(BigId)
    currency: Mapped[str | None] = mapped_column(String(3))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the sentences of the cause need: numbers, names, limits."""
    theirs: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The QuickBooks object to compare with, as last read."""
    shared_by: Mapped[str | None] = mapped_column(String(80))
    """What the same problem of other records has in common: an inactive customer's id, a date."""
    code: Mapped[str | None] = mapped_column(String(20))
    message: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
    intuit_tid: Mapped[str | None] = mapped_column(String(100))
    tries: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[Created]
    tried_at: Mapped[Created]
    closed_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL")
    )
    """Who ignored or closed it; None when it closed by itself."""

    settled_by: Mapped[Person | None] = relationship()

    @property
    def record(self) -> Record:
        found = db.session.get(model_of(self.kind), self.record_id)
        assert found is not None
        return found

    @classmethod
    def in_firm(cls, firm_id: int, issue_id: int) -> Issue | None:
        return db.session.scalar(select(cls).where(cls.id == issue_id, cls.firm_id == firm_id))

    @classmethod
    def unsettled_of(cls, record: Record) -> list[Issue]:
        """The open and the ignored issues of a record, oldest first."""
        return list(
            db.session.scalars(
                select(cls)
                .where(
                    cls.firm_id == record.firm_id,
                    cls.kind == record.kind,
                    cls.record_id == record.id,
                    cls.state != CLOSED,
                )
                .order_by(cls.id)
            )
        )

    @classmethod
    def unsettled_of_records(cls, firm_id: int, kind: str, record_ids: list[int]) -> list[Issue]:
        """As ``unsettled_of``, for several records of one kind."""
        wanted = {"firm_id": firm_id, "kind": kind, "record_ids": record_ids}
        return list(db.session.scalars(_UNSETTLED, wanted))

    @classmethod
    def unsettled_among(cls, firm_id: int, kind: str, record_ids: Sequence[int]) -> set[int]:
        """The ids of those records that have an open or an ignored issue."""
        return set(
            db.session.scalars(
                select(cls.record_id).where(
                    cls.firm_id == firm_id,
                    cls.kind == kind,
                    cls.record_id.in_(record_ids),
                    cls.state != CLOSED,
                )
            )
        )

    @classmethod
    def open_of(cls, record: Record) -> Issue | None:
        return next((i for i in cls.unsettled_of(record) if i.state == OPEN), None)

    def close(self, person_id: int | None = None) -> None:
        self.state, self.closed_at, self.settled_by_id = CLOSED, utc_now(), person_id

    @classmethod
    def close_of_account(cls, account: Record, person_id: int | None) -> None:
        """Nothing of this client is to be told any more, nor of its records."""
        from webapp.models.outbox import records_of_account

        for kind, ids in records_of_account(account):
            unsettled = select(cls).where(
                cls.firm_id == account.firm_id,
                cls.kind == kind,
                cls.record_id.in_(ids),
                cls.state != CLOSED,
            )
            for issue in db.session.scalars(unsettled):
                issue.close(person_id)


_UNSETTLED = (
    select(Issue)
    .where(
        Issue.firm_id == bindparam("firm_id"),
        Issue.kind == bindparam("kind"),
        Issue.record_id.in_(bindparam("record_ids")),
        Issue.state != CLOSED,
    )
    .order_by(Issue.id)
)
"""Built once, since every answer that is settled asks it."""
