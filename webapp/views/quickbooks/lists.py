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
from webapp.models import Issue
from webapp.models import issue as issues
from webapp.models.mirror import search_key
from webapp.views.quickbooks.counts import Counts

SIZE = 25
"""Each syncing row asks for itself every 2 s, so a page must not hold too many."""

COUNTED_UP_TO = 1000
"""A search stops counting here, or at the page asked for: reading every issue for a total that
nobody counts on would take longer than drawing the page."""


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
    more: bool = False
    """A search has found more than ``total``, and nobody knows how many."""

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


def find(wish: Wish, counts: Counts) -> Found:
    """The page asked for, or the last one there is. Three statements, however many issues."""
    listed = counts.causes(wish.kind, wish.state)
    if wish.query:
        return _searched(wish, sum(listed.values()))
    joined = 0 if wish.narrowed else _joined(wish)
    total = (listed.get(wish.cause, 0) if wish.cause else sum(listed.values())) - joined
    page = _page_within(wish, total)
    conditions = [_stands_for_its_cause(wish)] if joined else _matching(wish)
    newest_first = _of(wish, Issue.id).where(*conditions).order_by(Issue.id.desc())
    # Only the ids are counted off: the lines before a late page stay unread.
    shown = newest_first.limit(SIZE).offset((page - 1) * SIZE).subquery()
    return Found(wish, _rows(select(shown.c.id)) if total > 0 else (), max(total, 0), page)


def _searched(wish: Wish, listed: int) -> Found:
    """One walk through the issues, the newest first, which ends where the counting does."""
    most = max(COUNTED_UP_TO, min(wish.page * SIZE, listed))
    newest_first = _of(wish, Issue.id).where(*_matching(wish)).order_by(Issue.id.desc())
    ids = db.session.scalars(newest_first.limit(most + 1)).all()
    total = min(len(ids), most)
    page = _page_within(wish, total)
    shown = ids[(page - 1) * SIZE : page * SIZE]
    return Found(wish, _rows(shown) if shown else (), total, page, more=len(ids) > most)


def _page_within(wish: Wish, total: int) -> int:
    return max(min(wish.page, -(-total // SIZE)), 1)


def _rows(ids: Sequence[int] | Select[tuple[int]]) -> Sequence[Issue]:
    return db.session.scalars(
        select(Issue)
        .where(Issue.id.in_(ids))
        .order_by(Issue.id.desc())
        .options(joinedload(Issue.settled_by))
    ).all()


def _joined(wish: Wish) -> int:
    """How many issues have no line of their own in the plain list."""
    sharing, lines = db.session.execute(
        _of(wish, func.count(), func.count(Issue.shared_by.distinct())).where(
            Issue.shared_by.is_not(None)
        )
    ).one()
    return int(sharing - lines)


def every(wish: Wish) -> Select[tuple[Issue]]:
    """All issues that the list stands for, also those that share a line, in no order."""
    return _of(wish, Issue).where(*_matching(wish))


def _of(wish: Wish, *columns: Any) -> Select[Any]:
    return select(*columns).where(
        Issue.firm_id == wish.firm_id, Issue.kind == wish.kind, Issue.state == wish.state
    )


def _stands_for_its_cause(wish: Wish) -> ColumnElement[bool]:
    newest = (
        _of(wish, func.max(Issue.id)).where(Issue.shared_by.is_not(None)).group_by(Issue.shared_by)
    )
    return or_(Issue.shared_by.is_(None), Issue.id.in_(newest))


def _matching(wish: Wish) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wish.query:
        words = search_key(wish.query)
        conditions.append(Issue.search_key.contains(words, autoescape=True))
    if wish.cause:
        conditions.append(Issue.cause == wish.cause)
    return conditions
