"""What is a document in our books, and what is it in QuickBooks'?

Reads some records at a time, over a connection of its own that takes no lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select

from webapp import money
from webapp.models import (
    Account,
    BookSighting,
    Entry,
    Expense,
    Invoice,
    Link,
    MirrorObject,
    Payment,
    Record,
    Refund,
)

AT_ONCE = 1_000

MODELS: dict[str, type[Any]] = {
    "invoice": Invoice,
    "payment": Payment,
    "refund": Refund,
    "expense": Expense,
}


@dataclass(frozen=True)
class Side:
    """One side's word on a document; minor units of the record's currency."""

    day: date | None
    minor: int | None
    """None: we do not know."""
    account_id: int | None


@dataclass(frozen=True)
class Pair:
    """A record and its document; either may be missing."""

    kind: str
    title: str
    currency: str
    ours: Side | None
    theirs: Side | None
    record_id: int | None = None
    account_id: int | None = None
    """Whose record it is."""
    quickbooks_id: str | None = None
    state: str | None = None
    """The outbox entry's."""
    pending: bool = False
    """A change of ours has not arrived yet."""
    waits_for: tuple[str, int] | None = None
    left_out: bool = False
    """A person decided that it stays gone over there."""
    changed_at: datetime | None = None

    @property
    def alike(self) -> bool:
        return self.ours == self.theirs


@dataclass(frozen=True)
class Firm:
    """What all pairs of a firm need to know."""

    id: int
    home_currency: str
    clients: dict[str, int]
    """Our account by its QuickBooks customer."""
    strangers: frozenset[str]
    """Customers that are in QuickBooks and nobody's here."""

    @classmethod
    def read(cls, connection: Connection, firm_id: int, home_currency: str) -> Firm:
        linked = select(Link.quickbooks_id, Link.record_id).where(
            Link.firm_id == firm_id, Link.kind == Account.kind
        )
        clients = {row.quickbooks_id: row.record_id for row in connection.execute(linked)}
        known = select(MirrorObject.quickbooks_id).where(
            MirrorObject.firm_id == firm_id, MirrorObject.entity == "Customer"
        )
        others = frozenset(connection.scalars(known)) - clients.keys()
        return cls(firm_id, home_currency, clients, others)

    def client(self, customer: str | None, otherwise: int | None) -> int | None:
        """Whose document it is over there. A fee names nobody; and a customer that is no more was
        merged into one that is ours."""
        if customer is None:
            return otherwise
        if customer in self.clients:
            return self.clients[customer]
        return None if customer in self.strangers else otherwise


def pairs(
    connection: Connection, firm: Firm, kind: str, comparison_id: int | None
) -> Iterator[list[Pair]]:
    """Every record of the kind that has to do with QuickBooks, some at a time.

    ``comparison_id`` names the sightings to compare with; None compares with the links.
    """
    wanted = _records(firm.id, kind, comparison_id)
    last = 0
    while True:
        page = wanted.where(MODELS[kind].id > last).limit(AT_ONCE)
        rows = connection.execute(page).all()
        yield [_pair(firm, kind, row, asked=comparison_id is not None) for row in rows]
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id


def _records(firm_id: int, kind: str, comparison_id: int | None) -> Select[Any]:
    model = MODELS[kind]
    amount = model.total_minor if kind == "invoice" else model.amount_minor
    account = model.account_id if kind in ("invoice", "payment") else Payment.account_id
    wanted = select(
        model.id,
        model.date.label("day"),
        amount.label("minor"),
        model.currency,
        model.removed_at,
        model.updated_at,
        account.label("account_id"),
        _title(model).label("name"),
        Entry.state,
        (Entry.reached < Entry.wanted).label("pending"),
        Entry.waits_kind,
        Entry.waits_id,
        Link.quickbooks_id,
        Link.gone,
        Link.left_out,
        *_theirs(comparison_id),
    ).where(model.firm_id == firm_id)
    if kind in ("refund", "expense"):
        wanted = wanted.outerjoin(Payment, Payment.id == model.payment_id)
    wanted = wanted.outerjoin(Entry, _of(Entry, model, kind)).outerjoin(
        Link, _of(Link, model, kind)
    )
    if comparison_id is not None:
        seen = and_(
            BookSighting.comparison_id == comparison_id,
            BookSighting.kind == kind,
            BookSighting.quickbooks_id == Link.quickbooks_id,
        )
        wanted = wanted.outerjoin(BookSighting, seen)
    return wanted.order_by(model.id)


def _of(of: Any, model: type[Record], kind: str) -> ColumnElement[bool]:
    return and_(of.firm_id == model.firm_id, of.kind == kind, of.record_id == model.id)


def _title(model: Any) -> ColumnElement[Any]:
    """As the models' own ``title`` has it, put together by ``_named``."""
    named = {Invoice: Invoice.number, Payment: Payment.reference}
    found: ColumnElement[Any] = named.get(model, model.id).expression
    return found


def _named(kind: str, row: Row[Any]) -> str:
    if kind == "invoice":
        return f"#{row.name}"
    if kind == "payment":
        return str(row.name or f"P-{row.id}")
    return f"{'R' if kind == 'refund' else 'E'}-{row.id}"


def _theirs(comparison_id: int | None) -> Sequence[ColumnElement[Any]]:
    """The three facts of the document, and whether it is there at all."""
    if comparison_id is not None:
        seen = BookSighting
        return (
            seen.day.label("their_day"),
            seen.total.label("their_total"),
            seen.customer.label("their_customer"),
            seen.id.is_not(None).label("there"),
        )
    return (
        Link.known["date"].as_string().label("their_day"),
        Link.known["total"].as_string().label("their_total"),
        Link.known["customer"].as_string().label("their_customer"),
        and_(Link.id.is_not(None), ~Link.gone).label("there"),
    )


def _pair(firm: Firm, kind: str, row: Row[Any], asked: bool) -> Pair:
    ours = theirs = None
    if row.removed_at is None:
        ours = Side(row.day, row.minor, row.account_id)
    if row.there:
        theirs = side(firm, row.their_day, row.their_total, row.their_customer, row)
    return Pair(
        kind=kind,
        title=_named(kind, row),
        currency=row.currency,
        ours=ours,
        theirs=theirs,
        record_id=row.id,
        account_id=row.account_id,
        quickbooks_id=row.quickbooks_id,
        state=row.state,
        pending=bool(row.pending),
        waits_for=(row.waits_kind, row.waits_id) if row.waits_kind else None,
        left_out=bool(row.left_out),
        changed_at=row.updated_at,
    )


def side(firm: Firm, day: Any, total: str | None, customer: str | None, record: Any) -> Side:
    """QuickBooks' side, from its facts; what they do not tell of the client is as in the record."""
    client = firm.client(customer, getattr(record, "account_id", None))
    currency = getattr(record, "currency", firm.home_currency)
    return Side(day_of(day), _minor(total, currency), client)


def day_of(value: date | str | None) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else value
    except ValueError:
        return None


def _minor(total: str | None, currency: str) -> int | None:
    try:
        return None if total is None else money.to_minor(Decimal(total), currency)
    except (InvalidOperation, money.AmountError):
        return None
