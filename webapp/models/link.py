"""Our record and the QuickBooks object that stands for it. Lasts as long as the firm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, FirmKey, Key
from webapp.models.record import Record


class Link(Model):
    __table_args__ = (
        UniqueConstraint("firm_id", "kind", "record_id"),
        UniqueConstraint("firm_id", "kind", "quickbooks_id"),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    kind: Mapped[str] = mapped_column(String(10))
    record_id: Mapped[int] = mapped_column(BigId)
    quickbooks_id: Mapped[str | None] = mapped_column(String(30))
    """None: the company was reset, and the object went with its data. Only a person lets the record
    be made again (see ``webapp.quickbooks.company_reset``)."""
    sync_token: Mapped[str] = mapped_column(String(20))
    known: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the object held when we last saw it, in the shape of ``compare.facts``: what tells an
    edit by a person from a token that only moved."""
    seen_at: Mapped[datetime | None]
    """QuickBooks' own time of that version, in whole seconds: what it announces of the object up to
    then is no news."""
    gone: Mapped[bool] = mapped_column(default=False)
    """Deleted, voided or made inactive over there."""
    left_out: Mapped[bool] = mapped_column(default=False)
    """It is gone, and a person decided to leave it so."""
    linked_at: Mapped[Created]

    @classmethod
    def of(cls, record: Record) -> Link | None:
        return cls.find(record.firm_id, record.kind, record.id)

    @classmethod
    def find(cls, firm_id: int, kind: str, record_id: int) -> Link | None:
        return db.session.scalar(
            select(cls).where(cls.firm_id == firm_id, cls.kind == kind, cls.record_id == record_id)
        )

    @classmethod
    def of_records(
        cls, firm_id: int, kind: str, record_ids: Sequence[int], *, fresh: bool = False
    ) -> dict[int, Link]:
        """The links of several records of one kind, by record id; ``fresh`` reads them anew."""
        links = db.session.scalars(
            _OF_RECORDS,
            {"firm_id": firm_id, "kind": kind, "record_ids": list(record_ids)},
            execution_options={"populate_existing": fresh},
        )
        return {link.record_id: link for link in links}

    @classmethod
    def to(cls, firm_id: int, kind: str, quickbooks_id: str) -> Link | None:
        """The link that holds this QuickBooks object, if any record has it."""
        return db.session.scalar(
            select(cls).where(
                cls.firm_id == firm_id, cls.kind == kind, cls.quickbooks_id == quickbooks_id
            )
        )


_OF_RECORDS = select(Link).where(
    Link.firm_id == bindparam("firm_id"),
    Link.kind == bindparam("kind"),
    Link.record_id.in_(bindparam("record_ids")),
)
"""Built once, since every answer that is settled asks it."""
