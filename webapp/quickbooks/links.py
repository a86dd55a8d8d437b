"""Our record and its QuickBooks object: making the link, moving it, taking it away."""

from __future__ import annotations

from typing import Any

from webapp.extensions import db
from webapp.models import Entry, Link, MirrorObject, Record
from webapp.quickbooks import mirror
from webapp.quickbooks.facts import facts_of
from webapp.quickbooks.payloads import ENTITIES

FACTS = {
    "account": ("name", "email"),
    "service": ("name", "description", "rate", "income_account"),
}
"""The facts of an object that the mirror keeps."""


def note(record: Record, found: dict[str, Any]) -> Link:
    """Remember an object as the record's own, as QuickBooks last showed it; the caller commits.

    What waited for the record may go.
    """
    entity = ENTITIES[record.kind]
    link = Link.of(record)
    if link is None:
        link = Link(firm_id=record.firm_id, kind=record.kind, record_id=record.id)
        db.session.add(link)
    link.quickbooks_id = str(found["Id"])
    link.sync_token = str(found.get("SyncToken", "0"))
    link.known = facts_of(entity, found)
    link.gone = link.left_out = False
    mirror.keep(record.firm_id, entity, found)
    db.session.flush()
    Entry.release(record.firm_id, record.kind, record.id)
    return link


def take(record: Record, found: MirrorObject) -> Link:
    """Link the record to an object that the mirror knows; the caller commits.

    What waited for the record may go.
    """
    link = Link.of(record) or Link(firm_id=record.firm_id, kind=record.kind, record_id=record.id)
    db.session.add(link)
    link.quickbooks_id, link.sync_token = found.quickbooks_id, found.sync_token
    link.known = {name: found.detail[name] for name in FACTS[record.kind] if name in found.detail}
    link.gone = link.left_out = False
    db.session.flush()
    Entry.release(record.firm_id, record.kind, record.id)
    return link


def cut(record: Record) -> None:
    """The object is nobody's again: another record may be linked to it."""
    link = Link.of(record)
    if link is not None:
        db.session.delete(link)
        db.session.flush()
