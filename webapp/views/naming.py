"""How a sentence names a record, and where its page is."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from webapp.formats import amount
from webapp.models import Expense, Invoice, Payment, Record, Refund


def name_of(record: Record) -> str:
    """``Invoice #1042``, ``Payment $1,850.00``, a client's or a service's own name."""
    if isinstance(record, Invoice):
        return gettext("Invoice %(title)s", title=record.title)
    if isinstance(record, Payment):
        return gettext("Payment %(amount)s", amount=_money(record))
    if isinstance(record, Refund):
        return gettext("Refund %(amount)s", amount=_money(record))
    if isinstance(record, Expense):
        return gettext("Fee %(amount)s", amount=_money(record))
    return record.title


def url_of(record: Record) -> str:
    return url_for(f"{record.kind}s.show", record_id=record.id)


def error_url(kind: str, issue_id: int) -> str:
    """The row of an issue in its list, opened."""
    return f"/settings/integrations/quickbooks/errors/{kind}s?open={issue_id}#qb-row-{issue_id}"


def _money(record: Payment | Refund | Expense) -> str:
    return amount(record.amount_minor, record.currency)
