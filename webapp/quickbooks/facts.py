"""What a QuickBooks object says, field by field: to compare two sightings, or ours with theirs.

Facts are plain JSON values: ids and text as they are, amounts as text with two decimals, so that
``240``, ``240.0`` and ``240.00`` are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from webapp.quickbooks.fields import FIELDS, FILLED_IN

Facts = dict[str, Any]

DELETED_SUFFIX = " (deleted)"  # Intuit: what an inactive name gets

ANSWERED = {
    "Customer": ("name",),
    "Item": ("name", "income_account"),
    "Invoice": ("number", "customer", "total"),
    "Payment": ("customer", "total", "links"),
    "RefundReceipt": ("customer", "total", "account"),
    "Purchase": ("total", "account"),
}
"""What an answer must repeat of what was sent: QuickBooks may drop a link and still say 200."""
NEVER_ANOTHER = frozenset({"date", "account"})
"""What an answer may leave out, but not say otherwise: a payment whose account was dropped stands
among undeposited funds, in the wrong place of the books."""


OTHERWISE = "otherwise"
"""Among what a link knows: what our side says instead (see ``agreed``)."""

NOT_COMPARED = frozenset({"company", OTHERWISE})
"""Changing these over there is nobody's business but theirs."""
_MAY_BE_UNKNOWN = frozenset({"quantities", "refund_method", "payment_type", "expense_lines"})
"""Links that were made before these were looked at do not know them."""


def facts_of(entity: str, body: Mapping[str, Any]) -> Facts:
    """The facts of an object as QuickBooks gives it, or of a body as we send it."""
    facts = _READERS[entity](body)
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


def told(entity: str, sent: Mapping[str, Any]) -> Facts:
    """The facts that a body is about, None for one that it empties. The rest it leaves alone."""
    facts = facts_of(entity, sent)
    return {name: facts.get(name) for name, field in FIELDS[entity].items() if field in sent}


def contradicted(entity: str, said: Facts, theirs: Facts) -> list[str]:
    """Those of the facts that a request ``told`` which its answer holds otherwise."""
    return [
        name
        for name, value in said.items()
        if value != theirs.get(name)
        and (
            name in ANSWERED[entity]
            or (name in NEVER_ANOTHER and name in theirs)
            or (value is None and name not in FILLED_IN)
        )
    ]


def edited(known: Facts, now: Facts) -> list[str]:
    """The facts that changed between two sightings; a payment on an invoice changes none."""
    compared = (known.keys() | now.keys()) - NOT_COMPARED - (_MAY_BE_UNKNOWN - known.keys())
    found = {name for name in compared if known.get(name) != now.get(name)}
    if "lines" in found:
        found.discard("quantities")  # which are theirs
    return sorted(found)


def holds(known: Facts, wanted: Facts) -> bool:
    """Is all that is wanted there already? None is wanted to be absent."""
    return all(known.get(name) == value for name, value in wanted.items())


def changed_at(body: Mapping[str, Any]) -> datetime | None:
    """QuickBooks' own time of the object's last change, in whole seconds; None if not told."""
    moment = _instant(_in(body, "MetaData", "LastUpdatedTime"))
    return moment and moment.replace(microsecond=0)


def created_at(body: Mapping[str, Any]) -> datetime | None:
    """When the object was made, by QuickBooks' clock; None if not told."""
    return _instant(_in(body, "MetaData", "CreateTime"))


def _day(value: Any) -> Any:
    """Without the time or offset that may follow, as in QuickBooks' XML: it is the same day."""
    return value[:10] if isinstance(value, str) else value


def _instant(stamp: Any) -> datetime | None:
    """A time stamp, in whatever offset it came, as a UTC instant."""
    try:
        moment = datetime.fromisoformat(stamp)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def voided(body: Mapping[str, Any]) -> bool:
    """Intuit: invoice page. A void zeroes the amounts and begins the note with "Voided"."""
    noted = str(body.get("PrivateNote", "")).startswith("Voided")
    return noted and not _decimal(body.get("TotalAmt"))


def _customer(body: Mapping[str, Any]) -> Facts:
    return {
        "name": body.get("DisplayName"),
        "company": body.get("CompanyName"),
        "email": _in(body, "PrimaryEmailAddr", "Address"),
    }


def _item(body: Mapping[str, Any]) -> Facts:
    return {
        "name": body.get("Name"),
        "description": body.get("Description"),
        "rate": _amount(body.get("UnitPrice")),
        "income_account": _ref(body, "IncomeAccountRef"),
    }


def _invoice(body: Mapping[str, Any]) -> Facts:
    lines = [line for line in _list(body, "Line") if "SalesItemLineDetail" in line]
    return {
        "number": body.get("DocNumber"),
        "customer": _ref(body, "CustomerRef"),
        "date": _day(body.get("TxnDate")),
        "due_date": _day(body.get("DueDate")),
        "memo": _in(body, "CustomerMemo", "value"),
        "total": _total(body, lines),
        "lines": [_line(line) for line in lines],
        "quantities": [_quantity(line) for line in _list(body, "Line") if _counts(line)],
    }


def _counts(line: Mapping[str, Any]) -> bool:
    """QuickBooks adds a line with the sum by itself."""
    return line.get("DetailType") != "SubTotalLineDetail"


def _quantity(line: Mapping[str, Any]) -> list[str | None]:
    """How many at what price; of a line that sells nothing, what it is instead."""
    detail = line.get("SalesItemLineDetail")
    if detail is None:
        return [str(line.get("DetailType"))]
    return [_number(detail.get("Qty")), _number(detail.get("UnitPrice"))]


def _line(line: Mapping[str, Any]) -> list[str | None]:
    detail = line["SalesItemLineDetail"]
    return [
        _ref(detail, "ItemRef"),
        line.get("Description") or None,
        _amount(line.get("Amount")),
    ]


def _payment(body: Mapping[str, Any]) -> Facts:
    links = [
        f"{linked.get('TxnType')} {linked.get('TxnId')} {_amount(line.get('Amount'))}"
        for line in _list(body, "Line")
        for linked in _list(line, "LinkedTxn")
    ]
    return {
        "customer": _ref(body, "CustomerRef"),
        "date": _day(body.get("TxnDate")),
        "total": _amount(body.get("TotalAmt")),
        "reference": body.get("PaymentRefNum"),
        "method": _ref(body, "PaymentMethodRef"),
        "account": _ref(body, "DepositToAccountRef"),
        "links": sorted(links),
    }


def _refund(body: Mapping[str, Any]) -> Facts:
    lines = [line for line in _list(body, "Line") if "SalesItemLineDetail" in line]
    return {
        "customer": _ref(body, "CustomerRef"),
        "date": _day(body.get("TxnDate")),
        "total": _total(body, lines),
        "account": _ref(body, "DepositToAccountRef"),
        "refund_method": _ref(body, "PaymentMethodRef"),
        "lines": [_line(line) for line in lines],
    }


def _purchase(body: Mapping[str, Any]) -> Facts:
    lines = [line for line in _list(body, "Line") if "Amount" in line]
    return {
        "date": _day(body.get("TxnDate")),
        "total": _total(body, lines),
        "account": _ref(body, "AccountRef"),
        "vendor": _ref(body, "EntityRef"),
        "payment_type": body.get("PaymentType"),
        "expense_lines": [_expense_line(line) for line in lines],
    }


def _expense_line(line: Mapping[str, Any]) -> list[str | None]:
    detail = line.get("AccountBasedExpenseLineDetail") or {}
    return [
        _ref(detail, "AccountRef"),
        line.get("Description") or None,
        _amount(line.get("Amount")),
    ]


_READERS = {
    "Customer": _customer,
    "Item": _item,
    "Invoice": _invoice,
    "Payment": _payment,
    "RefundReceipt": _refund,
    "Purchase": _purchase,
}


def _total(body: Mapping[str, Any], lines: list[Any]) -> str | None:
    if body.get("TotalAmt") is not None:
        return _amount(body["TotalAmt"])
    if "Line" not in body:
        return None
    amounts = [_decimal(line.get("Amount")) or Decimal(0) for line in lines]
    return _amount(sum(amounts, Decimal(0)))


def _amount(value: Any) -> str | None:
    number = _decimal(value)
    return None if number is None else f"{number:.2f}"


def _number(value: Any) -> str | None:
    """With all its decimals and no more: prices may have five."""
    number = _decimal(value)
    return None if number is None else f"{number.normalize():f}"


def _decimal(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _ref(body: Mapping[str, Any], name: str) -> str | None:
    value = _in(body, name, "value")
    return None if value is None else str(value)


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    return body.get(name) or []


def _in(body: Mapping[str, Any], outer: str, inner: str) -> Any:
    part = body.get(outer)
    return part.get(inner) if isinstance(part, dict) else None
