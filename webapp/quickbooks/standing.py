"""Where a record stands with QuickBooks: what lists, profiles and the API show of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Entry, Issue, Link, Record, outbox
from webapp.models import issue as issues

PUBLIC_STATES = {
    outbox.READY: "waiting",
    outbox.WAITING: "waiting",
    outbox.SENT: "syncing",
    outbox.REJECTED: "failed",
    outbox.IGNORED: "ignored",
    outbox.OFF: "off",
    outbox.DONE: "synced",
}
"""The outbox's states in the words of the API and the pages."""


@dataclass(frozen=True)
class Standing:
    state: str
    """``waiting, syncing, synced, failed, ignored, off``."""
    quickbooks_id: str | None = None
    issue_id: int | None = None
    """The open or ignored issue that a person would look at."""
    waits_for: tuple[str, int] | None = None
    """Kind and id of the record that has to reach QuickBooks first."""
    next_try_at: datetime | None = None
    failures: int = 0


def standing(record: Record) -> Standing:
    return standings([record])[record.id]


def standings(records: Sequence[Record]) -> dict[int, Standing]:
    """The standing of records of one kind and firm, by record id; three queries however many."""
    if not records:
        return {}
    firm_id, kind = records[0].firm_id, records[0].kind
    ids = [record.id for record in records]
    links = dict(
        db.session.execute(
            select(Link.record_id, Link.quickbooks_id).where(
                Link.firm_id == firm_id, Link.kind == kind, Link.record_id.in_(ids)
            )
        ).all()
    )
    # 'open' sorts after 'ignored', and a later row wins: an open issue hides an ignored one.
    unsettled = dict(
        db.session.execute(
            select(Issue.record_id, Issue.id)
            .where(
                Issue.firm_id == firm_id,
                Issue.kind == kind,
                Issue.record_id.in_(ids),
                Issue.state != issues.CLOSED,
            )
            .order_by(Issue.state, Issue.id)
        ).all()
    )
    entries = db.session.scalars(
        select(Entry).where(Entry.firm_id == firm_id, Entry.kind == kind, Entry.record_id.in_(ids))
    )
    found = {
        entry.record_id: _standing(
            entry, links.get(entry.record_id), unsettled.get(entry.record_id)
        )
        for entry in entries
    }
    return {id_: found.get(id_, Standing("waiting", links.get(id_))) for id_ in ids}


def _standing(entry: Entry, quickbooks_id: str | None, issue_id: int | None) -> Standing:
    waits = (entry.waits_kind, entry.waits_id) if entry.waits_kind and entry.waits_id else None
    retrying = entry.state == outbox.READY and entry.failures > 0
    return Standing(
        state=PUBLIC_STATES[entry.state],
        quickbooks_id=quickbooks_id,
        issue_id=issue_id,
        waits_for=waits,
        next_try_at=entry.due_at if retrying else None,
        failures=entry.failures,
    )
