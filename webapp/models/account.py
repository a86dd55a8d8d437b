"""A client of the firm; in QuickBooks, a Customer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.columns import BigId, utc_now
from webapp.models.record import Record

if TYPE_CHECKING:
    from webapp.models.outbox import Entry

BUSINESS, INDIVIDUAL = "business", "individual"


class Account(Record):
    kind = "account"
    level = 0

    name: Mapped[str] = mapped_column(String(500))
    email: Mapped[str | None] = mapped_column(String(254))
    account_kind: Mapped[str] = mapped_column(String(10), default=BUSINESS)
    quickbooks_name: Mapped[str | None] = mapped_column(String(500))
    """A name for QuickBooks alone, where a vendor or another customer already has ours."""
    sync: Mapped[bool] = mapped_column(default=True)
    sync_set_at: Mapped[datetime | None]
    sync_set_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL")
    )

    @property
    def title(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """The name QuickBooks is given."""
        return self.quickbooks_name or self.name

    def save(self, *, hurry: bool = True) -> Entry:
        """What is not copied is off at once, connected or not; a removal has to be planned."""
        from webapp.models.outbox import OFF, READY

        entry = super().save(hurry=hurry)
        if self.live and not self.sync and entry.state == READY and not entry.unsettled:
            entry.rest(OFF)
        return entry

    def set_sync(self, on: bool, person_id: int | None) -> None:
        """Turn copying on or off for this client and everything that is theirs."""
        from webapp.models.issue import Issue
        from webapp.models.outbox import Entry

        if self.sync == on:
            return
        self.sync = on
        self.sync_set_at = utc_now()
        self.sync_set_by_id = person_id
        self.save()
        Entry.sync_switched(self)
        if not on:
            Issue.close_of_account(self, person_id)


Index("ix_account_firm_name", Account.firm_id, Account.name)
