"""Did a payment come off its invoice because we voided that?

Intuit, "Manage linked transactions": a voided invoice gives up its links, and what was paid of it
is unapplied again. That is no edit of the payment by a person.
"""

from __future__ import annotations

from webapp.models import Link, Payment, Record
from webapp.quickbooks.facts import Facts


def expected(record: Record, known: Facts, now: Facts) -> Facts:
    """``known``, without the link that our void took away, if that is what ``now`` shows."""
    if not isinstance(record, Payment) or known.get("links") == now.get("links"):
        return known
    invoice = record.invoice
    link = Link.of(invoice) if invoice is not None and not invoice.live else None
    if link is None:
        return known
    lost = f"Invoice {link.quickbooks_id} "
    left = [one for one in known.get("links", []) if not one.startswith(lost)]
    if left != now.get("links", []):
        return known
    rest = {name: value for name, value in known.items() if name != "links"}
    return {**rest, "links": left} if left else rest
