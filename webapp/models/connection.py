"""A firm's connection to its QuickBooks company, and the right to work on it.

One row per firm, which lasts as long as the firm: a company belongs to one firm, and a firm that
reconnects must bring the same company.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    bindparam,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import database_now
from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, FirmKey, Key
from webapp.models.firm import Firm
from webapp.models.person import Person

NONE, CONNECTED, SIGN_IN_AGAIN, PAUSED = "none", "connected", "sign_in_again", "paused"
ASK, CREATE = "ask", "create"


class LostSlice(Exception):
    """Another worker has taken this firm over; nothing more may be written in its name."""


class Connection(Model):
    __table_args__ = (
        CheckConstraint("state IN ('none', 'connected', 'sign_in_again', 'paused')", name="state"),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey] = mapped_column(unique=True)
    realm_id: Mapped[str | None] = mapped_column(String(30), unique=True)
    state: Mapped[str] = mapped_column(String(15), default=NONE)
    state_since: Mapped[Created]
    state_reason: Mapped[str | None] = mapped_column(String(300))

    access_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    access_stored_at: Mapped[datetime | None]
    access_expires_at: Mapped[datetime | None]
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    refresh_expires_at: Mapped[datetime | None]
    refreshing_until: Mapped[datetime | None]
    """The lease of whoever is renewing the tokens."""
    connected_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL")
    )
    connected_at: Mapped[datetime | None]

    company_name: Mapped[str | None] = mapped_column(String(500))
    plan: Mapped[str | None] = mapped_column(String(100))
    home_currency: Mapped[str] = mapped_column(String(3), default="USD")
    custom_numbers: Mapped[bool] = mapped_column(default=False)
    books_closed_to: Mapped[date | None]

    reset_at: Mapped[datetime | None]
    """QuickBooks told then that the company was emptied: no id from before holds any more. None
    once set-up was accepted anew."""
    set_up_at: Mapped[datetime | None]
    start_date: Mapped[date | None]
    """Records dated before it stay out of QuickBooks; None copies every date."""
    unmatched: Mapped[str] = mapped_column(String(6), default=ASK)
    accounts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Set-up's choices by role (see ``webapp.quickbooks.roles``): QuickBooks ids."""

    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    """No call to this company earlier: it throttled us, or is down."""
    failures: Mapped[int] = mapped_column(default=0)
    """Calls in a row that got no sensible answer."""
    mirrored_at: Mapped[datetime | None]
    changes_read_to: Mapped[datetime | None]
    """Everything that changed over there before it is known here."""
    changes_due_at: Mapped[datetime | None]
    """Read the changes then; None: when the period is over (see ``webapp.quickbooks.hearing``)."""
    webhook_seen_at: Mapped[datetime | None]
    unechoed_since: Mapped[datetime | None]
    """QuickBooks accepted a write of ours then, and no webhook has come since."""

    unsure: Mapped[bool] = mapped_column(default=False)
    """QuickBooks may have been told more than this database knows: nothing is sent before the
    changes over there were read (see ``webapp.quickbooks.recovery``)."""
    work_since: Mapped[datetime | None]
    """There has been work to do at every look of the watchdog since then."""
    silent_since: Mapped[datetime | None]
    """Nothing has succeeded since then, and the firm's owner was told."""

    slice_fence: Mapped[int] = mapped_column(BigId, default=0)
    slice_until: Mapped[datetime | None]

    firm: Mapped[Firm] = relationship()
    connected_by: Mapped[Person | None] = relationship()

    @classmethod
    def of(cls, firm_id: int) -> Connection:
        """The firm's connection, made on first use."""
        connection = db.session.scalar(select(cls).where(cls.firm_id == firm_id))
        if connection is None:
            connection = cls(firm_id=firm_id)
            db.session.add(connection)
            db.session.flush()
        return connection

    @property
    def usable(self) -> bool:
        return self.state == CONNECTED

    @property
    def told_of_changes(self) -> bool:
        """A webhook made a reading due that has not been done yet."""
        due, told = self.changes_due_at, self.webhook_seen_at
        return due is not None and told is not None and due <= told

    def change_state(self, state: str, reason: str | None = None) -> None:
        self.state, self.state_reason = state, reason
        self.state_since = database_now(db.session())

    def forget_tokens(self) -> None:
        self.access_token = self.refresh_token = None
        self.access_expires_at = self.refresh_expires_at = None

    @classmethod
    def claim_slice(cls, firm_id: int, lease: timedelta, *, to_read: bool = False) -> int | None:
        """Take the right to work on the firm for ``lease``; its fence, or None if another has it.

        Nothing is sent before set-up is accepted, nor while it is unsure what was sent: then only
        reading is allowed. Fences only grow, so that a worker which slept past its lease is told
        apart from the one that took over.
        """
        now = database_now(db.session())
        wanted = {"of_firm": firm_id, "now": now, "until": now + lease, "to_read": to_read}
        fence = db.session.scalar(_CLAIM, wanted)
        db.session.commit()
        return fence

    @classmethod
    def hold_slice(cls, firm_id: int, fence: int, lease: timedelta) -> Connection:
        """Renew the lease inside the current transaction; the connection as it now is, its
        ``slice_until`` a lease from now. Raises LostSlice.
        """
        now = database_now(db.session())
        held = db.session.scalars(
            _RENEW_LEASE, {"of_firm": firm_id, "fence": fence, "until": now + lease}
        ).one_or_none()
        if held is None:
            db.session.rollback()
            raise LostSlice(f"firm {firm_id} was taken over (fence {fence})")
        return held

    @classmethod
    def release_slice(cls, firm_id: int, fence: int) -> None:
        db.session.execute(_RELEASE, {"of_firm": firm_id, "fence": fence})
        db.session.commit()


# -- statements of every slice: to build one costs more than to run it -----------------------------

_CLAIM = (
    update(Connection)
    .where(
        Connection.firm_id == bindparam("of_firm"),
        Connection.state == CONNECTED,
        Connection.set_up_at.is_not(None),
        (Connection.slice_until.is_(None)) | (Connection.slice_until <= bindparam("now")),
        (Connection.not_before.is_(None)) | (Connection.not_before <= bindparam("now")),
        bindparam("to_read", type_=Boolean) | Connection.unsure.is_(False),
    )
    .values(slice_fence=Connection.slice_fence + 1, slice_until=bindparam("until"))
    .returning(Connection.slice_fence)
    .execution_options(synchronize_session=False)
)
_HELD = Connection.firm_id == bindparam("of_firm"), Connection.slice_fence == bindparam("fence")
_RENEW_LEASE = (
    update(Connection)
    .where(*_HELD)
    .values(slice_until=bindparam("until"))
    .returning(Connection)
    .execution_options(synchronize_session=False, populate_existing=True)
)
_RELEASE = (
    update(Connection)
    .where(*_HELD)
    .values(slice_until=None)
    .execution_options(synchronize_session=False)
)
