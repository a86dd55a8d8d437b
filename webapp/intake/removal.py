"""What may be removed, and what has to be settled first."""

from __future__ import annotations

from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from webapp.extensions import db
from webapp.intake import balances
from webapp.intake.keeping import take_turn
from webapp.intake.reading import Refused
from webapp.models import Account, Invoice, Payment, Record


def remove(record: Record) -> None:
    """Take the record out and ask for what that means in QuickBooks; does not commit.

    Raises Refused, under the record's kind, for what others still rest on: an invoice with money
    on it, an account with invoices or payments, a payment with refunds. A service may always go:
    the lines that used it stay.
    """
    take_turn(record.firm_id, record)
    reason = _obstacle(record)
    if reason is not None:
        raise Refused({record.kind: [reason]})
    record.remove()


def _obstacle(record: Record) -> str | None:
    if isinstance(record, Account):
        return _unfinished_business(record)
    if isinstance(record, Invoice) and _money_on(record) > 0:
        return gettext("This invoice is paid. Refund its payments first.")
    if isinstance(record, Payment) and balances.refunded_minor(record):
        return gettext("This payment has refunds. Delete its refunds first.")
    return None


def _unfinished_business(account: Account) -> str | None:
    invoices, payments = (_live(model, account) for model in (Invoice, Payment))
    if not invoices and not payments:
        return None
    return gettext(
        "This account has %(invoices)s and %(payments)s. Delete them first, or turn its sync off.",
        invoices=ngettext("%(num)s invoice", "%(num)s invoices", invoices),
        payments=ngettext("%(num)s payment", "%(num)s payments", payments),
    )


def _live(model: type[Invoice] | type[Payment], account: Account) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(model.account_id == account.id, model.removed_at.is_(None))
        )
        or 0
    )


def _money_on(invoice: Invoice) -> int:
    """What was paid and not given back."""
    payments = db.session.scalars(
        select(Payment).where(Payment.invoice_id == invoice.id, Payment.removed_at.is_(None))
    )
    return sum(paid.amount_minor - balances.refunded_minor(paid) for paid in payments)
