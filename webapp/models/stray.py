"""An object in QuickBooks that carries our mark and has no record here: its record was lost.

That happens when an older database is put back. Whoever enters the record again gets the object
that is there, instead of a second one (see ``webapp.quickbooks.strays``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model, db
from webapp.models.columns import Created, FirmKey, Key


class Stray(Model):
    __table_args__ = (UniqueConstraint("firm_id", "kind", "quickbooks_id"),)

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    kind: Mapped[str] = mapped_column(String(10))
    quickbooks_id: Mapped[str] = mapped_column(String(30))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The object as it was last read."""
    found_at: Mapped[Created]

    @classmethod
    def count(cls, firm_id: int) -> int:
        found = select(func.count()).select_from(cls).where(cls.firm_id == firm_id)
        return db.session.scalar(found) or 0
