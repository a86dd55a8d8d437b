"""What makes a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from webapp.intake import values
from webapp.intake.keeping import keep
from webapp.intake.lookup import Lookup
from webapp.intake.reading import Reading
from webapp.models import Account, Firm
from webapp.models.account import BUSINESS, INDIVIDUAL
from webapp.models.columns import utc_now

LONGEST_NAME = 500  # Intuit: customer page, DisplayName


def account(
    firm: Firm,
    data: Mapping[str, Any],
    record: Account | None = None,
    *,
    lookup: Lookup | None = None,
    hurry: bool = True,
    person_id: int | None = None,
) -> Account:
    """``external_id, name, email, kind, sync``; ``person_id`` is who turned syncing on or off.

    Raises Refused.
    """
    reading = Reading(firm, data, record, lookup)
    fields = read(reading)
    reading.finish()
    sync = fields.pop("sync")
    if record is None:
        record = Account(firm_id=firm.id, sync=sync)
        if not sync:
            record.sync_set_at, record.sync_set_by_id = utc_now(), person_id
    kept = keep(reading, record, fields, hurry=hurry)
    kept.set_sync(sync, person_id)
    return kept


def read(reading: Reading) -> dict[str, Any]:
    """The client's attributes; what is wrong with them stands in the reading."""
    return {
        "external_id": reading.external_id("account"),
        "name": reading.value(
            "name", values.name(LONGEST_NAME), required=gettext("Enter the client's name.")
        ),
        "email": reading.value("email", values.email),
        "account_kind": reading.value(
            "kind",
            values.choice((BUSINESS, INDIVIDUAL)),
            attribute="account_kind",
            default=BUSINESS,
        ),
        "sync": reading.value("sync", values.flag, default=True),
    }
