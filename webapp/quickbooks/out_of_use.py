"""What is it that a record names and the books no longer use?

QuickBooks only says that something is inactive, or not even that; the mirror knows what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select, tuple_

from webapp.extensions import db
from webapp.models import Connection, MirrorObject, Record
from webapp.quickbooks import roles

USED_BY = {
    "service": (roles.INCOME,),
    "payment": (roles.DEPOSIT, roles.CLEARING),
    "refund": (roles.DEPOSIT, roles.CLEARING),
    "expense": (roles.CLEARING, roles.FEE_ACCOUNT),
}
"""The parts of the set-up that a kind's account references come from."""


def inactive_role(record: Record) -> str | None:
    """The one part whose account is inactive; None where the mirror shows none, or several."""
    chosen = Connection.of(record.firm_id).accounts
    parts = {chosen[role]: role for role in USED_BY.get(record.kind, ()) if chosen.get(role)}
    inactive = db.session.scalars(
        select(MirrorObject.quickbooks_id).where(
            MirrorObject.firm_id == record.firm_id,
            MirrorObject.entity == "Account",
            MirrorObject.quickbooks_id.in_(parts),
            MirrorObject.active.is_(False),
        )
    ).all()
    return parts[inactive[0]] if len(inactive) == 1 else None


UNTOLD = frozenset({"inactive", "reference_deleted", "reference_gone"})
"""Causes that leave open which reference is meant."""

CAUSES = {
    "Customer": "customer_inactive",
    "Item": "inactive_service",
    "Account": "account_inactive",
    "Vendor": "vendor_inactive",
    "PaymentMethod": "method_inactive",
}
"""In the order in which a person would look."""


def named(record: Record, sent: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The cause that the mirror tells of a body's references, and its facts; None if all are in
    use as far as it knows."""
    references = dict.fromkeys(_references(sent))
    found = db.session.scalars(
        select(MirrorObject).where(
            MirrorObject.firm_id == record.firm_id,
            tuple_(MirrorObject.entity, MirrorObject.quickbooks_id).in_(references),
            MirrorObject.active.is_(False),
        )
    ).all()
    if not found:
        return None
    first = min(found, key=lambda row: list(CAUSES).index(row.entity))
    if record.kind == "service":
        return "income_account", {}  # all that a service refers to
    return CAUSES[first.entity], {"customer": first.name} if first.entity == "Customer" else {}


def _references(body: Any) -> Iterator[tuple[str, str]]:
    """Entity and id of all that a body names."""
    for part in body if isinstance(body, list) else [body]:
        for name, value in part.items() if isinstance(part, dict) else ():
            if not name.endswith("Ref"):
                yield from _references(value)
            elif value and (entity := _entity_of(name)) in CAUSES:
                yield entity, str(value["value"])


def _entity_of(reference: str) -> str:
    """``DepositToAccountRef`` is to an account, ``EntityRef`` to a vendor (see ``payloads``)."""
    if reference.endswith("AccountRef"):
        return "Account"
    return "Vendor" if reference == "EntityRef" else reference.removesuffix("Ref")
