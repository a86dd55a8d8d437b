"""What did QuickBooks get that this database does not know of?

Asked after a backup was put back, and whenever nobody was at work for a while, since the database
cannot tell these apart. Until the changes over there were read nothing is sent: an entry that looks
unsent may have arrived, and its request id may be forgotten by now. Every document of ours carries
its entry's mark, so it is known again by that; what has a mark and no record is a stray.

Request ids begin anew behind it: after the backup was made, the next ones may have been used for
changes that are lost here, and QuickBooks would answer with those.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import exists, select, update

from webapp import hints
from webapp.database import change, database_now
from webapp.extensions import db
from webapp.models import (
    Connection,
    Entry,
    Invoice,
    Link,
    MirrorObject,
    Pulse,
    Record,
    Stray,
    outbox,
)
from webapp.quickbooks import (
    attempt_log,
    changes,
    facts,
    issues,
    links,
    notices,
    payloads,
    rejecting,
    strays,
)
from webapp.quickbooks.linking import link_to
from webapp.quickbooks.news import Body, deleted, newer
from webapp.quickbooks.surroundings import Surroundings

BEAT_EVERY_S = 5.0

log = structlog.get_logger(__name__)
_beaten_at = float("-inf")


# -- suspecting ------------------------------------------------------------------------------------


def beat() -> None:
    """Show that this database is being worked on; after a gap, suspect every firm. Commits.

    Each process does so every few seconds, and before it sends anything.
    """
    global _beaten_at
    if time.monotonic() - _beaten_at < BEAT_EVERY_S:
        return
    if Pulse.of_database().beat():
        log.info("database_was_away", firms=suspect())
    db.session.commit()
    _beaten_at = time.monotonic()


def suspect(since: datetime | None = None, firm_id: int | None = None) -> int:
    """Send nothing for the firms (or one) before their changes were read; how many they are.

    ``since`` reads further back than where the last reading ended. The caller commits.
    """
    now = database_now(db.session())
    which = update(Connection).where(Connection.realm_id.is_not(None))
    if firm_id is not None:
        which = which.where(Connection.firm_id == firm_id)
    if since is not None:
        change(
            db.session(),
            which.where(Connection.changes_read_to > since).values(changes_read_to=since),
        )
    return change(db.session(), which.values(unsure=True, changes_due_at=now))


# -- recognising -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sighting:
    entry: Entry
    record: Record
    link: Link | None
    body: dict[str, Any]


def recognise(connection: Connection, entity: str, bodies: Sequence[Body]) -> None:
    """Give objects of ours their records, by the mark; keep those without as strays.

    The mirror has been brought up to them. The caller commits.
    """
    kind = changes.KINDS.get(entity)
    if kind not in strays.ALIKE:
        return
    marked = {uid: dict(body) for body in bodies if (uid := payloads.uid_in(body))}
    found = _sightings(connection.firm_id, kind, marked)
    _keep_strays(connection.firm_id, kind, marked, found)
    arrived = [one for one in found if one.link is None or one.link.gone]
    for one in arrived:
        links.note(one.record, one.body)
        attempt_log.linked_by_itself(one.entry, one.record, str(one.body["Id"]))
        _link_what_it_names(one)
    if not found:
        return
    references = Surroundings(connection, [one.entry for one in found]).references
    for one in found:
        if one in arrived:
            _arrived(one, _our_body(one, references))
        elif _carried_out(one, _our_body(one, references)):
            links.note(one.record, one.body)
            one.entry.sent_version = None
            one.entry.accepted()


def _sightings(firm_id: int, kind: str, marked: dict[str, dict[str, Any]]) -> list[_Sighting]:
    """The marked objects whose records are here, with the records' links."""
    ids = db.session.scalars(
        select(Entry.id).where(Entry.firm_id == firm_id, Entry.kind == kind, Entry.uid.in_(marked))
    ).all()
    model = outbox.model_of(kind)
    found = []
    for entry in Entry.locked(ids).values():
        record = db.session.get_one(model, entry.record_id)
        link, body = Link.of(record), marked[entry.uid]
        if link is None or link.gone or link.quickbooks_id == str(body["Id"]):
            found.append(_Sighting(entry, record, link, body))
    return found


def _keep_strays(
    firm_id: int, kind: str, marked: dict[str, dict[str, Any]], found: Iterable[_Sighting]
) -> None:
    """Living objects that neither a mark nor a link ties to a record."""
    known = {str(one.body["Id"]) for one in found}
    ids = [str(body["Id"]) for body in marked.values()]
    for table in (Link, Stray):
        known |= set(
            db.session.scalars(
                select(table.quickbooks_id).where(
                    table.firm_id == firm_id, table.kind == kind, table.quickbooks_id.in_(ids)
                )
            )
        )
    for body in marked.values():
        id_ = str(body["Id"])
        if id_ not in known and not deleted(body) and not facts.voided(body):
            db.session.add(
                Stray(firm_id=firm_id, kind=kind, quickbooks_id=id_, body=issues.plain(body))
            )


def _link_what_it_names(one: _Sighting) -> None:
    """The document says which customer and items our client and services became, whatever they
    are called over there by now."""
    client = issues.client_of(one.record)
    if client is not None:
        _link(client, "Customer", (one.body.get("CustomerRef") or {}).get("value"))
    if isinstance(one.record, Invoice):
        theirs = [line for line in one.body.get("Line", []) if "SalesItemLineDetail" in line]
        if len(theirs) == len(one.record.lines):
            for ours, line in zip(one.record.lines, theirs, strict=True):
                item = (line["SalesItemLineDetail"].get("ItemRef") or {}).get("value")
                if ours.service is not None:
                    _link(ours.service, "Item", item)


def _link(record: Record, entity: str, quickbooks_id: str | None) -> None:
    mirrored = MirrorObject.find(record.firm_id, entity, quickbooks_id)
    entry = Entry.of(record)
    if mirrored is None or entry is None or entry.unsettled or Link.of(record) is not None:
        return
    if Link.to(record.firm_id, record.kind, mirrored.quickbooks_id) is None:
        link_to(entry, record, mirrored)


def _our_body(one: _Sighting, references: payloads.References) -> payloads.Body | None:
    """What we would send today; None when something that it names is not linked."""
    try:
        return payloads.body_of(one.record, references, one.entry.uid)
    except KeyError:
        return None


def _arrived(one: _Sighting, ours: payloads.Body | None) -> None:
    """It looked unsent and was there all along. What a later, lost edit made of it over there is
    for people to judge."""
    entry, record, body = one.entry, one.record, one.body
    gone = changes.absence(payloads.ENTITIES[record.kind], body)
    link = Link.of(record)
    assert link is not None
    link.gone = bool(gone)
    if entry.action == outbox.REMOVE:
        entry.go_again()
        return
    entry.sent_version = None
    entry.accepted()
    issues.close_all([record])
    fields = ["lines"]
    if ours is not None:
        fields = strays.unlike(record, ours, body)
        links.note_agreed(record, body, ours, fields)
    if gone:
        rejecting.reject(entry, record, gone, {}, theirs=body)
    elif fields:
        rejecting.differ(entry, record, fields, body)


def _carried_out(one: _Sighting, ours: payloads.Body | None) -> bool:
    """A change that looks unsent is there already, and nothing else happened to the object."""
    entry, link = one.entry, one.link
    assert link is not None
    waiting = entry.reached < entry.wanted and entry.action == outbox.SAVE and not entry.unsettled
    return (
        waiting
        and ours is not None
        and newer(one.body, link.sync_token)
        and not strays.unlike(one.record, ours, one.body)
    )


# -- being sure again ------------------------------------------------------------------------------


def finish(connection: Connection, now: datetime) -> None:
    """All changes were taken in: the firm's work may go on. The caller commits."""
    firm_id = connection.firm_id
    connection.unsure = False
    _begin_request_ids_anew(firm_id, now)
    lost = Stray.count(firm_id)
    if lost:
        notices.records_lost(firm_id, lost)
        log.warning("strays_found", firm_id=firm_id, count=lost)
    hints.after_commit(firm_id)


def _begin_request_ids_anew(firm_id: int, now: datetime) -> None:
    """For what is linked: the time itself is a number that no backup holds. A create keeps its id,
    which is a second guard against doing it twice."""
    linked = exists().where(
        Link.firm_id == firm_id, Link.kind == Entry.kind, Link.record_id == Entry.record_id
    )
    change(
        db.session(),
        Entry.changing(Entry.firm_id == firm_id, Entry.state != outbox.SENT, linked).values(
            revision=int(now.timestamp()), request_id=None
        ),
    )
