"""What is open on the invoice that QuickBooks would not take a payment of?

QuickBooks says that it is too much, or that the two can't be linked, but not how much is left. In
which words it says so, Intuit's pages do not tell: the invoice itself does.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from webapp import money
from webapp.models import Payment, Record
from webapp.quickbooks.causes.content import UNKNOWN
from webapp.quickbooks.facts import voided

CODES = frozenset({"620", "6000"})
"""Under which QuickBooks refuses a payment for its invoice's sake."""
CAUSES = frozenset({"exceeds_balance", "cannot_link", UNKNOWN})


def invoice_paid_by(sent: Mapping[str, Any]) -> str | None:
    """The id of the one invoice that a payment's body applies to."""
    linked = [link for line in sent.get("Line") or () for link in line.get("LinkedTxn") or ()]
    return str(linked[0]["TxnId"]) if len(linked) == 1 else None


def explain(
    cause: str, record: Record, invoice: Mapping[str, Any] | None
) -> tuple[str, dict[str, Any]]:
    """The cause, told more exactly by the invoice as it is there, and the amounts as text."""
    if cause not in CAUSES or invoice is None or not isinstance(record, Payment):
        return cause, {}
    left = _amount(invoice.get("Balance"))
    if cause == UNKNOWN:
        if left is None or left >= money.to_decimal(record.amount_minor, record.currency):
            return cause, {}
        cause = "exceeds_balance"
    if left == 0 and not voided(invoice):
        return "invoice_paid", {}
    if left is None or cause != "exceeds_balance":
        return cause, {}
    ours = money.to_text(record.amount_minor, record.currency)
    return cause, {
        "theirs": f"{left:.{money.exponent(record.currency)}f} {record.currency}",
        "ours": f"{ours} {record.currency}",
    }


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
