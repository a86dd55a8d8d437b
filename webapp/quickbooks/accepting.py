"""What does a yes change? The link learns of the object, and what was wrong is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.extensions import db
from webapp.models import Entry, Link, Record
from webapp.quickbooks import attempt_log, facts, issues, links, mirror, strays
from webapp.quickbooks.agreed import Told
from webapp.quickbooks.flight import Request
from webapp.quickbooks.payloads import ENTITIES, marker
from webapp.quickbooks.rejecting import differ, reject

LINKED_ELSEWHERE = {
    "account": "customer_linked_elsewhere",
    "service": "service_name_taken",
    "invoice": "dup_number",
    "payment": "differs",
    "refund": "differs",
    "expense": "differs",
}
"""What it means that the object found for a record is another record's."""


@dataclass(frozen=True)
class Saved:
    """An entry whose request was carried out, and its object as it is since."""

    entry: Entry
    record: Record
    request: Request
    found: dict[str, Any]
    intuit_tid: str | None


def accept_all(saved: Sequence[Saved]) -> None:
    """All records are of one kind. A crowd costs as many queries as one does."""
    taken = links.held_by_others([(one.record, one.found) for one in saved])
    own = [one for one in saved if one.record.id not in taken]
    if own:
        with db.session.no_autoflush:  # one writing at the end is enough
            told = {
                one.record.id: Told.of(one.request.entity, one.request.sent, one.found)
                for one in own
            }
            links.note_all([(one.record, one.found) for one in own], told)
            issues.close_all([one.record for one in own])
            attempt_log.note_accepted([(one.entry, one.request, one.intuit_tid) for one in own])
            Entry.all_accepted([one.entry for one in own])
    for one in own:
        if contradicted := told[one.record.id].contradicted:
            differ(one.entry, one.record, contradicted, one.found)
    for one in saved:
        if one.record.id in taken:
            cause = LINKED_ELSEWHERE[one.record.kind]
            reject(one.entry, one.record, cause, {}, theirs=one.found)


def accept_removal(
    entry: Entry, record: Record, request: Request, found: dict[str, Any] | None
) -> None:
    """``found`` is what is left of a voided object; None when it is gone."""
    link = Link.of(record)
    if link is not None:
        link.gone = True
        link.sync_token = str(found.get("SyncToken", link.sync_token)) if found else "0"
        link.seen_at = facts.changed_at(found) if found else link.seen_at
        if found is None:
            mirror.forget(record.firm_id, request.entity, str(request.quickbooks_id))
    entry.accepted()
    issues.close_all([record])


def is_ours(theirs: dict[str, Any] | None, entry: Entry) -> bool:
    """The object in the way is this very record's, as an earlier answer that got lost made it.

    One that was voided since is nobody's any more: it keeps our mark, but stands for nothing.
    """
    if not theirs or facts.voided(theirs):
        return False
    return marker(entry.uid) in str(theirs.get("PrivateNote", ""))


def accept_ours(
    entry: Entry, record: Record, sent: Mapping[str, Any], theirs: dict[str, Any]
) -> None:
    """Take the object that ``is_ours`` for the answer that got lost. Where it says otherwise than
    what was ``sent``, people are shown both: the record may have been changed since, or theirs."""
    entity = ENTITIES[record.kind]
    told = Told(
        facts.told(entity, sent),
        strays.unlike(record, dict(sent), theirs),
        facts.facts_of(entity, theirs),
    )
    links.note(record, theirs, told)
    issues.close_all([record])
    entry.accepted()
    if told.contradicted:
        differ(entry, record, told.contradicted, theirs)
