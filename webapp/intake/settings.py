"""What a firm may choose about its sync: its numbers, clients not found, the company's lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from webapp.intake import values
from webapp.intake.reading import Reading
from webapp.models import Connection, Firm, MirrorObject
from webapp.models.connection import ASK, CREATE
from webapp.quickbooks import connection as connecting
from webapp.quickbooks.roles import ROLES


def settings(firm: Firm, data: Mapping[str, Any]) -> None:
    """``sync_invoice_numbers, unmatched, accounts: {role: QuickBooks id}``; the rest stays.

    A role whose id is blank goes back to the default. Raises Refused; the caller commits.
    """
    reading = Reading(firm, data)
    connection = Connection.of(firm.id)
    numbers = reading.value("sync_invoice_numbers", values.flag, default=firm.sync_invoice_numbers)
    unmatched = reading.value(
        "unmatched", values.choice((ASK, CREATE)), default=connection.unmatched
    )
    chosen = _chosen(reading)
    reading.finish()
    firm.sync_invoice_numbers, connection.unmatched = numbers, unmatched
    accounts = {**connection.accounts, **chosen}
    accounts = {role: id_ for role, id_ in accounts.items() if id_}
    if accounts != connection.accounts:
        connection.accounts = accounts
        connecting.wake_failed(firm.id)


def _chosen(reading: Reading) -> dict[str, str | None]:
    given = reading.data.get("accounts")
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not set(given) <= set(ROLES):
        roles = ", ".join(ROLES)
        reading.refuse("accounts", gettext("Write an object with some of: %(roles)s.", roles=roles))
        return {}
    part = reading.within("accounts", given)
    return {role: part.value(role, _listed(reading.firm, role)) for role in given}


def _listed(firm: Firm, role: str) -> values.Parser:
    """A QuickBooks id from the list that the role is chosen from."""

    def parse(value: Any) -> str:
        quickbooks_id: str = values.text(30)(value)
        found = MirrorObject.find(firm.id, ROLES[role].entity, quickbooks_id)
        if found is None or not found.active or not _fits(found, role):
            raise values.Unfit(gettext("Choose an active one of the company's list."))
        return quickbooks_id

    return parse


def _fits(found: MirrorObject, role: str) -> bool:
    types = ROLES[role].types
    return not types or found.detail.get("account_type") in types
