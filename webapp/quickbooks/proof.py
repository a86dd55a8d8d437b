"""Was an unanswered request carried out, going by what is there now?

Asked once a look-up has found, or not found, the request's object.
"""

from __future__ import annotations

from typing import Any

from webapp.models import Link, Record
from webapp.quickbooks import facts, lookup, own_voids, strays
from webapp.quickbooks.fields import FILLED_IN
from webapp.quickbooks.flight import Request
from webapp.quickbooks.payloads import ENTITIES

NEW = "0"  # Intuit: the SyncToken of what was only created


def shows(record: Record, request: Request, theirs: dict[str, Any] | None) -> bool:
    """Does what is there prove that the request was carried out?

    An update whose changes are none of the facts we compare proves nothing: it is sent again.
    """
    if request.operation == "delete":
        return theirs is None
    if theirs is None:
        return False
    if request.operation == "void":
        return _voided(theirs)
    if request.operation == "create":
        return True
    link = Link.of(record)
    known = link.known if link else {}
    told = facts.told(request.entity, request.sent)
    now = facts.facts_of(request.entity, theirs)
    sure = {n: value for n, value in told.items() if value is not None or n not in FILLED_IN}
    if not sure:  # only emptied what QuickBooks fills in again
        return any(now.get(name) != known.get(name) for name in told)
    return not facts.holds(known, sure) and facts.holds(now, sure)


def _voided(theirs: dict[str, Any]) -> bool:
    """Intuit: a void zeroes the amounts and begins the note with "Voided"."""
    return str(theirs.get("PrivateNote", "")).startswith("Voided")


def edited_since(record: Record, request: Request, theirs: dict[str, Any]) -> facts.Facts:
    """What somebody edited between the request, which was carried out, and our looking for it:
    those facts as they were, None for what was empty.

    Of a new client or service nothing counts: it is found by its name alone.
    """
    said = facts.told(request.entity, request.sent)
    if request.operation == "create":
        untouched = str(theirs.get("SyncToken")) == NEW or request.entity in lookup.LISTS
        fields = [] if untouched else strays.unlike(record, request.sent, theirs)
        return {name: said.get(name) for name in fields}
    link, now = Link.of(record), facts.facts_of(request.entity, theirs)
    was = {**own_voids.expected(record, link.known if link else {}, now), **said}
    fields = facts.edited({n: value for n, value in was.items() if value is not None}, now)
    return {name: was.get(name) for name in fields if name not in FILLED_IN}


def overtaken(request: Request, theirs: dict[str, Any] | None) -> bool:
    """The object is not as our request expected it: it was changed, or is gone."""
    if theirs is None:
        return True
    return str(theirs.get("SyncToken")) != str(request.sent.get("SyncToken"))


def reread(record: Record, theirs: dict[str, Any] | None) -> list[str]:
    """Bring the link up to what is there, or note that it is gone.

    The facts that were edited meanwhile are returned: then the link keeps what it knew.
    """
    link = Link.of(record)
    if link is None:
        return []
    if theirs is None:
        link.gone = True
        return []
    now = facts.facts_of(ENTITIES[record.kind], theirs)
    fields = facts.edited(own_voids.expected(record, link.known, now), now)
    if not fields:
        link.sync_token = str(theirs["SyncToken"])
    return fields
