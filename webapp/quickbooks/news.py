"""What is different over there from what the mirror held? Found as the mirror is brought up.

All objects count here, linked or not: a number that became free, a name, a customer made active
again may be what an issue was waiting for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Connection, MirrorNumber, MirrorObject
from webapp.models.mirror import match_key
from webapp.quickbooks import mirror

Body = Mapping[str, Any]
Object = tuple[str, str]
"""Entity and id."""


@dataclass
class News:
    changed: set[Object] = field(default_factory=set)
    """Objects that are new, or in another version, and can be used."""
    names: dict[str, set[str]] = field(default_factory=dict)
    """By entity: names that were given, changed or freed, as match keys."""
    freed_numbers: set[str] = field(default_factory=set)
    """Of invoices that were deleted or renumbered."""
    books: bool = False
    """The preferences changed, so the closing date may have."""

    def name(self, entity: str, *keys: str) -> None:
        self.names.setdefault(entity, set()).update(keys)

    def __bool__(self) -> bool:
        return bool(self.changed or self.names or self.freed_numbers or self.books)


def deleted(body: Body) -> bool:
    """Intuit: change data capture page. Of a deleted object only a stub comes."""
    return body.get("status") == "Deleted"


def newer(body: Body, token: str) -> bool:
    """Is this a later version than the one of the token? Tokens are counters."""
    theirs = str(body.get("SyncToken", "0"))
    if theirs.isdigit() and token.isdigit():
        return int(theirs) > int(token)
    return theirs != token


def note(connection: Connection, entity: str, bodies: Sequence[Body]) -> News:
    """Bring the mirror up to these sightings; what they changed in it. The caller commits."""
    news = News()
    if entity == "Preferences":
        for body in bodies:
            mirror.keep_preferences(connection, body)
            news.books = True
    elif entity in mirror.LISTS:
        _note_list(connection.firm_id, entity, bodies, news)
    elif entity in mirror.NUMBERED:
        _note_numbers(connection.firm_id, entity, bodies, news)
    return news


def _note_list(firm_id: int, entity: str, bodies: Sequence[Body], news: News) -> None:
    ids = [str(body["Id"]) for body in bodies]
    rows = db.session.scalars(
        select(MirrorObject).where(
            MirrorObject.firm_id == firm_id,
            MirrorObject.entity == entity,
            MirrorObject.quickbooks_id.in_(ids),
        )
    )
    known = {row.quickbooks_id: row for row in rows}
    fresh = []
    for body in bodies:
        row = known.get(str(body["Id"]))
        if deleted(body):
            if row is not None:
                news.name(entity, row.name_key)
                mirror.forget(firm_id, entity, row.quickbooks_id)
        elif row is None or newer(body, row.sync_token):
            name = str(body.get(mirror.NAME_FIELDS.get(entity, "Name")) or "")
            news.name(entity, match_key(name), *([row.name_key] if row else []))
            if body.get("Active", True):
                news.changed.add((entity, str(body["Id"])))
            fresh.append(body)
    mirror.keep_all(firm_id, entity, fresh)


def _note_numbers(firm_id: int, txn_type: str, bodies: Sequence[Body], news: News) -> None:
    rows = db.session.execute(
        select(MirrorNumber.quickbooks_id, MirrorNumber.number).where(
            MirrorNumber.firm_id == firm_id,
            MirrorNumber.txn_type == txn_type,
            MirrorNumber.quickbooks_id.in_([str(body["Id"]) for body in bodies]),
        )
    )
    known: dict[str, str] = {str(id_): number for id_, number in rows}
    fresh = []
    for body in bodies:
        number = known.get(str(body["Id"]))
        if number is not None and number != body.get("DocNumber"):
            news.freed_numbers.add(number)
        if deleted(body):
            mirror.forget(firm_id, txn_type, str(body["Id"]))
        else:
            news.changed.add((txn_type, str(body["Id"])))
            if number != body.get("DocNumber"):
                fresh.append(body)
    mirror.keep_all(firm_id, txn_type, fresh)
