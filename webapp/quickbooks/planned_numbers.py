"""May the invoices that are being planned go under their numbers?

Answered by what we know of QuickBooks, without a call. Numbers are compared exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Entry, Firm, Invoice, MirrorNumber, outbox
from webapp.quickbooks import numbering


class PlannedNumbers:
    """Those of one claim: no two of its invoices go under the same."""

    def __init__(self, firm_id: int, invoices: Sequence[Invoice]):
        self.firm = db.session.get_one(Firm, firm_id)
        self.to_check: list[tuple[Entry, str]] = []
        """Invoices whose number the mirror gives to another object: entry and that object's id."""
        self._holders = _holders(firm_id, invoices)
        self._used = _under_way(firm_id, invoices)

    def may_go(self, entry: Entry, invoice: Invoice, quickbooks_id: str | None) -> bool:
        """False when it has to wait, or is ``to_check``; it may get the next number to go under.

        ``quickbooks_id`` is its own object's. The caller commits.
        """
        if invoice.number in self._used:
            entry.set_ready(database_now(db.session()) + outbox.RETRY_PLAN[0])
            entry.picked = 0
            return False
        holder = self._holders.get(invoice.number)
        if holder is None or holder == quickbooks_id:
            self._used.add(invoice.number)
            return True
        unsent = quickbooks_id is None
        ours = invoice.number_assigned and self.firm.sync_invoice_numbers
        if unsent and ours and numbering.renumber(invoice):
            entry.wanted = invoice.version
            self._used.add(invoice.number)
            return True
        self.to_check.append((entry, holder))
        return False


def _holders(firm_id: int, invoices: Sequence[Invoice]) -> dict[str, str]:
    """The numbers of these invoices that QuickBooks has, and the object that holds each."""
    if not invoices:
        return {}
    numbers = [invoice.number for invoice in invoices]
    rows = db.session.execute(_NUMBERS_THERE, {"firm_id": firm_id, "numbers": numbers})
    return dict(rows.all())


_NUMBERS_THERE = select(MirrorNumber.number, MirrorNumber.quickbooks_id).where(
    MirrorNumber.firm_id == bindparam("firm_id"),
    MirrorNumber.txn_type == "Invoice",
    MirrorNumber.number.in_(bindparam("numbers")),
)


def _under_way(firm_id: int, invoices: Sequence[Invoice]) -> set[str]:
    """Those of these numbers that an unanswered request of another invoice carries."""
    if not invoices:
        return set()
    numbers = [invoice.number for invoice in invoices]
    return set(db.session.scalars(_NUMBERS_SENT, {"firm_id": firm_id, "numbers": numbers}))


_NUMBERS_SENT = (
    select(Invoice.number)
    .join(Entry, (Entry.kind == "invoice") & (Entry.record_id == Invoice.id))
    .where(
        Entry.firm_id == bindparam("firm_id"),
        Entry.state == outbox.SENT,
        Invoice.firm_id == bindparam("firm_id"),
        Invoice.number.in_(bindparam("numbers")),
    )
)
