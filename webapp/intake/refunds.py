"""What makes a refund: never more than is left of its payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from webapp import money
from webapp.intake import balances, values
from webapp.intake.keeping import keep, take_turn
from webapp.intake.lookup import Lookup
from webapp.intake.reading import Reading
from webapp.models import Firm, Payment, Refund


def refund(
    firm: Firm,
    data: Mapping[str, Any],
    record: Refund | None = None,
    *,
    lookup: Lookup | None = None,
    hurry: bool = True,
) -> Refund:
    """``external_id, payment, date, amount, reason``, in the payment's currency. Raises Refused."""
    take_turn(firm.id, record)
    reading = Reading(firm, data, record, lookup)
    payment = reading.named("payment", "payment", required=gettext("Choose a payment."))
    currency = payment.currency if payment else firm.currency
    fields = {
        "external_id": reading.external_id("refund"),
        "payment": payment,
        "date": reading.value("date", values.day, required=gettext("Enter a date.")),
        "currency": currency,
        "amount_minor": balances.amount(reading, currency),
        "reason": reading.value("reason", values.text(1000, lines=True)),
    }
    if not reading.errors:
        _weigh(reading, payment, fields["amount_minor"])
    reading.finish()
    return keep(reading, record or Refund(firm_id=firm.id), fields, hurry=hurry)


def _weigh(reading: Reading, payment: Payment, amount_minor: int) -> None:
    record = reading.record if isinstance(reading.record, Refund) else None
    left = payment.amount_minor - balances.refunded_minor(payment, besides=record)
    if amount_minor > left:
        most = money.to_text(max(left, 0), payment.currency)
        reading.refuse(
            "amount",
            gettext("%(most)s is left of the payment: write that or less.", most=most),
        )
