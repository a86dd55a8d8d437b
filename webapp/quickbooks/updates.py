"""What does an update say? Only what is new on our side, so that it undoes nobody's work.

It is always sparse: a field left out of a full update would be wiped. Pure functions.
docs/decisions/what-an-update-says.md tells why.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from webapp.models import Record, Service
from webapp.quickbooks import payloads
from webapp.quickbooks.agreed import ours_in
from webapp.quickbooks.facts import NOT_COMPARED, OTHERWISE, Facts
from webapp.quickbooks.fields import EMPTY, FIELDS, FILLED_IN
from webapp.quickbooks.payloads import Body


def lasting_body(record: Record, references: payloads.References, uid: str) -> Body:
    """Without the income account that only a new item has to be given: the choice is theirs."""
    body = payloads.body_of(record, references, uid)
    if isinstance(record, Service) and not record.income_account_id:
        del body["IncomeAccountRef"]
    return body


def update_of(entity: str, body: Body, ours: Facts, known: Facts, address: Body) -> Body | None:
    """A sparse update with what is new on our side (see ``agreed``); None if nothing is.

    ``body`` is our ``lasting_body``, ``ours`` its facts, ``known`` what the link knows, ``address``
    the object's Id and SyncToken. The note is left alone: its mark stands there since the create,
    and what people add is theirs.
    """
    fields = FIELDS[entity]
    new = {fields[name] for name in _news(entity, body, ours, known)}
    if not new:
        return None
    if "Line" in new and "TxnTaxDetail" in body:
        new.add("TxnTaxDetail")
    said = {name: body[name] if name in body else EMPTY[name] for name in sorted(new)}
    return {**address, "sparse": True, **_repeated(entity, body, known), **said}


def _news(entity: str, body: Body, ours: Facts, known: Facts) -> Iterator[str]:
    """The facts that ours did not say yet; emptied ones only where it is ours that was there."""
    before = ours_in(known)
    for name, told_by in FIELDS[entity].items():
        theirs = name in NOT_COMPARED and known.get(name) != before.get(name)
        if theirs or ours.get(name) == before.get(name):
            continue
        surely_ours = name not in FILLED_IN or OTHERWISE in known
        if told_by in body or (told_by in EMPTY and surely_ours):
            yield name


def _repeated(entity: str, body: Body, known: Facts) -> Body:
    """What QuickBooks wants even in a sparse update, as it is there."""
    if entity == "Purchase":
        return {"PaymentType": known.get("payment_type", body["PaymentType"])}
    if entity == "Payment" and "customer" in known and "total" in known:
        total = Decimal(known["total"])
        return {"CustomerRef": {"value": known["customer"]}, "TotalAmt": total}
    return {}
