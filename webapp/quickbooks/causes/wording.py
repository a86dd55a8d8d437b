"""What a person reads of a cause: its sentences in their language, with this record's facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.formats import local_date
from webapp.quickbooks.causes.cause import Cause, Wordings, wordings


@dataclass(frozen=True)
class Description:
    """``cause`` has no full stop, ``detail`` may be empty, ``fix`` is one or more sentences."""

    cause: str
    detail: str
    fix: str


FIELDS = {
    "account": _l("the account"),
    "amount": _l("the amount"),
    "class": _l("the class"),
    "currency": _l("the currency"),
    "customer": _l("the customer"),
    "date": _l("the date"),
    "description": _l("the description"),
    "due_date": _l("the due date"),
    "email": _l("the e-mail"),
    "expense_lines": _l("the expense lines"),
    "income_account": _l("the income account"),
    "invoice": _l("the invoice"),
    "lines": _l("the lines"),
    "links": _l("the invoice it pays"),
    "memo": _l("the memo"),
    "method": _l("the payment method"),
    "name": _l("the name"),
    "note": _l("the note"),
    "number": _l("the number"),
    "parent": _l("the parent customer"),
    "quantity": _l("the quantity"),
    "payment_type": _l("the payment type"),
    "quantities": _l("the quantities and rates"),
    "rate": _l("the rate"),
    "reference": _l("the reference"),
    "refund_method": _l("the payment method"),
    "service": _l("the service"),
    "tax_code": _l("the tax code"),
    "total": _l("the total"),
    "vendor": _l("the vendor"),
}
"""The names that ``facts`` and ``classify`` give fields, for people."""

ROLES = {
    "income": _l("the income account"),
    "deposit": _l("the deposit account"),
    "clearing": _l("the clearing account for card payments"),
    "fee_account": _l("the fee account"),
    "fee_vendor": _l("the fee vendor"),
    "refund_item": _l("the refund item"),
}
"""What set-up asks to choose, by its part (see ``roles``)."""

KINDS = {
    "account": _l("this account"),
    "service": _l("this service"),
    "invoice": _l("this invoice"),
    "payment": _l("this payment"),
    "refund": _l("this refund"),
    "expense": _l("this expense"),
}

_DAYS = ("closed_to",)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def describe_cause(cause: Cause, facts: Mapping[str, Any], kind: str) -> Description:
    """The texts in the current locale; one whose facts are missing gives way to a plainer one."""
    known = _known(facts, kind)
    return Description(
        cause=_worded(cause.cause, known),
        detail=_worded(cause.detail, known),
        fix=_worded(cause.fix, known),
    )


def title_of(cause: Cause) -> str:
    return _worded(cause.title or cause.cause, _known({}, ""))


def _worded(sentence: Wordings, known: Mapping[str, str]) -> str:
    for wording in wordings(sentence):
        text = str(wording)
        needed = _PLACEHOLDER.findall(text)
        if all(known.get(name) for name in needed):
            return _PLACEHOLDER.sub(lambda match: known[match[1]], text)
    return ""


def _known(facts: Mapping[str, Any], kind: str) -> dict[str, str]:
    """The facts as text for this reader; those that make no sense count as missing."""
    known = {name: str(value) for name, value in facts.items() if value not in (None, "")}
    known["this"] = str(KINDS.get(kind, _l("this record")))
    for name in _DAYS:
        known[name] = _day(facts.get(name))
    known["field"] = _listed(known.get("field", ""))
    if known.get("account") in ROLES:
        known["account"] = str(ROLES[known["account"]])
    return known


def _day(value: Any) -> str:
    try:
        return local_date(date.fromisoformat(value))
    except (TypeError, ValueError):
        return ""


def _listed(names: str) -> str:
    """``"number, total"`` to ``the number, the total``; nothing unless every name is known."""
    keys = [name.strip() for name in names.split(",")]
    return ", ".join(str(FIELDS[key]) for key in keys) if all(k in FIELDS for k in keys) else ""
