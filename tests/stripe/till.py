"""A firm that takes cards: its books, its Stripe account, and the road between, over real HTTP.

``ring`` and its like play the client at the till; ``deliver`` sends what Stripe has to tell;
``work`` is the worker. ``books`` says what became of it all, in a form that can be compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Thread
from typing import Any

import httpx2
import stripe
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.serving import make_server

from tests.quickbooks.listening import Quiet, wait_until
from tests.quickbooks.office import DAY, Office
from webapp.extensions import db
from webapp.models import (
    Expense,
    Firm,
    Payment,
    Refund,
    StripeConnection,
    StripeEvent,
    StripeObject,
)
from webapp.stripe import connection, taking_in

Json = dict[str, Any]
CLIENT, EMAIL = "Ada Byron", "ada@byron.example"


@dataclass
class Till:
    office: Office
    account: str
    api_key: str
    webhook_secret: str
    address: str
    """Where the firm's webhooks go."""
    ada: int
    invoice: int
    """Of Ada: number 1042, open for 240.00."""
    sender: httpx2.Client = field(default_factory=httpx2.Client)
    """One for all: to make one reads the certificates of the machine."""

    # -- what people do ------------------------------------------------------------------------

    def control(self, path: str, **given: Any) -> Json:
        return self.office.sandbox.control(f"stripe/{path}", {"account": self.account, **given})

    def ring(self, amount: int = 24_000, **given: Any) -> Json:
        """A card is charged; to Ada's invoice unless told otherwise."""
        known = {"metadata": {"invoice_number": "1042"}, "email": EMAIL, "name": CLIENT}
        made: Json = self.control("charges", amount=amount, **{**known, **given})["object"]
        return made

    def refund(self, charge: Json, **given: Any) -> Json:
        made: Json = self.control("refunds", charge=charge["id"], **given)["object"]
        return made

    def dispute(self, charge: Json, **given: Any) -> Json:
        made: Json = self.control("disputes", charge=charge["id"], **given)["object"]
        return made

    # -- what Stripe does ----------------------------------------------------------------------

    def events(self) -> list[Json]:
        """All that Stripe has to tell, in the order in which it happened."""
        found: list[Json] = self.office.sandbox.control(f"stripe/events?account={self.account}")[
            "events"
        ]
        return found

    def deliver(self, events: list[Json] | None = None, copies: int = 1) -> None:
        """Send these, in this order, and wait until they are answered."""
        chosen = self.events() if events is None else events
        self.control("deliveries", events=[event["id"] for event in chosen], copies=copies)
        wait_until(lambda: not self.delivering(), within_s=60)

    def post(self, event: Json) -> None:
        """One event, as Stripe sends it, signed by its own library."""
        body = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(body, self.webhook_secret)
        answer = self.sender.post(
            self.address, content=body.encode(), headers={"Stripe-Signature": header}
        )
        assert answer.status_code == 200

    def delivering(self) -> int:
        waiting: int = self.office.sandbox.control("stripe/deliveries")["waiting"]
        return waiting

    def balance(self) -> int:
        """What Stripe holds for the firm, in cents."""
        accounts = self.office.sandbox.control("stripe/accounts")["accounts"]
        return next(one["balance"] for one in accounts if one["account"] == self.account)

    # -- what the worker does ------------------------------------------------------------------

    def work(self) -> None:
        with self.office.database():
            while taking_in.take_in(self.office.firm_id):
                pass

    def hear(self) -> None:
        """Everything is told, and taken in."""
        self.deliver()
        self.work()

    def later(self) -> None:
        """Whatever waits for its next look is due now."""
        with self.office.database():
            db.session.execute(
                update(StripeObject)
                .where(StripeObject.due_at.is_not(None))
                .values(due_at=StripeObject.created_at)
            )
            db.session.commit()

    def list_events_now(self) -> None:
        """The hour is over in which Stripe is not asked for what no webhook brought."""
        with self.office.database():
            own = StripeConnection.of(self.office.firm_id)
            assert own.events_due_at is not None
            own.events_due_at -= timedelta(hours=2)
            db.session.commit()

    # -- what became of it ---------------------------------------------------------------------

    def books(self) -> Json:
        """Amounts in cents, by Stripe's ids; what is shown, by cause. Removed records are left
        out."""
        with self.office.database():
            found = db.session.scalars(
                select(StripeObject).where(StripeObject.firm_id == self.office.firm_id)
            ).all()
            return {
                "payments": {
                    o.stripe_id: (o.payment.amount_minor, o.payment.invoice_id)
                    for o in found
                    if o.payment and o.payment.live
                },
                "refunds": {
                    o.stripe_id: o.refund.amount_minor for o in found if o.refund and o.refund.live
                },
                "fees": {
                    o.stripe_id: o.expense.amount_minor
                    for o in found
                    if o.expense and o.expense.live
                },
                "shown": {o.stripe_id: o.problem for o in found if o.problem},
                "records": {model.kind: self._live(model) for model in (Payment, Refund, Expense)},
            }

    def _live(self, model: Any) -> int:
        return (
            db.session.scalar(
                select(func.count())
                .select_from(model)
                .where(model.firm_id == self.office.firm_id, model.removed_at.is_(None))
            )
            or 0
        )

    def shown(self) -> list[str]:
        causes: Json = self.books()["shown"]
        return sorted(causes.values())

    def clearing(self) -> int:
        """Gross payments less refunds and fees, in cents: what the clearing account holds."""
        books = self.books()
        taken = sum(amount for amount, _invoice in books["payments"].values())
        return taken - sum(books["refunds"].values()) - sum(books["fees"].values())

    def events_kept(self, set_aside: bool = False) -> int:
        with self.office.database():
            return (
                db.session.scalar(
                    select(func.count())
                    .select_from(StripeEvent)
                    .where(
                        StripeEvent.firm_id == self.office.firm_id,
                        StripeEvent.set_aside.is_(set_aside),
                    )
                )
                or 0
            )

    def object(self, stripe_id: str) -> StripeObject:
        """Detached: to look at."""
        with self.office.database():
            found = StripeObject.find(self.office.firm_id, stripe_id)
            assert found is not None
            db.session.commit()
            return found


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application's address on a real port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def open_till(office: Office, address: str) -> Till:
    """The firm's Stripe account, connected; it tells nothing until it is asked to."""
    with office.database():
        key = db.session.get_one(Firm, office.firm_id).stripe_webhook_key
        db.session.commit()
    webhooks = f"{address}/webhooks/stripe/{key}"
    made = office.sandbox.control("stripe/accounts", {"name": "Till", "target": webhooks})
    office.sandbox.control("stripe/accounts/change", {"account": made["account"], "held": True})
    with office.database():
        connection.connect(office.firm_id, made["api_key"], made["webhook_secret"], checked=True)
        db.session.commit()
    ada = office.client(CLIENT, email=EMAIL)
    invoice = office.invoice(ada, office.service(), number="1042")
    return Till(
        office,
        made["account"],
        made["api_key"],
        made["webhook_secret"],
        webhooks,
        ada,
        invoice,
    )


__all__ = ["CLIENT", "DAY", "EMAIL", "Till", "open_till", "served"]
