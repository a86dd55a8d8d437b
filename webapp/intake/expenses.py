"""What makes an expense: the fee a card processor kept of a payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from webapp.intake import balances, values
from webapp.intake.keeping import keep
from webapp.intake.lookup import Lookup
from webapp.intake.reading import Reading
from webapp.models import Expense, Firm


def expense(
    firm: Firm,
    data: Mapping[str, Any],
    record: Expense | None = None,
    *,
    lookup: Lookup | None = None,
    hurry: bool = True,
) -> Expense:
    """``external_id, payment, date, amount, description, currency``.

    The currency is the firm's unless given: a processor keeps its fee in the currency it pays out,
    whatever the client paid in. Raises Refused.
    """
    reading = Reading(firm, data, record, lookup)
    currency = reading.value("currency", values.currency, default=firm.currency)
    fields = {
        "external_id": reading.external_id("expense"),
        "payment": reading.named("payment", "payment"),
        "date": reading.value("date", values.day, required=gettext("Enter a date.")),
        "currency": currency,
        "amount_minor": balances.amount(reading, currency),
        "description": reading.value("description", values.text(1000, lines=True)),
    }
    reading.finish()
    return keep(reading, record or Expense(firm_id=firm.id), fields, hurry=hurry)
