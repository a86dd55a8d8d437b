"""Our record and its QuickBooks object: making the link, moving it, taking it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from webapp.database import add_rows
from webapp.extensions import db
from webapp.models import Entry, Firm, Link, MirrorObject, Record
from webapp.quickbooks import agreed, mirror, payloads, updates
from webapp.quickbooks.facts import Facts, changed_at, facts_of
from webapp.quickbooks.payloads import ENTITIES

FACTS = {
    "account": ("name", "email"),
    "service": ("name", "description", "rate", "income_account"),
}
"""The facts of an object that the mirror keeps."""

_HOLDERS = select(Link.quickbooks_id, Link.record_id).where(
    Link.firm_id == bindparam("firm_id"),
    Link.kind == bindparam("kind"),
    Link.quickbooks_id.in_(bindparam("wanted")),
)


Sighting = tuple[Record, Mapping[str, Any]]


def note(record: Record, found: Mapping[str, Any], told: agreed.Told | None = None) -> None:
    """As ``note_all``, for one record."""
    note_all([(record, found)], {record.id: told} if told else {})


def note_all(sightings: Sequence[Sighting], told: Mapping[int, agreed.Told] | None = None) -> None:
    """Remember objects as the records' own, as QuickBooks last showed them; the caller commits.

    All records are of one firm and kind. What waited for them may go. ``told`` has, by record id,
    the requests that were carried out.
    """
    told = told or {}
    firm_id, kind = sightings[0][0].firm_id, sightings[0][0].kind
    entity = ENTITIES[kind]
    present = Link.of_records(firm_id, kind, [record.id for record, _found in sightings])
    fresh = []
    for record, found in sightings:
        link = present.get(record.id)
        before = link.known if link and link.quickbooks_id == str(found["Id"]) else {}
        if record.id in told:
            known = agreed.accepted(before, told[record.id])
        else:
            known = agreed.seen_again(before, facts_of(entity, found))
        seen = _seen(found, known)
        if link is None:
            fresh.append({"firm_id": firm_id, "kind": kind, "record_id": record.id, **seen})
            continue
        for name, value in seen.items():
            setattr(link, name, value)
    add_rows(db.session(), Link, fresh)
    mirror.keep_all(firm_id, entity, [found for _record, found in sightings])
    Entry.release(firm_id, kind, [record.id for record, _found in sightings])


def _seen(found: Mapping[str, Any], known: Facts) -> dict[str, Any]:
    """What a link keeps of an object that is there."""
    return {
        "quickbooks_id": str(found["Id"]),
        "sync_token": str(found.get("SyncToken", "0")),
        "known": known,
        "seen_at": changed_at(found),
        "gone": False,
        "left_out": False,
    }


def held_by_others(sightings: Sequence[tuple[Record, Mapping[str, Any]]]) -> set[int]:
    """The ids of the records whose object is another record's already."""
    if not sightings:
        return set()
    firm_id, kind = sightings[0][0].firm_id, sightings[0][0].kind
    wanted = [str(found["Id"]) for _record, found in sightings]
    rows = db.session.execute(_HOLDERS, {"firm_id": firm_id, "kind": kind, "wanted": wanted})
    holders = {row.quickbooks_id: row.record_id for row in rows}
    return {
        record.id
        for record, found in sightings
        if holders.get(str(found["Id"]), record.id) != record.id
    }


def take(record: Record, found: MirrorObject) -> Link:
    """Link the record to an object that the mirror knows; the caller commits.

    What waited for the record may go.
    """
    link = Link.of(record) or Link(firm_id=record.firm_id, kind=record.kind, record_id=record.id)
    db.session.add(link)
    link.quickbooks_id, link.sync_token = found.quickbooks_id, found.sync_token
    link.seen_at = None
    known = {name: found.detail[name] for name in FACTS[record.kind] if name in found.detail}
    link.known = agreed.agreed(known, facts_of(found.entity, _said_of_listed(record)))
    link.gone = link.left_out = False
    db.session.flush()
    Entry.release(record.firm_id, record.kind, [record.id])
    return link


def note_agreed(
    record: Record, found: Mapping[str, Any], ours: Mapping[str, Any], except_for: Sequence[str]
) -> None:
    """Of an object that is linked: what ours does not say is theirs to keep, and what ours says
    otherwise stays as it is, too, but for these facts, which are still to be sent or settled."""
    entity, link = ENTITIES[record.kind], Link.of(record)
    assert link is not None
    link.known = agreed.agreed(facts_of(entity, found), facts_of(entity, ours), except_for)


def agree(record: Record, known: Facts, ours: Facts) -> Facts:
    """What the link ``known`` is to know now that ours says this; the caller commits."""
    told = agreed.alike_by_now(known, ours)
    if told is not known and (link := Link.of(record)) is not None:
        link.known = told
    return told


def _said_of_listed(record: Record) -> payloads.Body:
    """What ours says: nothing of it is to overwrite an object that was there before."""
    firm = db.session.get_one(Firm, record.firm_id)
    return updates.lasting_body(record, payloads.References(currency=firm.currency), "")


def cut(record: Record) -> None:
    """The object is nobody's again: another record may be linked to it."""
    link = Link.of(record)
    if link is not None:
        db.session.delete(link)
        db.session.flush()
