"""What happens in one Stripe account: cards are charged, money goes back, and each tells of itself.

Amounts are in Stripe's smallest units. Fees: 2.9 % and 30 of them for a charge, 1500 for a dispute.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.stripe import shapes
from sandbox.stripe.shapes import Body

DISPUTE_FEE = 1_500
OBJECTS = ("charge", "refund", "dispute", "balance_transaction", "customer")


class NoSuch(ValueError):
    """There is no object of this id."""


@dataclass
class Account:
    id: str
    name: str
    api_key: str
    webhook_secret: str
    target: str = ""
    """Where events are sent; empty for nowhere."""
    held: bool = False
    """Events are kept until they are asked for."""
    objects: dict[str, dict[str, Body]] = field(
        default_factory=lambda: {name: {} for name in OBJECTS}
    )
    events: list[Body] = field(default_factory=list)

    @classmethod
    def opened(cls, name: str, target: str, live: bool = False) -> Account:
        mode = "live" if live else "test"
        return cls(
            id=f"acct_{_tail(8)}",
            name=name,
            api_key=f"sk_{mode}_{_tail(24)}",
            webhook_secret=f"whsec_{_tail(24)}",
            target=target,
        )

    def as_dict(self) -> Body:
        return asdict(self)

    def find(self, kind: str, identifier: str) -> Body:
        """Raises NoSuch."""
        found = self.objects[kind].get(identifier)
        if found is None:
            raise NoSuch(f"No such {kind}: '{identifier}'")
        return found

    # -- charges -------------------------------------------------------------------------------

    def charge(self, given: Body, now: int) -> Body:
        """``amount, currency, fee`` and what ``shapes.charge`` takes. ``customer`` may be an object
        with an e-mail and a name, which the charge itself then does not carry."""
        given = self._with_customer(given, now)
        amount, currency = int(given["amount"]), str(given.get("currency", "usd")).lower()
        charge_id, intent = f"ch_{_tail()}", f"pi_{_tail()}"
        made = shapes.charge(charge_id, intent, amount, currency, now, given)
        self.objects["charge"][charge_id] = made
        if made["captured"]:
            self._tell("payment_intent.succeeded", shapes.payment_intent(made), now)
        self._tell("charge.succeeded", made, now)
        if made["captured"]:
            self._settle(made, given, now)
        return made

    def _with_customer(self, given: Body, now: int) -> Body:
        if not isinstance(given.get("customer"), dict):
            return given
        customer_id = f"cus_{_tail(14)}"
        self.objects["customer"][customer_id] = shapes.customer(customer_id, given["customer"], now)
        return {**given, "customer": customer_id}

    def _settle(self, charge: Body, given: Body, now: int) -> None:
        """The balance transaction comes a moment later, as with asynchronous capture."""
        captured = charge["amount_captured"]
        fee = int(given.get("fee", (captured * 29 + 500) // 1000 + 30))
        currency = str(given.get("settles_in") or charge["currency"])
        charge["balance_transaction"] = self._move(charge, captured, fee, now, currency)
        self._tell("charge.updated", charge, now, {"balance_transaction": None})

    def capture(self, given: Body, now: int) -> Body:
        """What was only authorized is taken, or ``amount`` of it."""
        charge = self.find("charge", str(given["charge"]))
        charge["captured"] = True
        whole: int = charge["amount"]
        charge["amount_captured"] = int(given.get("amount", whole))
        self._tell("charge.captured", charge, now, {"captured": False})
        self._settle(charge, given, now)
        return charge

    def age(self, given: Body, now: int) -> Body:
        """As if the charge had been made so many ``days`` earlier; nothing is told of it."""
        charge = self.find("charge", str(given["charge"]))
        charge["created"] -= int(given["days"]) * 86_400
        return charge

    # -- money back ----------------------------------------------------------------------------

    def refund(self, given: Body, now: int) -> Body:
        """``charge``, ``amount`` (else all of it), ``reason``, ``fee`` and ``status``."""
        charge = self.find("charge", str(given["charge"]))
        left: int = charge["amount_captured"] - charge["amount_refunded"]
        amount = int(given.get("amount", left))
        if not 0 < amount <= left:
            raise ValueError(f"{left} is left of the charge")
        made = shapes.refund(f"re_{_tail()}", charge, amount, now, given.get("reason"))
        made["status"] = given.get("status", "succeeded")
        made["balance_transaction"] = self._move(
            made, -amount, int(given.get("fee", 0)), now, charge["currency"]
        )
        self.objects["refund"][made["id"]] = made
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._tell("refund.created", made, now)
        self._tell("charge.refunded", charge, now, {"amount_refunded": 0})
        return made

    def change_refund(self, given: Body, now: int) -> Body:
        """To ``status``: one that failed puts the money back into the balance."""
        refund = self.find("refund", str(given["refund"]))
        before, refund["status"] = refund["status"], str(given.get("status", "failed"))
        if refund["status"] in ("failed", "canceled"):
            charge = self.find("charge", refund["charge"])
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            refund["failure_reason"] = "expired_or_canceled_card"
            refund["failure_balance_transaction"] = self._move(
                refund, refund["amount"], 0, now, refund["currency"]
            )
            self._tell("refund.failed", refund, now)
        self._tell("refund.updated", refund, now, {"status": before})
        self._tell("charge.refund.updated", refund, now, {"status": before})
        return refund

    def dispute(self, given: Body, now: int) -> Body:
        """``charge``, ``amount`` (else all of it), ``reason``: the bank takes the money at once."""
        charge = self.find("charge", str(given["charge"]))
        amount = int(given["amount"] if "amount" in given else charge["amount_captured"])
        reason = str(given.get("reason", "fraudulent"))
        made = shapes.dispute(f"du_{_tail()}", charge, amount, now, reason)
        self.objects["dispute"][made["id"]] = made
        charge["disputed"] = True
        self._tell("charge.dispute.created", made, now)
        self._move_dispute(made, -amount, int(given.get("fee", DISPUTE_FEE)), now)
        self._tell("charge.dispute.funds_withdrawn", made, now)
        return made

    def close_dispute(self, given: Body, now: int) -> Body:
        """``dispute``, ``won``; ``fee_returned`` gives the fee back, too."""
        dispute = self.find("dispute", str(given["dispute"]))
        won = bool(given.get("won", False))
        dispute["status"] = "won" if won else "lost"
        if won:
            fee = -DISPUTE_FEE if given.get("fee_returned") else 0
            self._move_dispute(dispute, dispute["amount"], fee, now)
            self._tell("charge.dispute.funds_reinstated", dispute, now)
        self._tell("charge.dispute.closed", dispute, now, {"status": "needs_response"})
        return dispute

    def _move_dispute(self, dispute: Body, amount: int, fee: int, now: int) -> None:
        """Disputes carry their balance transactions whole."""
        moved = self._move(dispute, amount, fee, now, dispute["currency"])
        dispute["balance_transactions"].append(self.objects["balance_transaction"][moved])

    def _move(self, source: Body, amount: int, fee: int, now: int, currency: str) -> str:
        made = shapes.transaction(f"txn_{_tail()}", source, amount, fee, now, currency)
        self.objects["balance_transaction"][made["id"]] = made
        return str(made["id"])

    # -- telling -------------------------------------------------------------------------------

    def _tell(self, name: str, thing: Body, now: int, before: Body | None = None) -> None:
        """As the object is at this moment."""
        snapshot = json.loads(json.dumps(thing))
        self.events.append(shapes.event(f"evt_{_tail()}", name, snapshot, now, before))

    def balance(self) -> int:
        """What is left of it all: the clearing account's balance, if the books are right."""
        moved: Any = self.objects["balance_transaction"].values()
        return sum(each["net"] for each in moved)


def _tail(length: int = 24) -> str:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join(secrets.choice(alphabet) for _ in range(length))
