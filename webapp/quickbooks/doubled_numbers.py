"""Did an invoice of ours go under a number that somebody over there had just taken?

Its number is asked about before it goes. But between the question and the sending, or in the minute
for which a crowd's answer is good, somebody may be quicker, and not every company refuses the
second of two. The next reading of the changes shows the other one: then a person is told at once.
Who takes a number that ours has long had is left alone: QuickBooks may warn of that, and we cannot.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Entry, Invoice, Issue, Link, MirrorNumber, outbox
from webapp.quickbooks import sentence_facts
from webapp.quickbooks.facts import created_at, voided
from webapp.quickbooks.news import Body, deleted
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.rejecting import reject


def tell(firm_id: int, entity: str, bodies: Sequence[Body]) -> None:
    """Open an issue for each invoice of ours that came after one of these under its number.

    The mirror has been brought up to them. The caller commits.
    """
    if entity != ENTITIES["invoice"]:
        return
    theirs = _not_ours(firm_id, bodies)
    if not theirs:
        return
    ours = _under(firm_id, list(theirs))
    told = Issue.unsettled_among(firm_id, Invoice.kind, list(ours))
    entries = select(Entry.id).where(
        Entry.firm_id == firm_id, Entry.kind == Invoice.kind, Entry.record_id.in_(ours)
    )
    for entry in Entry.locked(db.session.scalars(entries)).values():
        invoice, mirrored = ours[entry.record_id]
        first = theirs[invoice.number]
        if entry.state == outbox.DONE and invoice.id not in told and _was_there(first, mirrored):
            invoice.version += 1  # else there would be nothing to try again
            entry.wanted = invoice.version
            known = sentence_facts.of(invoice, dict(first))
            reject(entry, invoice, "dup_number", known, theirs=dict(first))


def _not_ours(firm_id: int, bodies: Sequence[Body]) -> dict[str, Body]:
    """By number, those that count over there and that no link names."""
    ids = [str(body["Id"]) for body in bodies]
    linked = set(
        db.session.scalars(
            select(Link.quickbooks_id).where(
                Link.firm_id == firm_id, Link.kind == Invoice.kind, Link.quickbooks_id.in_(ids)
            )
        )
    )
    return {
        str(body["DocNumber"]): body
        for body in bodies
        if str(body["Id"]) not in linked
        and body.get("DocNumber")
        and not deleted(body)
        and not voided(body)
    }


def _under(firm_id: int, numbers: list[str]) -> dict[int, tuple[Invoice, MirrorNumber]]:
    """Our invoices that are over there under these numbers, by id."""
    rows = db.session.execute(
        select(Invoice, MirrorNumber)
        .join(Link, (Link.kind == Invoice.kind) & (Link.record_id == Invoice.id))
        .join(
            MirrorNumber,
            (MirrorNumber.firm_id == Link.firm_id)
            & (MirrorNumber.txn_type == ENTITIES["invoice"])
            & (MirrorNumber.quickbooks_id == Link.quickbooks_id),
        )
        .where(
            Invoice.firm_id == firm_id,
            Invoice.number.in_(numbers),
            Invoice.number == MirrorNumber.number,
            Invoice.removed_at.is_(None),
            Link.gone.is_(False),
        )
    )
    return {invoice.id: (invoice, mirrored) for invoice, mirrored in rows}


def _was_there(first: Body, ours: MirrorNumber) -> bool:
    """Stamps have whole seconds, so that of two in the same one the other counts as the first."""
    created = created_at(first)
    return created is not None and created <= ours.created_at
