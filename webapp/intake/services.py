"""What makes a service that the firm sells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from webapp.intake import values
from webapp.intake.keeping import keep
from webapp.intake.lookup import Lookup
from webapp.intake.reading import Reading
from webapp.models import Firm, Service

LONGEST_NAME = 100  # Intuit: item page, Name
LONGEST_DESCRIPTION = 4000  # Intuit: item page, Description


def service(
    firm: Firm,
    data: Mapping[str, Any],
    record: Service | None = None,
    *,
    lookup: Lookup | None = None,
    hurry: bool = True,
) -> Service:
    """``external_id, name, description, rate, income_account``; the rate in the firm's currency.

    Raises Refused.
    """
    reading = Reading(firm, data, record, lookup)
    fields = read(reading)
    reading.finish()
    return keep(reading, record or Service(firm_id=firm.id), fields, hurry=hurry)


def read(reading: Reading) -> dict[str, Any]:
    """The service's attributes; what is wrong with them stands in the reading."""
    return {
        "external_id": reading.external_id("service"),
        "name": reading.value(
            "name", values.name(LONGEST_NAME), required=gettext("Enter the service's name.")
        ),
        "description": reading.value("description", values.text(LONGEST_DESCRIPTION, lines=True)),
        "rate_minor": reading.value(
            "rate",
            values.amount_not_below_zero(reading.firm.currency),
            attribute="rate_minor",
            default=0,
        ),
        "income_account_id": reading.value(
            "income_account", values.text(20), attribute="income_account_id"
        ),
    }
