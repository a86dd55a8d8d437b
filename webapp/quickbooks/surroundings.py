"""What does planning look at? The records of a claim, all they name, and the links of these.

Loaded at once, so that the number of queries does not grow with the claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.extensions import db
from webapp.models import (
    Connection,
    Entry,
    Expense,
    Invoice,
    InvoiceLine,
    Link,
    Payment,
    Record,
    Refund,
    model_of,
)
from webapp.quickbooks import payloads
from webapp.quickbooks.facts import Facts
from webapp.quickbooks.methods import Methods
from webapp.quickbooks.needs import Need, needs


class KnownLink(NamedTuple):
    """What planning has to know of a record's link."""

    quickbooks_id: str | None
    sync_token: str
    gone: bool
    left_out: bool


class Surroundings:
    """Of one claim; by kind and id where not said otherwise."""

    def __init__(self, connection: Connection, entries: Sequence[Entry]):
        self.records = _load_records(entries)
        self.links = _load_links(connection.firm_id, _linked_with(self.records))
        self.methods = _load_methods(connection.firm_id, self.records)
        self.references = payloads.References(
            links={n: link.quickbooks_id for n, link in self.links.items() if link.quickbooks_id},
            roles=connection.accounts,
            card_method=self.methods.card,
            cash_method=self.methods.cash,
            check_method=self.methods.check,
            currency=connection.firm.currency,
        )

    def link_of(self, record: Record) -> KnownLink | None:
        return self.links.get((record.kind, record.id))

    def known_of(self, record: Record) -> Facts:
        """What a linked record's object held when it was last seen."""
        return self._known[record.id]

    @cached_property
    def _known(self) -> dict[int, Facts]:
        """Of the claim's own records; a first copy has no use for it."""
        firm_id = next(iter(self.records.values())).firm_id
        found: dict[int, Facts] = {}
        for kind in {kind for kind, _id in self.records}:
            ids = [id_ for of, id_ in self.records if of == kind]
            rows = db.session.execute(_KNOWN, {"firm_id": firm_id, "kind": kind, "ids": ids})
            found |= dict(rows.all())
        return found

    def first_missing(self, record: Record) -> Need | None:
        """What it has to wait for."""
        there = self.references.links
        return next((needed for needed in needs(record) if needed not in there), None)

    def invoices(self) -> list[Invoice]:
        return [record for record in self.records.values() if isinstance(record, Invoice)]

    def unlinked(self) -> list[Record]:
        return [record for need, record in self.records.items() if need not in self.links]


_LOADING = {
    "account": (),
    "service": (),
    "invoice": (
        joinedload(Invoice.account),
        selectinload(Invoice.lines).joinedload(InvoiceLine.service),
    ),
    "payment": (joinedload(Payment.account), joinedload(Payment.invoice)),
    "refund": (joinedload(Refund.payment).joinedload(Payment.account),),
    "expense": (joinedload(Expense.payment).joinedload(Payment.account),),
}


def _load_records(entries: Sequence[Entry]) -> dict[Need, Record]:
    by_kind: dict[str, list[int]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(entry.record_id)
    records: dict[Need, Record] = {}
    for kind, ids in by_kind.items():
        for record in db.session.scalars(_with_what_it_names(kind), {"ids": ids}):
            records[kind, record.id] = record
    return records


@cache
def _with_what_it_names(kind: str) -> Select[Record]:
    model = model_of(kind)
    return (
        select(model)
        .where(model.id.in_(bindparam("ids")))
        .options(*_LOADING[kind])
        .execution_options(populate_existing=True)
    )


def _linked_with(records: Mapping[Need, Record]) -> set[Need]:
    """The entries' own records and all they name."""
    return {
        need for record in records.values() for need in ((record.kind, record.id), *needs(record))
    }


def _load_links(firm_id: int, wanted: set[Need]) -> dict[Need, KnownLink]:
    by_kind: dict[str, list[int]] = {}
    for kind, record_id in wanted:
        by_kind.setdefault(kind, []).append(record_id)
    links: dict[Need, KnownLink] = {}
    for kind, ids in by_kind.items():
        rows = db.session.execute(_LINKS, {"firm_id": firm_id, "kind": kind, "ids": ids})
        links |= {(kind, row.record_id): KnownLink(*row[1:]) for row in rows}
    return links


_LINKS = select(
    Link.record_id, Link.quickbooks_id, Link.sync_token, Link.gone, Link.left_out
).where(
    Link.firm_id == bindparam("firm_id"),
    Link.kind == bindparam("kind"),
    Link.record_id.in_(bindparam("ids")),
)


_KNOWN = select(Link.record_id, Link.known).where(
    Link.firm_id == bindparam("firm_id"),
    Link.kind == bindparam("kind"),
    Link.record_id.in_(bindparam("ids")),
)


def _load_methods(firm_id: int, records: Mapping[Need, Record]) -> Methods:
    by_method = any(isinstance(record, Payment | Refund) for record in records.values())
    return Methods.of(firm_id) if by_method else Methods()
