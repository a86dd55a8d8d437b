"""How many issues of each kind, state and cause has a firm?

All of it in one statement: at 100,000 issues a count costs as much as drawing half a page, so
a page asks once and passes the answer on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Select, bindparam, func, select

from webapp.extensions import db
from webapp.models import KINDS, Issue
from webapp.models import issue as issues


@dataclass(frozen=True)
class Counts:
    """The open and the ignored issues of a firm."""

    by_cause: Mapping[tuple[str, str], dict[str, int]]
    """By kind and state, then by cause, the most frequent first."""

    @cached_property
    def open(self) -> dict[str, int]:
        return {kind: sum(self.causes(kind, issues.OPEN).values()) for kind in KINDS}

    @cached_property
    def ignored(self) -> dict[str, int]:
        return {kind: sum(self.causes(kind, issues.IGNORED).values()) for kind in KINDS}

    @property
    def total_open(self) -> int:
        return sum(self.open.values())

    @property
    def total_ignored(self) -> int:
        return sum(self.ignored.values())

    def causes(self, kind: str, state: str) -> dict[str, int]:
        return self.by_cause.get((kind, state), {})


def counts_of(firm_id: int) -> Counts:
    found: dict[tuple[str, str], dict[str, int]] = {}
    rows = db.session.execute(_NUMBERS, {"firm_id": firm_id}).all()
    for kind, state, cause, issues_of_cause in sorted(rows, key=lambda row: -row.number):
        found.setdefault((kind, state), {})[cause] = issues_of_cause
    return Counts(found)


def _numbers() -> Select[tuple[str, str, str, int]]:
    """SQLite leaps through the index from one kind, state and cause to the next, and counting each
    by itself takes it half as long as grouping all issues."""
    of_firm = Issue.firm_id == bindparam("firm_id")
    seen = (
        select(Issue.kind, Issue.state, Issue.cause)
        .where(
            of_firm,
            # All there are, but for closed ones: named, they let the index be used in its order.
            Issue.kind.in_(KINDS),
            Issue.state.in_((issues.OPEN, issues.IGNORED)),
        )
        .distinct()
        .order_by(Issue.kind, Issue.state, Issue.cause)
        .subquery()
    )
    number = (
        select(func.count())
        .where(
            of_firm,
            Issue.kind == seen.c.kind,
            Issue.state == seen.c.state,
            Issue.cause == seen.c.cause,
        )
        .scalar_subquery()
    )
    return select(seen.c.kind, seen.c.state, seen.c.cause, number.label("number"))


_NUMBERS = _numbers()
"""Composed once: every page asks it."""
