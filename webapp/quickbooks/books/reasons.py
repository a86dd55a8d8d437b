"""Why is a record not alike on both sides, and may it be so?

Everything but ``UNEXPLAINED`` and ``UNKNOWN`` is in order: a person has been told, has decided, or
it is on its way. Asked for some pairs at once, in a fixed number of statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from webapp.models import Entry, Issue, outbox
from webapp.models import issue as issue_states
from webapp.quickbooks.books.sides import Firm, Pair, side
from webapp.quickbooks.facts import Facts, facts_of
from webapp.quickbooks.payloads import ENTITIES

ISSUE, IGNORED, WAITS, MOVING = "issue", "ignored", "waits", "moving"
KEPT, LEFT_OUT, OFF = "kept", "left_out", "off"
UNKNOWN, UNEXPLAINED = "unknown", "unexplained"

WORRYING = (UNKNOWN, UNEXPLAINED)
CHAIN = 5
"""So far a wait is followed: fee, payment, invoice, client; and one to spare."""


@dataclass(frozen=True)
class Reason:
    why: str
    issue_id: int | None = None


def by_choice(pair: Pair) -> bool:
    """It stays out of QuickBooks and never was there: not to be counted on either side."""
    return pair.theirs is None and pair.quickbooks_id is None and pair.state == outbox.OFF


class Reasons:
    """Reasons for pairs of one kind. ``began_at`` is when the other side began to be read."""

    def __init__(
        self, connection: Connection, firm: Firm, pairs: Sequence[Pair], began_at: datetime
    ):
        self.connection, self.firm, self.began_at = connection, firm, began_at
        self._issues = self._all_of(pairs)

    def as_edited(self, pair: Pair) -> Pair:
        """An edit over there that waits for a person stands in its issue, not in the link."""
        for issue in self._issues.get(pair.record_id or 0, ()):
            theirs = issue.theirs or {}
            unsettled = issue.state != issue_states.CLOSED
            if unsettled and pair.theirs and str(theirs.get("Id")) == pair.quickbooks_id:
                return replace(pair, theirs=self._told(pair, facts_of(ENTITIES[pair.kind], theirs)))
        return pair

    def of(self, pair: Pair) -> Reason:
        found = self._issue(pair) or self._of_state(pair)
        if found is not None:
            return found
        if pair.left_out:
            return Reason(LEFT_OUT)
        if self._kept_theirs(pair):
            return Reason(KEPT)
        if pair.theirs is not None and pair.theirs.minor is None:
            return Reason(UNKNOWN)
        return Reason(UNEXPLAINED)

    def _all_of(self, pairs: Sequence[Pair]) -> dict[int, list[Any]]:
        """The issues of these records, the newest first."""
        ids = [pair.record_id for pair in pairs if pair.record_id is not None]
        if not ids:
            return {}
        wanted = select(
            Issue.id, Issue.record_id, Issue.state, Issue.theirs, Issue.cause, Issue.closed_at
        ).where(
            Issue.firm_id == self.firm.id, Issue.kind == pairs[0].kind, Issue.record_id.in_(ids)
        )
        found: dict[int, list[Any]] = {}
        for issue in self.connection.execute(wanted.order_by(Issue.id.desc())):
            found.setdefault(issue.record_id, []).append(issue)
        return found

    def _issue(self, pair: Pair) -> Reason | None:
        mine = self._issues.get(pair.record_id or 0, ())
        for state, why in ((issue_states.OPEN, ISSUE), (issue_states.IGNORED, IGNORED)):
            for issue in mine:
                if issue.state == state:
                    return Reason(why, issue.id)
        return None

    def _of_state(self, pair: Pair) -> Reason | None:
        if pair.state == outbox.WAITING and pair.waits_for is not None:
            return Reason(WAITS, self._blocker(pair.waits_for))
        if pair.state in (outbox.READY, outbox.SENT, outbox.WAITING):
            return Reason(MOVING)
        if pair.state == outbox.OFF and not pair.left_out:
            return Reason(OFF)
        if pair.changed_at is not None and pair.changed_at >= self.began_at:
            return Reason(MOVING)
        return None

    def _blocker(self, waits_for: tuple[str, int]) -> int | None:
        """The issue at the end of what it waits for; None where all of it is on its way."""
        wanted: tuple[str, int] | None = waits_for
        for _ in range(CHAIN):
            if wanted is None:
                return None
            kind, record_id = wanted
            of_it = select(Issue.id).where(
                Issue.firm_id == self.firm.id,
                Issue.kind == kind,
                Issue.record_id == record_id,
                Issue.state != issue_states.CLOSED,
            )
            found = self.connection.scalar(of_it.order_by(Issue.id.desc()).limit(1))
            if found is not None:
                return int(found)
            wanted = self._next(kind, record_id)
        return None

    def _next(self, kind: str, record_id: int) -> tuple[str, int] | None:
        entry = self.connection.execute(
            select(Entry.waits_kind, Entry.waits_id).where(
                Entry.firm_id == self.firm.id, Entry.kind == kind, Entry.record_id == record_id
            )
        ).first()
        return (entry.waits_kind, entry.waits_id) if entry and entry.waits_kind else None

    def _kept_theirs(self, pair: Pair) -> bool:
        """A person took over what had been edited there, and it still says the same."""
        return any(
            issue.cause == "edited"
            and issue.state == issue_states.CLOSED
            and self._told(pair, facts_of(ENTITIES[pair.kind], issue.theirs or {})) == pair.theirs
            and (pair.changed_at is None or issue.closed_at >= pair.changed_at)
            for issue in self._issues.get(pair.record_id or 0, ())
        )

    def _told(self, pair: Pair, facts: Facts) -> Any:
        return side(self.firm, facts.get("date"), facts.get("total"), facts.get("customer"), pair)
