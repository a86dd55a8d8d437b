"""Adding both sides up by month, client, kind and currency, and noting what is not alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, select

from webapp.models import BookSighting, Entry, Link, outbox
from webapp.models.books import EQUAL, EXPLAINED, UNEXPLAINED
from webapp.quickbooks.books import KINDS, reasons, sides
from webapp.quickbooks.books.reasons import MOVING, Reason, Reasons
from webapp.quickbooks.books.sides import Firm, Pair, Side

MOST_TOLD = 5_000
"""So many differences are kept of those that are explained, and as many of the others: what is
still to be copied for the first time would fill the table."""

Row = tuple[Any, ...]


class Place(NamedTuple):
    """Where a side's document is counted."""

    month: str
    account_id: int | None
    kind: str
    currency: str


@dataclass
class Sum:
    ours: int = 0
    ours_minor: int = 0
    theirs: int = 0
    theirs_minor: int = 0
    standing: int = EQUAL


@dataclass
class Result:
    sums: dict[Place, Sum] = field(default_factory=dict)
    told: list[tuple[Pair, Reason]] = field(default_factory=list)
    left_out: int = 0
    """Records that stay out of QuickBooks by choice."""
    theirs_alone: int = 0
    """Documents in QuickBooks that never came from here."""
    _kept: dict[bool, int] = field(default_factory=dict)

    def add(self, pair: Pair) -> list[Sum]:
        """Count both sides; the sums they went into."""
        found = []
        if pair.ours is not None:
            mine = self.sums.setdefault(_place(pair, pair.ours), Sum())
            mine.ours += 1
            mine.ours_minor += pair.ours.minor or 0
            found.append(mine)
        if pair.theirs is not None:
            other = self.sums.setdefault(_place(pair, pair.theirs), Sum())
            other.theirs += 1
            other.theirs_minor += pair.theirs.minor or 0
            found.append(other)
        return found

    def note(self, pair: Pair, reason: Reason, touched: Sequence[Sum]) -> None:
        worrying = reason.why in reasons.WORRYING
        standing = UNEXPLAINED if worrying else EXPLAINED
        for one in touched:
            one.standing = min(one.standing, standing)
        self._kept[worrying] = self._kept.get(worrying, 0) + 1
        if self._kept[worrying] <= MOST_TOLD:
            self.told.append((pair, reason))


def _place(pair: Pair, side: Side) -> Place:
    month = side.day.isoformat()[:7] if side.day else ""
    return Place(month, side.account_id, pair.kind, pair.currency)


def compare(
    connection: Connection, firm: Firm, began_at: datetime, comparison_id: int | None
) -> Result:
    """Both books, as they are at this moment; see ``sides.pairs`` for ``comparison_id``."""
    result = Result()
    for kind in KINDS:
        for some in sides.pairs(connection, firm, kind, comparison_id):
            _take(result, some, Reasons(connection, firm, some, began_at), comparison_id is None)
        if comparison_id is not None:
            _take_alone(connection, firm, kind, comparison_id, result)
    return result


def _take(result: Result, some: Sequence[Pair], why: Reasons, from_links: bool) -> None:
    for pair in some:
        if from_links:
            pair = why.as_edited(pair)
        if pair.ours is None and pair.theirs is None:
            continue
        if reasons.by_choice(pair):
            result.left_out += 1
            continue
        touched = result.add(pair)
        if not pair.alike:
            result.note(pair, why.of(pair), touched)


def _take_alone(
    connection: Connection, firm: Firm, kind: str, comparison_id: int, result: Result
) -> None:
    """Documents that no link names. Those with our mark are ours, and should have one."""
    unlinked = _unlinked(firm.id, kind, comparison_id)
    uncounted = unlinked.with_only_columns(func.count()).where(BookSighting.uid.is_(None))
    result.theirs_alone += connection.scalar(uncounted) or 0
    for seen in _pages(connection, unlinked.where(BookSighting.uid.is_not(None))):
        pair = Pair(
            kind=kind,
            title=seen.quickbooks_id,
            currency=firm.home_currency,
            ours=None,
            theirs=sides.side(firm, seen.day, seen.total, seen.customer, None),
            quickbooks_id=seen.quickbooks_id,
        )
        moving = seen.state in (outbox.READY, outbox.SENT)
        reason = Reason(MOVING if moving else reasons.UNEXPLAINED)
        result.note(pair, reason, result.add(pair))


def _unlinked(firm_id: int, kind: str, comparison_id: int) -> Select[*Row]:
    linked = and_(
        Link.firm_id == firm_id,
        Link.kind == kind,
        Link.quickbooks_id == BookSighting.quickbooks_id,
    )
    ours = and_(Entry.firm_id == firm_id, Entry.kind == kind, Entry.uid == BookSighting.uid)
    return (
        select(
            BookSighting.id,
            BookSighting.quickbooks_id,
            BookSighting.day,
            BookSighting.total,
            BookSighting.customer,
            Entry.state,
        )
        .outerjoin(Link, linked)
        .outerjoin(Entry, ours)
        .where(
            BookSighting.comparison_id == comparison_id,
            BookSighting.kind == kind,
            Link.id.is_(None),
        )
    )


def _pages(connection: Connection, wanted: Select[*Row]) -> Iterator[Any]:
    last = 0
    while True:
        page = wanted.where(BookSighting.id > last).order_by(BookSighting.id).limit(sides.AT_ONCE)
        rows = connection.execute(page).all()
        yield from rows
        if len(rows) < sides.AT_ONCE:
            return
        last = rows[-1].id
