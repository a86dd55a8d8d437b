"""What is still open on an invoice and left of a payment, in minor units of its currency."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import func, select

from webapp.extensions import db
from webapp.intake import values
from webapp.intake.reading import Reading
from webapp.models import Invoice, Payment, Refund


def amount(reading: Reading, currency: str) -> int:
    """The record's amount above zero; it has to be written anew when its currency changes."""
    kept_currency = getattr(reading.record, "currency", currency)
    if kept_currency != currency and not reading.has("amount"):
        reading.refuse("amount", gettext("Write the amount in %(code)s.", code=currency))
    minor: int = reading.value(
        "amount",
        values.amount_above_zero(currency),
        attribute="amount_minor",
        required=gettext("Enter an amount."),
    )
    return minor


def open_minor(invoice: Invoice, besides: Payment | None = None) -> int:
    """The invoice's total less its live payments, leaving ``besides`` out."""
    paid = invoice.paid_minor()
    if besides is not None and besides.live and besides.invoice_id == invoice.id:
        paid -= besides.amount_minor
    return invoice.total_minor - paid


def refunded_minor(payment: Payment, besides: Refund | None = None) -> int:
    """What live refunds have given back of the payment, leaving ``besides`` out."""
    given_back = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
        Refund.payment_id == payment.id, Refund.removed_at.is_(None)
    )
    if besides is not None:
        given_back = given_back.where(Refund.id != besides.id)
    return int(db.session.scalar(given_back) or 0)
