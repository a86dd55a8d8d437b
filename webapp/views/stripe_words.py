"""How something of Stripe's reads on a page: what, how much, whose, and what is the matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext

from webapp import money
from webapp.formats import amount
from webapp.models import StripeObject
from webapp.models.stripe_object import DISPUTE, REFUND
from webapp.stripe import amounts, causes


@dataclass(frozen=True)
class StripeRow:
    id: int
    stripe_id: str
    what: str
    amount: str
    payer: str
    description: str
    moment: datetime
    title: str
    fix: str
    chooses: bool
    """A person can say whose it is."""


def row_of(found: StripeObject, charge: StripeObject | None = None) -> StripeRow:
    """``charge``: of a refund or dispute, for the payer."""
    payer = (charge or found).facts.get("payer") or {}
    facts = (charge or found).facts
    names = (
        payer.get("name") or facts.get("customer_name"),
        payer.get("email") or facts.get("customer_email"),
    )
    title, fix = _words(found)
    return StripeRow(
        id=found.id,
        stripe_id=found.stripe_id,
        what=_what(found),
        amount=_amount(found),
        payer=" · ".join(name for name in names if name),
        description=payer.get("description") or "",
        moment=_moment(found),
        title=title,
        fix=fix,
        chooses=found.kind not in (REFUND, DISPUTE) and found.payment_id is None,
    )


def _what(found: StripeObject) -> str:
    if found.kind == REFUND:
        return gettext("Refund in Stripe")
    if found.kind == DISPUTE:
        return gettext("Dispute in Stripe")
    return gettext("Fee of a card payment") if found.payment_id else gettext("Card payment")


def _words(found: StripeObject) -> tuple[str, str]:
    words = causes.WORDS.get(found.problem or "")
    if words is None:
        return "", ""
    title = str(words.title)
    return (title % found.details if found.details else title), str(words.fix)


def _amount(found: StripeObject) -> str:
    facts = found.facts
    value, currency = facts.get("taken", facts.get("amount")), facts.get("currency")
    if value is None or currency is None:
        return ""
    try:
        return amount(amounts.minor(abs(value), currency), currency)
    except money.AmountError:
        return f"{amounts.as_text(abs(value), currency)} {currency}"


def _moment(found: StripeObject) -> datetime:
    created = found.facts.get("created")
    return datetime.fromtimestamp(created, UTC) if created else found.created_at
