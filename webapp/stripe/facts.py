"""What does an event, or an answer of Stripe's API, tell about charges, refunds and disputes?

Pure functions, from Stripe's JSON to ``Told`` and from facts and ``Told`` to facts. Facts only
gain: an amount that was taken stays taken, a refund that failed stays failed, a dispute's balance
transactions only get more. So it does not matter how often or in which order they are added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from webapp import money
from webapp.models.stripe_object import CHARGE, DISPUTE, REFUND

Json = Mapping[str, Any]
Facts = dict[str, Any]

REFUND_STATES = {"requires_action": 0, "pending": 1, "succeeded": 2, "failed": 3, "canceled": 3}
"""By rank: a refund may fail after it succeeded, and never the other way round."""
TAKEN_BY = ("charge.succeeded", "charge.captured")
"""Sent as the money is taken, so that the charge cannot be one from long ago."""
NAMING_A_CHARGE = ("payment_intent.succeeded", "invoice.paid", "invoice.payment_succeeded")
NOTHING_TAKEN = ("charge.failed", "charge.pending", "charge.expired")
LARGEST = 10**15
LONGEST = 500

_ID = re.compile(r"[A-Za-z0-9_]{1,80}", re.ASCII)


class Unreadable(Exception):
    """This is not as Stripe describes it."""


@dataclass(frozen=True)
class Told:
    """What is said of one object. ``facts`` is empty where it is only named."""

    kind: str
    stripe_id: str
    charge_id: str
    facts: Facts


def of_event(event: Json) -> list[Told]:
    """What an event says; nothing for those that are not about money taken or given back.

    Raises Unreadable.
    """
    name, thing = event.get("type"), _object(_object(event, "data"), "object")
    told_at = _whole(event.get("created"))
    live = event.get("livemode") is True
    match thing.get("object"):
        case "charge" if name not in NOTHING_TAKEN:
            told = list(of_charge(thing, told_at, announced=name in TAKEN_BY))
        case "refund":
            told = of_refund(thing)
        case "dispute":
            told = [_of_dispute(thing)]
        case "payment_intent" | "invoice" if name in NAMING_A_CHARGE:
            told = _naming_charge(thing.get("latest_charge") or thing.get("charge"))
        case _:
            told = []
    for one in told:
        one.facts["livemode"] = live
    return told


# -- one object ------------------------------------------------------------------------------------


def of_charge(charge: Json, told_at: int, announced: bool = False) -> Iterator[Told]:
    """The charge and the refunds it carries, if any. ``told_at`` is in seconds."""
    charge_id = _id(charge.get("id"))
    facts: Facts = {
        "taken": _taken(charge),
        "currency": _currency(charge.get("currency")),
        "created": _whole(charge.get("created")),
        "payer": _payer(charge) | {"told_at": told_at},
        **_customer(charge.get("customer")),
        **_transaction(charge.get("balance_transaction")),
    }
    if announced:
        facts["announced"] = True
    yield Told(CHARGE, charge_id, charge_id, facts)
    for refund in _list(_mapping(charge.get("refunds")).get("data")):
        yield from of_refund(refund)


def _taken(charge: Json) -> int:
    """What left the client's card: nothing while it is only authorized, or pending at a bank."""
    if charge.get("status") != "succeeded" or charge.get("captured") is False:
        return 0
    captured = charge.get("amount_captured")
    return _whole(charge.get("amount") if captured is None else captured)


def _payer(charge: Json) -> Facts:
    """By what the client and the invoice can be found."""
    billing = _mapping(charge.get("billing_details"))
    return {
        "email": _first_text(billing.get("email"), charge.get("receipt_email")),
        "name": _first_text(billing.get("name")),
        "description": _first_text(charge.get("description")),
        "metadata": _metadata(charge.get("metadata")),
        "payment_intent": _id_or_none(charge.get("payment_intent")),
    }


def _customer(found: Any) -> Facts:
    """Their id, and their e-mail and name where they are expanded."""
    facts: Facts = {"customer": _id_or_none(found)}
    if isinstance(found, Mapping):
        facts["customer_email"] = _first_text(found.get("email"))
        facts["customer_name"] = _first_text(found.get("name"))
    return facts


def of_refund(refund: Any) -> list[Told]:
    if not isinstance(refund, Mapping):
        raise Unreadable("a refund is no object")
    charge_id = _id_or_none(refund.get("charge"))
    if charge_id is None:  # of a customer's balance, not of a card
        return []
    # Refunds of Stripe's earliest API versions have no status: they were done.
    state: Any = refund.get("status") or "succeeded"
    if not isinstance(state, str) or state not in REFUND_STATES:
        raise Unreadable("an unknown refund status")
    facts: Facts = {
        "amount": _whole(refund.get("amount")),
        "currency": _currency(refund.get("currency")),
        "created": _whole(refund.get("created")),
        "state": state,
        "reason": _first_text(refund.get("reason")),
        **_transaction(refund.get("balance_transaction")),
    }
    return [Told(REFUND, _id(refund.get("id")), charge_id, facts)]


def _of_dispute(dispute: Json) -> Told:
    """What it has moved so far: none while it is an inquiry, then out, and back if it is won."""
    moved = _list(dispute.get("balance_transactions"))
    if not all(isinstance(each, Mapping) for each in moved):
        raise Unreadable("a balance transaction is no object")
    facts: Facts = {
        "moves": len(moved),
        "amount": -sum(_signed(each.get("amount")) for each in moved),
        "fee": sum(_signed(each.get("fee")) for each in moved),
        "currency": _currency((moved[0] if moved else dispute).get("currency")),
        "created": _whole((moved[0] if moved else dispute).get("created")),
        "reason": _first_text(dispute.get("reason")),
    }
    return Told(DISPUTE, _id(dispute.get("id")), _id(dispute.get("charge")), facts)


def _naming_charge(charge: Any) -> list[Told]:
    """Its facts come with its own events, or are asked for."""
    charge_id = _id_or_none(charge)
    return [Told(CHARGE, charge_id, charge_id, {})] if charge_id else []


def _transaction(found: Any) -> Facts:
    """The balance transaction: its id, and its fee where it is expanded."""
    facts: Facts = {"transaction": _id_or_none(found)}
    if isinstance(found, Mapping):
        facts["fee"] = {
            "amount": _signed(found.get("fee")),
            "currency": _currency(found.get("currency")),
            "created": _whole(found.get("created")),
        }
    return facts


# -- adding ----------------------------------------------------------------------------------------


def added(known: Facts, told: Told) -> Facts:
    """The facts of an object with what was told of it."""
    said = {name: value for name, value in told.facts.items() if value is not None}
    if told.kind == CHARGE:
        return _added_to_charge(known, said)
    if _rank(told.kind, said) <= _rank(told.kind, known):
        return said | known
    kept = ("transaction", "fee") if told.kind == REFUND else ()
    return known | said | {name: known[name] for name in kept if name in known}


def _added_to_charge(known: Facts, said: Facts) -> Facts:
    facts = said | known
    if "taken" in facts:
        facts["taken"] = max(known.get("taken", 0), said.get("taken", 0))
    payers = [each["payer"] for each in (known, said) if "payer" in each]
    if payers:
        facts["payer"] = max(payers, key=_newest)
    return facts


def _newest(payer: Facts) -> tuple[int, str]:
    """Stripe's instants are whole seconds; of one second's, always the same is taken."""
    return payer["told_at"], json.dumps(payer, sort_keys=True)


def _rank(kind: str, facts: Facts) -> int:
    if kind == DISPUTE:
        return int(facts.get("moves", -1))
    return REFUND_STATES.get(facts.get("state", ""), -1)


# -- single values ---------------------------------------------------------------------------------


def _mapping(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise Unreadable("a list is none")
    return value or []


def _object(holder: Json, name: str) -> Json:
    found = holder.get(name)
    if not isinstance(found, Mapping):
        raise Unreadable(f"{name} is no object")
    return found


def _id(value: Any) -> str:
    found = value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise Unreadable("an id makes no sense")
    return found


def _id_or_none(value: Any) -> str | None:
    """An id, or that of the expanded object."""
    return None if value is None or value == "" else _id(value)


def _signed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        raise Unreadable("an amount or instant is no whole number")
    return value


def _whole(value: Any) -> int:
    if _signed(value) < 0:
        raise Unreadable("an amount or instant is below zero")
    return int(value)


def _currency(value: Any) -> str:
    code = value.upper() if isinstance(value, str) else ""
    if not money.known_currency(code):
        raise Unreadable("an unknown currency")
    return code


def _first_text(*values: Any) -> str | None:
    """The first that says something, cut to what can be kept and looked for."""
    for value in values:
        if isinstance(value, str) and (plain := _plain(value)):
            return plain
    return None


def _plain(value: str) -> str:
    """Without NUL and lone surrogates, which no database keeps."""
    kept = value.replace("\0", " ").encode("utf-8", "replace").decode()
    return kept.strip()[:LONGEST]


def _metadata(value: Any) -> dict[str, str]:
    """Keys in one spelling: ``Invoice Number`` and ``invoice-number`` are ``invoice_number``."""
    if not isinstance(value, Mapping):  # PHP's libraries write an empty one as a list
        return {}
    return {
        re.sub(r"[\s-]+", "_", _plain(key).lower()): _plain(text)
        for key, text in value.items()
        if isinstance(text, str)
    }
