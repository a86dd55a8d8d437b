"""What the QuickBooks card of a client says: the customer, the counts, the latest tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, and_, func, or_, select

from webapp.extensions import db
from webapp.models import (
    Account,
    Attempt,
    Entry,
    Expense,
    Invoice,
    MirrorObject,
    Payment,
    Person,
    Record,
    Refund,
    model_of,
)
from webapp.models import attempt as attempts
from webapp.quickbooks.addresses import open_url
from webapp.quickbooks.standing import PUBLIC_STATES, Standing, standing
from webapp.views.naming import name_of

RECENT = 5


@dataclass(frozen=True)
class Happening:
    """One line of *Recent in QuickBooks*."""

    outcome: str
    text: str
    at: datetime


@dataclass(frozen=True)
class ClientCard:
    standing: Standing
    customer: str
    """The linked customer's name over there; empty while there is none."""
    open_url: str
    last_sync_at: datetime | None
    counts: dict[str, dict[str, int]]
    """How many of its records of each kind are in each public state."""
    set_by: Person | None
    recent: Sequence[Happening]

    def count(self, kind: str, state: str) -> int:
        return self.counts.get(kind, {}).get(state, 0)


def card_of(account: Account) -> ClientCard:
    at = standing(account)
    return ClientCard(
        standing=at,
        customer=_customer(account, at),
        open_url=open_url("account", at.quickbooks_id) if at.quickbooks_id else "",
        last_sync_at=_last_sync(account),
        counts=_counts(account),
        set_by=db.session.get(Person, account.sync_set_by_id) if account.sync_set_by_id else None,
        recent=_recent(account),
    )


def _customer(account: Account, at: Standing) -> str:
    if at.quickbooks_id is None:
        return ""
    known = MirrorObject.find(account.firm_id, "Customer", at.quickbooks_id)
    return known.name if known else account.display_name


def _of_client(account: Account, table: type[Attempt] | type[Entry]) -> ColumnElement[bool]:
    """The rows of attempts or entries that belong to the client or to anything of theirs."""
    payments = select(Payment.id).where(Payment.account_id == account.id)
    ids: dict[str, Any] = {
        "account": [account.id],
        "invoice": select(Invoice.id).where(Invoice.account_id == account.id),
        "payment": payments,
        "refund": select(Refund.id).where(Refund.payment_id.in_(payments)),
        "expense": select(Expense.id).where(Expense.payment_id.in_(payments)),
    }
    return and_(
        table.firm_id == account.firm_id,
        or_(
            *(and_(table.kind == kind, table.record_id.in_(theirs)) for kind, theirs in ids.items())
        ),
    )


def _last_sync(account: Account) -> datetime | None:
    return db.session.scalar(
        select(Attempt.at)
        .where(
            _of_client(account, Attempt),
            Attempt.outcome.in_((attempts.ACCEPTED, attempts.LINKED)),
        )
        .order_by(Attempt.id.desc())
        .limit(1)
    )


def _counts(account: Account) -> dict[str, dict[str, int]]:
    rows = db.session.execute(
        select(Entry.kind, Entry.state, func.count())
        .where(_of_client(account, Entry))
        .group_by(Entry.kind, Entry.state)
    )
    counts: dict[str, dict[str, int]] = {}
    for kind, state, number in rows:
        of_kind = counts.setdefault(kind, {})
        public = PUBLIC_STATES[state]
        of_kind[public] = of_kind.get(public, 0) + number
    return counts


def _recent(account: Account) -> list[Happening]:
    latest = db.session.scalars(
        select(Attempt)
        .where(_of_client(account, Attempt))
        .order_by(Attempt.id.desc())
        .limit(RECENT)
    ).all()
    records = _records(latest)
    return [
        Happening(
            attempt.outcome, _line(attempt, records[attempt.kind, attempt.record_id]), attempt.at
        )
        for attempt in latest
        if (attempt.kind, attempt.record_id) in records
    ]


def _records(latest: Sequence[Attempt]) -> dict[tuple[str, int], Record]:
    """The records the attempts are about, one query per kind."""
    found: dict[tuple[str, int], Record] = {}
    for kind in {attempt.kind for attempt in latest}:
        model = model_of(kind)
        ids = {attempt.record_id for attempt in latest if attempt.kind == kind}
        for record in db.session.scalars(select(model).where(model.id.in_(ids))):
            found[kind, record.id] = record
    return found


def _line(attempt: Attempt, record: Record) -> str:
    name = name_of(record)
    if attempt.outcome == attempts.REJECTED:
        return gettext("%(record)s: rejected", record=name)
    if attempt.outcome == attempts.UNKNOWN:
        return gettext("%(record)s: no answer yet", record=name)
    if attempt.outcome == attempts.LINKED:
        return gettext("%(record)s linked", record=name)
    return gettext("%(record)s synced", record=name)
