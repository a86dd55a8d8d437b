"""What may the sentences of a cause say of a record, and of the object in its way?"""

from __future__ import annotations

from typing import Any

from webapp.models import Account, Connection, Invoice, Record, Service
from webapp.quickbooks import issues, numbering
from webapp.quickbooks.out_of_use import inactive_role


def of(record: Record, theirs: dict[str, Any] | None = None) -> dict[str, Any]:
    """Names and numbers, without those that are not known; ``theirs`` is the object in the way."""
    known: dict[str, Any] = {"title": record.title}
    client = issues.client_of(record)
    if client is not None:
        known["client"] = client.name
    if isinstance(record, Account):
        known["client"] = record.name
    if isinstance(record, Service):
        known["service"] = record.name
    if isinstance(record, Invoice):
        known["n"] = record.number
    if theirs:
        customer = theirs.get("CustomerRef") or {}
        known["holder"] = customer.get("name") or theirs.get("DisplayName") or theirs.get("Name")
        known["holder_id"] = theirs.get("Id")
    return {name: value for name, value in known.items() if value is not None}


def complete(record: Record, cause: str, known: dict[str, Any]) -> dict[str, Any]:
    """``known`` and more: some causes name what takes a look at our own books."""
    known = {**of(record), **known}
    if cause == "dup_number" and isinstance(record, Invoice):
        known["n"] = record.number
        known["next"] = numbering.suggestion(record)
    if cause == "account_inactive":
        known["account"] = inactive_role(record)
    if cause == "closed":
        closed_to = Connection.of(record.firm_id).books_closed_to
        known.setdefault("closed_to", closed_to.isoformat() if closed_to else None)
    return known
