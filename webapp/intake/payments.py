"""What makes a payment: never more than its invoice still asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from webapp import money
from webapp.intake import balances, values
from webapp.intake.keeping import keep, take_turn
from webapp.intake.lookup import Lookup
from webapp.intake.reading import Reading
from webapp.models import Firm, Invoice, Payment
from webapp.models.payment import METHODS


def payment(
    firm: Firm,
    data: Mapping[str, Any],
    record: Payment | None = None,
    *,
    lookup: Lookup | None = None,
    hurry: bool = True,
) -> Payment:
    """``external_id, account, invoice, date, amount, method, reference, currency``.

    The account may be left out where an invoice is named, and the currency is then the invoice's;
    otherwise it is the firm's unless given. Raises Refused.
    """
    take_turn(firm.id, record)
    reading = Reading(firm, data, record, lookup)
    invoice = reading.named("invoice", "invoice")
    currency = _currency(reading, invoice)
    fields = {
        "external_id": reading.external_id("payment"),
        "invoice": invoice,
        "account": _account(reading, invoice),
        "date": reading.value("date", values.day, required=gettext("Enter a date.")),
        "currency": currency,
        "amount_minor": balances.amount(reading, currency),
        "method": reading.value("method", values.choice(METHODS), default="other"),
        "reference": reading.value("reference", values.text(100)),
    }
    if not reading.errors:
        _weigh(reading, invoice, fields["amount_minor"])
    reading.finish()
    return keep(reading, record or Payment(firm_id=firm.id), fields, hurry=hurry)


def _currency(reading: Reading, invoice: Invoice | None) -> str:
    usual = invoice.currency if invoice else reading.firm.currency
    currency: str = reading.value("currency", values.currency, default=usual)
    if invoice is None or currency == invoice.currency:
        return currency
    if reading.has("currency"):
        reading.refuse(
            "currency", gettext("The invoice is in %(code)s: write that.", code=invoice.currency)
        )
    return invoice.currency


def _account(reading: Reading, invoice: Invoice | None) -> Any:
    if invoice is not None and values.is_blank(reading.data.get("account")):
        return invoice.account
    required = None if reading.refused("invoice") else gettext("Choose an account or an invoice.")
    account = reading.named("account", "account", required=required)
    if invoice is not None and account is not None and account.id != invoice.account_id:
        reading.refuse("invoice", gettext("Choose an invoice of the same account."))
    return account


def _weigh(reading: Reading, invoice: Invoice | None, amount_minor: int) -> None:
    record = reading.record if isinstance(reading.record, Payment) else None
    if invoice is not None:
        rest = balances.open_minor(invoice, besides=record)
        if amount_minor > rest:
            most = money.to_text(max(rest, 0), invoice.currency)
            reading.refuse(
                "amount",
                gettext("The invoice's open balance is %(most)s: write that or less.", most=most),
            )
    if record is not None:
        _weigh_against_refunds(reading, record, amount_minor)


def _weigh_against_refunds(reading: Reading, record: Payment, amount_minor: int) -> None:
    refunded = balances.refunded_minor(record)
    if amount_minor < refunded:
        least = money.to_text(refunded, record.currency)
        reading.refuse(
            "amount", gettext("%(least)s is already refunded: write that or more.", least=least)
        )
