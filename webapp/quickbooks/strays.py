"""A record that was lost with an older database is entered again: is its object there already?

It takes the object of its kind that no record has and that says the same of whom, when and how
much. Each is taken once, so that two equal payments get two objects. What else the record says
differently is sent as a change.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from webapp.extensions import db
from webapp.models import Entry, Invoice, Record, Stray, outbox
from webapp.quickbooks import attempt_log, facts, issues, links, numbering
from webapp.quickbooks.payloads import ENTITIES, Body

ALIKE = {
    "invoice": ("customer", "date", "total"),
    "payment": ("customer", "date", "total", "links"),
    "refund": ("customer", "date", "total"),
    "expense": ("date", "total", "account"),
}
"""The facts by which a record entered again is known. An invoice's number counts, too, unless it
was assigned here: then it takes the old one back."""

_STRAYS = (
    select(Stray)
    .where(Stray.firm_id == bindparam("firm_id"), Stray.kind == bindparam("kind"))
    .order_by(Stray.id)
)


class Strays:
    """Those of one firm and kind; usually none."""

    def __init__(self, firm_id: int, kind: str):
        self.kind = kind
        self._left = list(db.session.scalars(_STRAYS, {"firm_id": firm_id, "kind": kind}))

    def __bool__(self) -> bool:
        return bool(self._left)

    def take_back(self, entry: Entry, record: Record, body: Body) -> bool:
        """Give the record the object that is there, if one is; the caller commits.

        ``body`` is what a create would send.
        """
        stray = self._like(record, facts.facts_of(ENTITIES[self.kind], body))
        if stray is None:
            return False
        self._left.remove(stray)
        if isinstance(record, Invoice):
            _take_number(entry, record, str(stray.body.get("DocNumber")))
            body["DocNumber"] = record.number
        links.note(record, stray.body)
        attempt_log.linked_by_itself(entry, record, stray.quickbooks_id)
        db.session.delete(stray)
        settle_by_what_is_there(entry, record, body, stray.body)
        return True

    def _like(self, record: Record, wanted: facts.Facts) -> Stray | None:
        alike = [stray for stray in self._left if self._says(stray, ALIKE[self.kind], wanted)]
        if not isinstance(record, Invoice):
            return alike[0] if alike else None
        same = [stray for stray in alike if stray.body.get("DocNumber") == record.number]
        if same or not record.number_assigned:
            return same[0] if same else None
        return alike[0] if alike else None

    def _says(self, stray: Stray, names: tuple[str, ...], wanted: facts.Facts) -> bool:
        there = facts.facts_of(ENTITIES[self.kind], stray.body)
        return all(there.get(name) == wanted.get(name) for name in names)


def _take_number(entry: Entry, invoice: Invoice, number: str) -> None:
    if number != invoice.number:
        numbering.change_number(invoice, number)
        entry.wanted = invoice.version


def settle_by_what_is_there(
    entry: Entry, record: Record, body: Body, theirs: dict[str, Any]
) -> None:
    """Done if QuickBooks holds all the record says; else the rest goes there as a change."""
    entry.picked = 0
    different = unlike(record, body, theirs)
    links.note_agreed(record, theirs, body, different)
    if different:
        entry.go_again()
        return
    issues.close_all([record])
    entry.reached = entry.wanted
    entry.rest(outbox.DONE)


def unlike(record: Record, body: Body, theirs: dict[str, Any]) -> list[str]:
    """What the record says and the object says otherwise, by the names of ``facts``.

    Only what we send counts; QuickBooks fills in due dates and descriptions by itself.
    """
    entity = ENTITIES[record.kind]
    ours, there = _comparable(entity, body), _comparable(entity, theirs)
    return [name for name, value in ours.items() if there.get(name) != value]


def _comparable(entity: str, body: dict[str, Any]) -> facts.Facts:
    found = facts.facts_of(entity, body)
    if "lines" in found:
        found["lines"] = [[item, amount] for item, _description, amount in found["lines"]]
    return found
