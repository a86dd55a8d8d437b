"""How many issues of each kind, state and cause has a firm?

All of it in one statement: at 100,000 issues a count costs as much as drawing half a page, so
a page asks once and passes the answer on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import func, select

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
    number = func.count()
    rows = db.session.execute(
        select(Issue.kind, Issue.state, Issue.cause, number)
        .where(
            Issue.firm_id == firm_id,
            # Named one by one, so that the index on kind, state and cause is used in its order.
            Issue.kind.in_(KINDS),
            Issue.state.in_((issues.OPEN, issues.IGNORED)),
        )
        .group_by(Issue.kind, Issue.state, Issue.cause)
        .order_by(number.desc(), Issue.cause)
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for kind, state, cause, issues_of_cause in rows:
        found.setdefault((kind, state), {})[cause] = issues_of_cause
    return Counts(found)
