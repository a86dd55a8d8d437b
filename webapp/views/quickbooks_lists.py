"""Which issues does a list show: of one kind, open or ignored, searched, filtered, page by page?

Records that one cause keeps back (a closed period, an inactive customer) stand as one line in the
plain list, the newest of them; a search or a filter shows every one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.models import KINDS, Issue
from webapp.models import issue as issues
from webapp.models.mirror import search_key

SIZE = 25
"""Each syncing row asks for itself every 2 s, so a page must not hold too many."""


@dataclass(frozen=True)
class Counts:
    """How many issues of each kind are open, and how many ignored."""

    open: dict[str, int]
    ignored: dict[str, int]

    @property
    def total_open(self) -> int:
        return sum(self.open.values())

    @property
    def total_ignored(self) -> int:
        return sum(self.ignored.values())


def counts_of(firm_id: int) -> Counts:
    rows = db.session.execute(
        select(Issue.kind, Issue.state, func.count())
        .where(Issue.firm_id == firm_id, Issue.state != issues.CLOSED)
        .group_by(Issue.kind, Issue.state)
    ).all()
    found = {(kind, state): number for kind, state, number in rows}
    return Counts(
        {kind: found.get((kind, issues.OPEN), 0) for kind in KINDS},
        {kind: found.get((kind, issues.IGNORED), 0) for kind in KINDS},
    )


@dataclass(frozen=True)
class Wish:
    """What a person asked a list to show."""

    firm_id: int
    kind: str
    state: str = issues.OPEN
    query: str = ""
    cause: str = ""
    page: int = 1
    opened: int | None = None
    """The issue whose detail is open."""

    @classmethod
    def read(cls, firm_id: int, kind: str, arguments: Any) -> Wish:
        """From an address's query; what makes no sense counts as not asked."""
        ignored = arguments.get("state") == issues.IGNORED
        return cls(
            firm_id,
            kind,
            issues.IGNORED if ignored else issues.OPEN,
            arguments.get("q", "").strip()[:200],
            arguments.get("cause", "")[:40],
            max(arguments.get("page", 1, int), 1),
            arguments.get("open", None, int),
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.query or self.cause)

    def arguments(self, **changed: object) -> dict[str, object]:
        """For an address that asks for the same, but for the changes; defaults are left out."""
        state = self.state if self.state != issues.OPEN else ""
        page = self.page if self.page > 1 else ""
        asked = {"state": state, "q": self.query, "cause": self.cause, "page": page, **changed}
        return {name: value for name, value in asked.items() if value not in ("", None)}


@dataclass(frozen=True)
class Found:
    """One page of a list. ``total`` counts lines, where a shared cause is one."""

    wish: Wish
    issues: Sequence[Issue]
    total: int
    page: int

    @property
    def first(self) -> int:
        return (self.page - 1) * SIZE + 1 if self.issues else 0

    @property
    def last(self) -> int:
        return (self.page - 1) * SIZE + len(self.issues)

    @cached_property
    def shared(self) -> dict[str, int]:
        """How many records each shared cause of this page keeps back, in the plain list."""
        groups = {issue.shared_by for issue in self.issues if issue.shared_by}
        if not groups or self.wish.narrowed:
            return {}
        return dict(
            db.session.execute(
                _of(self.wish, Issue.shared_by, func.count())
                .where(Issue.shared_by.in_(groups))
                .group_by(Issue.shared_by)
            ).all()
        )


def find(wish: Wish) -> Found:
    """The page asked for, or the last one there is. Three statements, however many issues."""
    lines = _of(wish, Issue).where(*_narrowing(wish))
    total = db.session.scalar(lines.with_only_columns(func.count())) or 0
    if not total:
        return Found(wish, (), 0, 1)
    page = min(wish.page, max(-(-total // SIZE), 1))
    rows = db.session.scalars(
        lines.order_by(Issue.id.desc())
        .limit(SIZE)
        .offset((page - 1) * SIZE)
        .options(joinedload(Issue.settled_by))
    ).all()
    return Found(wish, rows, total, page)


def cause_counts(wish: Wish) -> dict[str, int]:
    """How many issues of the list each cause has, the most frequent first."""
    rows = db.session.execute(
        _of(wish, Issue.cause, func.count()).group_by(Issue.cause).order_by(func.count().desc())
    ).all()
    return dict(rows)


def every(wish: Wish) -> Select[tuple[Issue]]:
    """All issues that the list stands for, also those that share a line, in no order."""
    return _of(wish, Issue).where(*_matching(wish))


def _of(wish: Wish, *columns: Any) -> Select[Any]:
    return select(*columns).where(
        Issue.firm_id == wish.firm_id, Issue.kind == wish.kind, Issue.state == wish.state
    )


def _narrowing(wish: Wish) -> list[ColumnElement[bool]]:
    if not wish.narrowed:
        newest = (
            _of(wish, func.max(Issue.id))
            .where(Issue.shared_by.is_not(None))
            .group_by(Issue.shared_by)
        )
        return [or_(Issue.shared_by.is_(None), Issue.id.in_(newest))]
    return _matching(wish)


def _matching(wish: Wish) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wish.query:
        words = search_key(wish.query)
        conditions.append(Issue.search_key.contains(words, autoescape=True))
    if wish.cause:
        conditions.append(Issue.cause == wish.cause)
    return conditions
