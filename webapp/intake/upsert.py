"""Taking a record of any kind, and updating the one that has the same external id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from webapp.intake import accounts, services
from webapp.intake.accounts import account
from webapp.intake.expenses import expense
from webapp.intake.invoices import invoice
from webapp.intake.keeping import take_turn
from webapp.intake.lookup import Lookup
from webapp.intake.payments import payment
from webapp.intake.reading import Reading
from webapp.intake.refunds import refund
from webapp.intake.services import service
from webapp.models import Firm, Record

_INTAKE: dict[str, Callable[..., Record]] = {
    "account": account,
    "service": service,
    "invoice": invoice,
    "payment": payment,
    "refund": refund,
    "expense": expense,
}


def take(
    kind: str,
    firm: Firm,
    data: Mapping[str, Any],
    record: Record | None = None,
    *,
    lookup: Lookup | None = None,
    hurry: bool = True,
) -> Record:
    """Make or change a record of one of KINDS. Raises Refused."""
    return _INTAKE[kind](firm, data, record, lookup=lookup, hurry=hurry)


def upsert(
    kind: str,
    firm: Firm,
    data: Mapping[str, Any],
    *,
    lookup: Lookup | None = None,
    hurry: bool = True,
) -> tuple[Record, bool]:
    """The record, and whether it is new: a known ``external_id`` updates. Raises Refused."""
    take_turn(firm.id)
    lookup = lookup or Lookup(firm.id)
    holder = lookup.holder(kind, data.get("external_id"))
    present = holder if holder is not None and holder.live else None
    record = take(kind, firm, data, present, lookup=lookup, hurry=hurry)
    return record, present is None


_READ: dict[str, Callable[[Reading], dict[str, Any]]] = {
    "account": accounts.read,
    "service": services.read,
}


def check(
    kind: str,
    firm: Firm,
    data: Mapping[str, Any],
    record: Record | None = None,
    *,
    lookup: Lookup | None = None,
) -> dict[str, Any]:
    """The attributes that ``take`` would set on an account or a service, without touching one.

    Raises Refused.
    """
    reading = Reading(firm, data, record, lookup)
    fields = _READ[kind](reading)
    reading.finish()
    return fields
