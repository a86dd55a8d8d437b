"""What becomes of a charge, refund or dispute, as far as its facts go; what is still to be asked?

Each function works in the caller's transaction, under the firm's turn. A record is made once: the
object remembers it, and the record carries Stripe's id as its external id, which the database keeps
unique. A record that a person has removed is not made again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from flask_babel import gettext

from webapp import intake, money
from webapp.database import database_now
from webapp.extensions import db
from webapp.intake import Lookup
from webapp.models import Expense, Firm, Payment, Refund, StripeConnection, StripeObject
from webapp.models.payment import CREDIT_CARD
from webapp.models.stripe_object import CHARGE, DISPUTE, REFUND
from webapp.stripe import amounts, causes, matching
from webapp.stripe.causes import Unrecordable

SETTLED_BEFORE_S = 300
"""A charge this much older than the connection was there before it."""

_FIELDS = {"amount": causes.OVER_BALANCE, "currency": causes.CURRENCY}

Facts = dict[str, Any]


class Wanted(NamedTuple):
    """The object of Stripe's that has to be asked for before this one can go on."""

    kind: str
    stripe_id: str


def record(firm: Firm, found: StripeObject) -> Wanted | None:
    """Make the records that are missing. Raises Unrecordable; what was made before stays made.

    Of what a person dismissed nothing more is made; what was made can still be taken back.
    """
    if not found.dismissed_at and _other_mode(firm, found):
        raise Unrecordable(causes.OTHER_MODE)
    try:
        return _RECORDERS[found.kind](firm, found)
    except intake.Refused as refusal:
        raise _as_problem(found, refusal) from refusal
    except money.AmountError as error:
        raise Unrecordable(causes.REFUSED, field="amount") from error


def worth_asking(found: StripeObject) -> Wanted | None:
    """Stripe may know more of the payer than the charge told: the customer's e-mail and name."""
    facts = found.facts
    unknown = facts.get("customer") and not facts.get("customer_email")
    if found.problem == causes.NO_CLIENT and unknown:
        return Wanted(CHARGE, found.stripe_id)
    return None


def _other_mode(firm: Firm, found: StripeObject) -> bool:
    connection = StripeConnection.of(firm.id)
    live = found.facts.get("livemode")
    return live is not None and connection.listens and live != connection.livemode


def _as_problem(found: StripeObject, refusal: intake.Refused) -> Unrecordable:
    field = next(iter(refusal.errors)).partition(".")[0]
    if found.kind != CHARGE and field == "amount":
        return Unrecordable(causes.OVER_PAYMENT)
    if field in _FIELDS:
        return Unrecordable(_FIELDS[field], currency=str(found.facts.get("currency")))
    return Unrecordable(causes.REFUSED, field=field[:20])


# -- a charge --------------------------------------------------------------------------------------


def _charge(firm: Firm, charge: StripeObject) -> Wanted | None:
    facts = charge.facts
    if "taken" not in facts:
        return Wanted(CHARGE, charge.stripe_id)
    if not facts["taken"]:
        return None
    if charge.payment_id is None:
        if charge.dismissed_at:
            return None
        _pay(firm, charge)
        StripeObject.wake_children(charge, database_now(db.session()))
    if "fee" not in facts and not charge.dismissed_at:
        return Wanted(CHARGE, charge.stripe_id)
    _keep_fee(firm, charge, charge, facts.get("fee"))
    return None


def _pay(firm: Firm, charge: StripeObject) -> None:
    payment = _known_already(firm, charge) or _new_payment(firm, charge)
    charge.payment_id = payment.id


def _known_already(firm: Firm, charge: StripeObject) -> Payment | None:
    """The payment a person said it is, or one that carries the charge's id."""
    chosen = charge.choice.get("payment")
    found = Payment.in_firm(firm.id, chosen) if chosen else None
    if found is None:
        holder = Lookup(firm.id).holder("payment", charge.stripe_id)
        found = holder if holder is not None and holder.live else None
    if found is None:
        return None
    assert isinstance(found, Payment)
    same = found.amount_minor == amounts.minor(charge.facts["taken"], found.currency)
    if not same or found.currency != charge.facts["currency"]:
        raise Unrecordable(causes.MAYBE_RECORDED)
    return found


def _new_payment(firm: Firm, charge: StripeObject) -> Payment:
    facts, day = charge.facts, _day(firm, charge.facts["created"])
    if not charge.choice and _before_connection(firm, facts):
        raise Unrecordable(causes.BEFORE_CONNECTION)
    account, invoice = matching.match(firm, charge)
    if not charge.choice and matching.alike(account, facts, day):
        raise Unrecordable(causes.MAYBE_RECORDED)
    data = {
        "external_id": charge.stripe_id,
        "account": account.id,
        "invoice": invoice.id if invoice else None,
        "date": day,
        "currency": facts["currency"],
        "amount": amounts.as_text(facts["taken"], facts["currency"]),
        "method": CREDIT_CARD,
        "reference": charge.stripe_id,
    }
    return intake.payment(firm, data, hurry=False)


def _before_connection(firm: Firm, facts: Facts) -> bool:
    """Heard of for the first time by a refund, say: who knows how it was recorded then."""
    since = StripeConnection.of(firm.id).connected_at
    return (
        not facts.get("announced")
        and since is not None
        and facts["created"] < since.timestamp() - SETTLED_BEFORE_S
    )


# -- money given back ------------------------------------------------------------------------------


def _refund(firm: Firm, refund: StripeObject) -> Wanted | None:
    facts = refund.facts
    deducted = facts["state"] == "succeeded" or (
        facts["state"] == "pending" and facts.get("transaction") is not None
    )
    if not deducted:
        _take_back(refund)
        return None
    charge = _paid(refund)
    if charge is None:
        return None
    reason = (facts.get("reason") or "").replace("_", " ")
    _give_back(firm, refund, charge, facts["amount"], reason)
    if "fee" not in facts and facts.get("transaction") and not refund.dismissed_at:
        return Wanted(REFUND, refund.stripe_id)
    _keep_fee(firm, refund, charge, facts.get("fee"))
    return None


def _dispute(firm: Firm, dispute: StripeObject) -> None:
    """The money goes when the bank takes it, and comes back if the dispute is won."""
    facts = dispute.facts
    if facts["amount"] <= 0:
        _take_back(dispute)
    if not facts["moves"]:
        return
    charge = _paid(dispute)
    if charge is None:
        return
    if facts["amount"] > 0:
        reason = (facts.get("reason") or "").replace("_", " ")
        said = gettext("Disputed: %(reason)s", reason=reason)
        _give_back(firm, dispute, charge, facts["amount"], said)
    fee = {name: facts[name] for name in ("currency", "created")} | {"amount": facts["fee"]}
    if not facts["fee"] and dispute.expense is not None and dispute.expense.live:
        intake.remove(dispute.expense)
    elif facts["fee"]:
        _keep_fee(firm, dispute, charge, fee)


def _paid(found: StripeObject) -> StripeObject | None:
    """Its charge once that is a payment here; till then this one waits to be woken."""
    charge = StripeObject.known(found.firm_id, CHARGE, found.charge_id, found.charge_id)
    if charge.payment_id is None:
        if charge.dismissed_at:
            found.dismissed_at = charge.dismissed_at
        if "taken" not in charge.facts and charge.due_at is None:
            charge.due_at = database_now(db.session())
        return None
    return charge


def _give_back(
    firm: Firm, found: StripeObject, charge: StripeObject, amount: int, reason: str
) -> None:
    if found.refund_id is not None or found.dismissed_at:
        return
    if charge.payment is None or not charge.payment.live:
        raise Unrecordable(causes.PAYMENT_GONE)
    if found.facts["currency"] != charge.payment.currency:
        raise Unrecordable(causes.CURRENCY, currency=found.facts["currency"])
    data = {
        "external_id": found.stripe_id,
        "payment": charge.payment_id,
        "date": _day(firm, found.facts["created"]),
        "amount": amounts.as_text(amount, found.facts["currency"]),
        "reason": reason or None,
    }
    refund, _new = intake.upsert("refund", firm, data, hurry=False)
    assert isinstance(refund, Refund)
    found.refund_id = refund.id


def _take_back(found: StripeObject) -> None:
    """The refund failed, or the dispute was won: the client has not got the money."""
    if found.refund is not None and found.refund.live:
        intake.remove(found.refund)


# -- fees ------------------------------------------------------------------------------------------


def _keep_fee(firm: Firm, found: StripeObject, charge: StripeObject, fee: Facts | None) -> None:
    """What Stripe kept, in the currency it settles in."""
    if found.expense_id is not None or found.dismissed_at or not fee or not fee["amount"]:
        return
    if fee["amount"] < 0:
        raise Unrecordable(causes.FEE_RETURNED)
    if fee["currency"] != firm.currency:
        raise Unrecordable(causes.FEE_CURRENCY, currency=fee["currency"])
    if charge.payment is None or not charge.payment.live:
        return  # whoever deleted the payment settles its fee
    data = {
        "external_id": f"{found.stripe_id}:fee",
        "payment": charge.payment_id,
        "date": _day(firm, fee["created"]),
        "currency": fee["currency"],
        "amount": amounts.as_text(fee["amount"], fee["currency"]),
        "description": gettext("Stripe processing fee"),
    }
    expense, _new = intake.upsert("expense", firm, data, hurry=False)
    assert isinstance(expense, Expense)
    found.expense_id = expense.id


def _day(firm: Firm, instant: int) -> date:
    """Where the firm is."""
    return datetime.fromtimestamp(instant, UTC).astimezone(firm.zone).date()


_RECORDERS = {CHARGE: _charge, REFUND: _refund, DISPUTE: _dispute}
