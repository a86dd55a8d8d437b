"""Which QuickBooks customers could this client be? Answered from the mirror, as somebody types.

From three characters on a customer is found by any part of its name; with fewer only by its
beginning, which the index answers whatever the number of customers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from webapp.extensions import db
from webapp.models import Account, Link, MirrorObject
from webapp.models.mirror import search_key

MOST = 8
COUNTED_UP_TO = 1000
"""Nobody reads through more: the next letter says which."""
ANYWHERE_FROM = 3
LAST_CHARACTER = "\U0010ffff"
ENTITY = "Customer"


@dataclass(frozen=True)
class Candidate:
    """A customer, and what speaks for or against it."""

    customer: MirrorObject
    same_email: bool = False
    same_name: bool = False
    """But for accents, case and spaces."""
    linked: bool = False
    """Another account has it."""

    @property
    def usable(self) -> bool:
        return self.customer.active and not self.linked


@dataclass(frozen=True)
class Matches:
    candidates: Sequence[Candidate]
    total: int
    """How many match; at most MOST of them are among the candidates."""
    customers: int
    """How many customers the company has."""
    more: bool = False
    """More match than ``total``, and nobody knows how many."""


def suggest(firm_id: int, typed: str, account: Account | None = None) -> Matches:
    """The customers that what was typed could mean, the likeliest first.

    Nothing typed: those that look like the account itself.
    """
    words = search_key(typed)
    if words:
        wanted = _matching(words)
    elif account is not None:
        wanted = _alike([account])
    else:
        return Matches((), 0, _count(firm_id))
    # One walk through the names, in their order, that ends where the counting does; it may end
    # before those that begin with the words, which the index knows.
    matching = _ids(firm_id, wanted, COUNTED_UP_TO + 1)
    begin = _ids(firm_id, _begins(words), MOST) if len(matching) > MOST and words else []
    likeliest = list(dict.fromkeys([*begin, *matching]))[:MOST]
    found = db.session.scalars(select(MirrorObject).where(MirrorObject.id.in_(likeliest))).all()
    return Matches(
        sorted(_weighed(firm_id, found, account), key=_likelihood(words)),
        min(len(matching), COUNTED_UP_TO),
        _count(firm_id),
        more=len(matching) > COUNTED_UP_TO,
    )


def _ids(firm_id: int, wanted: ColumnElement[bool], most: int) -> Sequence[int]:
    by_name = select(MirrorObject.id).order_by(MirrorObject.search_key, MirrorObject.id)
    return db.session.scalars(by_name.where(_of(firm_id), wanted).limit(most)).all()


def closest(firm_id: int, accounts: Sequence[Account]) -> dict[int, Candidate]:
    """For each account the one customer that looks most like it, if any does; by account id.

    Two statements, however many accounts.
    """
    if not accounts:
        return {}
    rows = db.session.scalars(
        select(MirrorObject)
        .where(_of(firm_id), MirrorObject.active, _alike(accounts, _between))
        .limit(500)
    ).all()
    taken = _taken(firm_id, rows)
    free = [row for row in rows if row.quickbooks_id not in taken]
    found: dict[int, Candidate] = {}
    for account in accounts:
        mine = [_candidate(row, account, False) for row in free if _resembles(row, account)]
        if mine:
            found[account.id] = min(mine, key=_likelihood(search_key(account.name)))
    return found


def _of(firm_id: int) -> ColumnElement[bool]:
    return and_(MirrorObject.firm_id == firm_id, MirrorObject.entity == ENTITY)


def _matching(words: str) -> ColumnElement[bool]:
    if len(words) < ANYWHERE_FROM:
        return _begins(words)
    return MirrorObject.search_key.contains(words, autoescape=True)


def _begins(words: str) -> ColumnElement[bool]:
    """A range, so that the index answers; LIKE then corrects what the collation lets through."""
    return and_(_between(words), MirrorObject.search_key.startswith(words, autoescape=True))


def _between(words: str) -> ColumnElement[bool]:
    return MirrorObject.search_key.between(words, words + LAST_CHARACTER)


def _alike(
    accounts: Sequence[Account], begins: Callable[[str], ColumnElement[bool]] = _begins
) -> ColumnElement[bool]:
    """The same name but for accents, a name that begins with it, or the same e-mail."""
    emails = [account.email.lower() for account in accounts if account.email]
    names = {search_key(account.name) for account in accounts}
    return or_(MirrorObject.email.in_(emails), *(begins(name) for name in sorted(names)))


def _resembles(row: MirrorObject, account: Account) -> bool:
    same_email = bool(account.email) and row.email == (account.email or "").lower()
    return same_email or row.search_key.startswith(search_key(account.name))


def _weighed(
    firm_id: int, rows: Sequence[MirrorObject], account: Account | None
) -> list[Candidate]:
    taken = _taken(firm_id, rows, account)
    return [_candidate(row, account, row.quickbooks_id in taken) for row in rows]


def _candidate(row: MirrorObject, account: Account | None, linked: bool) -> Candidate:
    if account is None:
        return Candidate(row, linked=linked)
    return Candidate(
        row,
        same_email=bool(account.email) and row.email == (account.email or "").lower(),
        same_name=row.search_key == search_key(account.name),
        linked=linked,
    )


def _taken(firm_id: int, rows: Iterable[MirrorObject], besides: Account | None = None) -> set[str]:
    """Those of the customers that an account has, besides the one given."""
    links = select(Link.quickbooks_id).where(
        Link.firm_id == firm_id,
        Link.kind == "account",
        Link.quickbooks_id.in_([row.quickbooks_id for row in rows]),
    )
    if besides is not None:
        links = links.where(Link.record_id != besides.id)
    return set(db.session.scalars(links))


def _likelihood(words: str) -> Callable[[Candidate], tuple[bool, bool, bool, bool, str]]:
    def order(candidate: Candidate) -> tuple[bool, bool, bool, bool, str]:
        key = candidate.customer.search_key
        return (
            not candidate.usable,
            not candidate.same_email,
            key != words,
            not key.startswith(words),
            key,
        )

    return order


def _count(firm_id: int) -> int:
    return db.session.scalar(select(func.count()).where(_of(firm_id))) or 0
