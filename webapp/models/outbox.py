"""What must reach QuickBooks, and how far it is.

One entry per record, written in the record's own transaction. RQ only carries hints: an entry that
nobody was told of is found by the sweep, because ``due_at`` says when somebody should act on it
next (None: nobody, until something else happens).

    ready      to be sent, now or (after a transient failure) at due_at
    waiting    what it needs is not in QuickBooks yet; set ready when that arrives
    sent       a request went out and its answer is not known; looked into at due_at
    rejected   an issue is open; due_at is the one automatic second try. One that was set aside may
               have a request out (sent_at): it is looked into before anything is sent
    ignored    a person muted its issue
    off        its account is not synced, or it is older than the start date
    done       QuickBooks holds the wanted version
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    String,
    Text,
    UniqueConstraint,
    Update,
    bindparam,
    case,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp import hints
from webapp.database import database_now
from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, FirmKey, Key
from webapp.models.record import Record, model_of

READY, WAITING, SENT = "ready", "waiting", "sent"
REJECTED, IGNORED, OFF, DONE = "rejected", "ignored", "off", "done"
STATES = (READY, WAITING, SENT, REJECTED, IGNORED, OFF, DONE)

SAVE, REMOVE = "save", "remove"
PERSON, ORDINARY, FIRST_COPY = 0, 1, 2

RETRY_PLAN = tuple(timedelta(seconds=s) for s in (5, 15, 60, 120, 300, 600, 1800))
"""How long to wait after the 1st, 2nd … transient failure in a row; the last one repeats."""

CRASHES_ALLOWED = 2
"""So many workers may die with an entry in their hands before it is set aside."""

_SENDING = ("sent_at", "batch_id", "batch_item")
_REQUEST = ("request_id", "operation", "body", "sent_version", *_SENDING)
"""What an entry knows of a request as long as its outcome matters."""


class Batch(Model):
    """A batch request whose answer is not known yet: resent as it was, never mixed anew."""

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    request_id: Mapped[str] = mapped_column(String(36))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Created]


class Entry(Model):
    __tablename__ = "outbox_entry"
    __table_args__ = (
        UniqueConstraint("firm_id", "kind", "record_id"),
        CheckConstraint(
            "state IN ('ready', 'waiting', 'sent', 'rejected', 'ignored', 'off', 'done')",
            name="state",
        ),
        Index(
            "ix_outbox_entry_due",
            "firm_id",
            "priority",
            "level",
            "id",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index("ix_outbox_entry_waits", "firm_id", "waits_kind", "waits_id"),
        Index("ix_outbox_entry_state", "firm_id", "kind", "state"),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    kind: Mapped[str] = mapped_column(String(10))
    record_id: Mapped[int] = mapped_column(BigId)
    uid: Mapped[str] = mapped_column(String(32), default=lambda: uuid.uuid4().hex)
    """Names this entry in QuickBooks, in request ids and notes: unique across installations."""
    level: Mapped[int]
    priority: Mapped[int] = mapped_column(default=ORDINARY)
    state: Mapped[str] = mapped_column(String(8), default=READY)
    due_at: Mapped[datetime | None]

    action: Mapped[str] = mapped_column(String(6), default=SAVE)
    wanted: Mapped[int] = mapped_column(default=1)
    reached: Mapped[int] = mapped_column(default=0)
    asked_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL")
    )
    """Who clicked for the coming try; None when it goes by itself."""
    create_anyway: Mapped[bool] = mapped_column(default=False)
    """A person looked and decided: the client is to be created, found or not."""

    waits_kind: Mapped[str | None] = mapped_column(String(10))
    waits_id: Mapped[int | None] = mapped_column(BigId)

    tries: Mapped[int] = mapped_column(default=0)
    """Definite rejections since the record or a person's wish last changed."""
    failures: Mapped[int] = mapped_column(default=0)
    """Transient failures in a row."""
    picked: Mapped[int] = mapped_column(default=0)
    """Times a worker took it up, or sent it alone, without having lived to tell."""

    revision: Mapped[int] = mapped_column(BigId, default=0)
    """Counts the requests; after a restored backup from the seconds since 1970, which none held."""
    request_id: Mapped[str | None] = mapped_column(String(36))
    operation: Mapped[str | None] = mapped_column(String(12))
    body: Mapped[str | None] = mapped_column(Text)
    sent_version: Mapped[int | None]
    sent_at: Mapped[datetime | None]
    batch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("batch.id"))
    batch_item: Mapped[str | None] = mapped_column(String(10))

    batch: Mapped[Batch | None] = relationship()

    # -- asking ------------------------------------------------------------------------------

    @classmethod
    def of(cls, record: Record) -> Entry | None:
        return cls.find(record.firm_id, record.kind, record.id)

    @classmethod
    def find(cls, firm_id: int, kind: str, record_id: int) -> Entry | None:
        """The record's entry, locked until the transaction ends: a worker may be settling it."""
        return db.session.scalar(
            select(cls)
            .where(cls.firm_id == firm_id, cls.kind == kind, cls.record_id == record_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    @classmethod
    def locked(cls, ids: Iterable[int]) -> dict[int, Entry]:
        """These entries as they are now, by id, locked in one order until the transaction ends."""
        return {entry.id: entry for entry in db.session.scalars(_LOCKED, {"ids": list(ids)})}

    @classmethod
    def most_urgent(cls, *which: ColumnElement[bool]) -> ScalarSelect[int]:
        """Within a query: the id of that among the chosen entries which somebody should act on
        first, or NULL.

        To ask whether it is there is cheaper than EXISTS: only the order of their index makes
        SQLite use it, which else may go through all entries of the firm.
        """
        return (
            select(cls.id)
            .where(cls.due_at.is_not(None), *which)
            .order_by(cls.priority, cls.level, cls.id)
            .limit(1)
            .scalar_subquery()
        )

    @classmethod
    def changing(cls, *which: ColumnElement[bool]) -> Update:
        """An UPDATE of the entries chosen by ``which``, which locks them in order before it
        changes any.

        By itself an UPDATE locks in whatever order it comes across the rows, so that two of them,
        or one beside a worker's claim, would each wait for the other.
        """
        in_order = select(cls.id).where(*which).order_by(cls.level, cls.id).with_for_update()
        return update(cls).where(cls.id.in_(in_order.correlate(None)))

    @classmethod
    def ask(cls, record: Record, priority: int = ORDINARY, *, new: bool = False) -> Entry:
        """Ask for the record's present version to reach QuickBooks; ``new`` spares a look-up.

        While an answer is outstanding the wish is only noted: it is acted on once that is settled.
        """
        entry = None if new else cls.of(record)
        if entry is None:
            entry = cls(
                firm_id=record.firm_id, kind=record.kind, record_id=record.id, level=record.level
            )
            db.session.add(entry)
        entry.wanted = record.version
        entry.action = SAVE if record.live else REMOVE
        entry.try_now(priority)
        return entry

    def try_now(self, priority: int = PERSON, person_id: int | None = None) -> None:
        """Make it due at once, as a new intent; not while an answer is outstanding."""
        self.priority, self.asked_by_id, self.picked = priority, person_id, 0
        if self.state != SENT:
            self.set_ready()
            self.tries = self.failures = 0
        hints.after_commit(self.firm_id, hurry=priority == PERSON)

    def set_ready(self, due_at: datetime | None = None) -> None:
        self.state = READY
        self.waits_kind = self.waits_id = None
        self.due_at = due_at or database_now(db.session())

    @classmethod
    def sync_switched(cls, account: Record) -> None:
        """An account's switch moves everything of that account in or out of the work."""
        on = bool(account.sync)  # type: ignore[attr-defined]
        moved = (OFF,) if on else (READY, WAITING, REJECTED, IGNORED)
        change = {
            "state": READY if on else OFF,
            "due_at": database_now(db.session()) if on else None,
        }
        for kind, ids in records_of_account(account):
            theirs = cls.firm_id == account.firm_id, cls.kind == kind, cls.record_id.in_(ids)
            db.session.execute(
                cls.changing(*theirs, cls.state.in_(moved)).values(change),
                execution_options={"synchronize_session": "fetch"},
            )

    # -- sending -----------------------------------------------------------------------------

    def compose(self, operation: str, body: str) -> None:
        """Fix what the next request carries. A new revision is a new intent to QuickBooks.

        The same body after a try that certainly did not execute keeps its request id.
        """
        if self.request_id is None or self.body != body or self.operation != operation:
            self.revision += 1
            self.request_id = f"{self.uid[:24]}-{self.revision}"  # 96 bits, and room for a time
        self.operation, self.body = operation, body
        self.sent_version = self.wanted

    def planned(self) -> None:
        """What got so far did not kill its worker by being planned, and may wait for its turn."""
        if self.picked == 1:
            self.picked = 0

    def mark_sent(self, now: datetime, settle_after: timedelta) -> None:
        """Note, before the call, that its outcome is unknown from here on."""
        self.picked = max(1, self.picked)
        self.state, self.sent_at = SENT, now
        self.due_at = now + settle_after

    @property
    def unsettled(self) -> bool:
        """What became of its request is not known, even where it is not being looked into."""
        return self.sent_at is not None

    # -- outcomes ----------------------------------------------------------------------------

    def accepted(self) -> None:
        """As ``all_accepted``, for one."""
        Entry.all_accepted([self])

    @classmethod
    def all_accepted(cls, entries: Sequence[Entry]) -> None:
        """QuickBooks holds their ``sent_version``; where the record moved on meanwhile, go again.

        One statement for a crowd, which writing each by itself would cost most of its settling.
        The entries are read again when they are looked at.
        """
        ids = [entry.id for entry in entries]
        db.session.execute(_ACCEPTED, {"ids": ids, "now": database_now(db.session())})
        for entry in entries:
            db.session.expire(entry)

    def rejected(self, second_try_at: datetime | None) -> None:
        """A definite no. If the record was changed meanwhile, the change deserves its own try."""
        moved_on = self.sent_version is not None and self.sent_version < self.wanted
        self._forget_request()
        self.failures = self.picked = 0
        if moved_on:
            self.tries = 0
            self.set_ready()
            return
        self.tries += 1
        self.state, self.asked_by_id = REJECTED, None
        self.waits_kind = self.waits_id = None
        self.due_at = second_try_at if self.tries == 1 else None

    def park(self) -> None:
        """Set it aside until a person acts.

        A request that is out stays on record, since it may have been carried out: whoever takes
        the entry up again looks first.
        """
        self.picked = 0
        self.tries += 1
        self.state, self.due_at, self.asked_by_id = REJECTED, None, None

    def go_again(self) -> None:
        """Plan it anew at once, as a new intent: what was sent certainly did not execute."""
        self.picked = 0
        self.plan_anew()

    def plan_anew(self) -> None:
        """As ``go_again``, where no answer has cleared it of having killed its worker."""
        self._forget_request()
        self.set_ready()

    def put_back(
        self, now: datetime, not_before: datetime | None = None, *, anew: bool = False
    ) -> None:
        """It certainly did not execute; try again later with the same request id.

        ``anew``: with another, since the answer may be all that is ever said to this one.
        """
        pause = RETRY_PLAN[min(self.failures, len(RETRY_PLAN) - 1)]
        self.failures += 1
        self.picked = 0
        self.set_ready(max(now + pause, not_before or now))
        if anew:
            self._forget_request()
        else:
            self._forget_sending()

    def look_again(self, at: datetime) -> None:
        """Still unknown: come back to it."""
        self.failures += 1
        self.picked = 0
        self.due_at = at

    def wait_for(self, kind: str, record_id: int) -> None:
        self.picked = 0
        self.state, self.due_at = WAITING, None
        self.waits_kind, self.waits_id = kind, record_id

    def rest(self, state: str) -> None:
        """Nothing to do until something else happens: DONE, OFF or IGNORED."""
        if state != IGNORED or not self.unsettled:
            self._forget_request()
        self.picked = 0
        self.state, self.due_at, self.asked_by_id = state, None, None
        self.waits_kind = self.waits_id = None

    def _forget_request(self) -> None:
        self._empty(_REQUEST)

    def _forget_sending(self) -> None:
        self._empty(_SENDING)

    def _empty(self, names: Iterable[str]) -> None:
        for name in names:
            setattr(self, name, None)

    @classmethod
    def release(cls, firm_id: int, kind: str, record_ids: Sequence[int]) -> None:
        """Set ready what waited for these records."""
        there = {"of_firm": firm_id, "arrived_kind": kind, "arrived": list(record_ids)}
        db.session.execute(_RELEASE, {**there, "now": database_now(db.session())})

    # -- counting ----------------------------------------------------------------------------

    @classmethod
    def counts(cls, firm_id: int) -> dict[str, dict[str, int]]:
        """How many entries of each kind are in each state."""
        rows = db.session.execute(
            select(cls.kind, cls.state, func.count())
            .where(cls.firm_id == firm_id)
            .group_by(cls.kind, cls.state)
        )
        counts: dict[str, dict[str, int]] = {}
        for kind, state, count in rows:
            counts.setdefault(kind, {})[state] = count
        return counts


def records_of_account(account: Record) -> Sequence[tuple[str, Any]]:
    """For each kind, a query of the ids that belong to the account."""
    payment, refund, expense = model_of("payment"), model_of("refund"), model_of("expense")
    payments = select(payment.id).where(payment.account_id == account.id)  # type: ignore[attr-defined]
    invoice = model_of("invoice")
    return (
        ("account", [account.id]),
        ("invoice", select(invoice.id).where(invoice.account_id == account.id)),  # type: ignore[attr-defined]
        ("payment", payments),
        ("refund", select(refund.id).where(refund.payment_id.in_(payments))),  # type: ignore[attr-defined]
        ("expense", select(expense.id).where(expense.payment_id.in_(payments))),  # type: ignore[attr-defined]
    )


# -- statements that a worker runs over and over: to build one costs more than to run it -----------

_REACHED = func.coalesce(Entry.sent_version, Entry.wanted)
_MOVED_ON = Entry.wanted > _REACHED
_ACCEPTED = (
    update(Entry)
    .where(Entry.id.in_(bindparam("ids")))
    .values(
        **dict.fromkeys(_REQUEST),
        reached=_REACHED,
        create_anyway=False,
        tries=0,
        failures=0,
        picked=0,
        state=case((_MOVED_ON, READY), else_=DONE),
        due_at=case((_MOVED_ON, bindparam("now", type_=Entry.due_at.type))),
        asked_by_id=case((_MOVED_ON, Entry.asked_by_id)),
        waits_kind=None,
        waits_id=None,
    )
    .execution_options(synchronize_session=False)
)
_LOCKED = (
    select(Entry)
    .where(Entry.id.in_(bindparam("ids")))
    .order_by(Entry.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_RELEASE = (
    Entry.changing(
        Entry.firm_id == bindparam("of_firm"),
        Entry.waits_kind == bindparam("arrived_kind"),
        Entry.waits_id.in_(bindparam("arrived")),
        Entry.state == WAITING,
    )
    .values(state=READY, due_at=bindparam("now"), waits_kind=None, waits_id=None)
    .execution_options(synchronize_session="fetch")
)
