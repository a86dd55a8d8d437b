"""What the firm sells; in QuickBooks, an Item of type Service."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.columns import Minor
from webapp.models.record import Record


class Service(Record):
    kind = "service"
    level = 0

    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(String(4000))
    rate_minor: Mapped[Minor] = mapped_column(default=0)
    income_account_id: Mapped[str | None] = mapped_column(String(20))
    """A QuickBooks account id; None for the firm's default."""
    quickbooks_name: Mapped[str | None] = mapped_column(String(100))

    @property
    def title(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        return self.quickbooks_name or self.name
