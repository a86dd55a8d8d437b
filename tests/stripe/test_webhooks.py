"""What Stripe sends is checked with Stripe's own library, kept once, and answered: no more happens
in the request."""

from __future__ import annotations

import io
import json
import logging
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe
import structlog
from flask import Flask
from sqlalchemy import select

from sandbox.stripe import shapes
from tests.conftest import FirmFixture
from webapp.extensions import db
from webapp.models import Firm, StripeEvent, StripeObject
from webapp.stripe import client, connection, facts, missed, taking_in, webhooks
from webapp.views import webhooks as views

SECRET, API_KEY = "whsec_test0123456789", "sk_test_0123456789"
NOW = 1_795_000_000

Post = Callable[..., int]


@pytest.fixture
def listener(app: Flask, firm: FirmFixture, monkeypatch: pytest.MonkeyPatch) -> str:
    """The firm's webhook address; Stripe's API is out of reach."""
    monkeypatch.setitem(app.config, "STRIPE_API_URL", "http://127.0.0.1:9")
    with app.app_context():
        connection.connect(firm.id, API_KEY, SECRET, checked=True)
        key = db.session.get_one(Firm, firm.id).stripe_webhook_key
        db.session.commit()
    return f"/webhooks/stripe/{key}"


@pytest.fixture
def post(app: Flask, listener: str) -> Post:
    """Send a body as Stripe would: signed now, with the firm's secret, unless told otherwise."""
    client = app.test_client()

    def send(said: Any, header: str | None = None, path: str = listener, **signing: Any) -> int:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        signed = signature(body, **signing) if header is None else header
        return client.post(path, data=body, headers={"Stripe-Signature": signed}).status_code

    return send


def signature(body: bytes, secret: str = SECRET, age_s: int = 0) -> str:
    text = body.decode("utf-8", "replace")
    at = int(time.time()) - age_s
    return str(stripe.WebhookSignature.generate_signature_header(text, secret, at))


def charge(**given: Any) -> dict[str, Any]:
    return shapes.charge("ch_1", "pi_1", 24_000, "usd", NOW, given)


def event(
    thing: dict[str, Any] | None = None, name: str = "charge.succeeded", id_: str = "evt_1"
) -> Any:
    return shapes.event(id_, name, charge() if thing is None else thing, NOW)


def kept(app: Flask, set_aside: bool = False) -> list[bytes]:
    with app.app_context():
        wanted = select(StripeEvent.body).where(StripeEvent.set_aside.is_(set_aside))
        return list(db.session.scalars(wanted.order_by(StripeEvent.id)))


def test_signed_event_is_kept_to_the_letter(app: Flask, post: Post) -> None:
    body = json.dumps(event(), indent=1).encode()
    assert post(body) == 200
    assert kept(app) == [body]


def test_doubled_event_is_kept_once(app: Flask, post: Post) -> None:
    assert [post(event()), post(event()), post(event(id_="evt_2"))] == [200, 200, 200]
    assert len(kept(app)) == 2


@pytest.mark.parametrize("age_s", [-290, 290], ids=["ahead", "behind"])
def test_clock_may_differ_by_minutes(post: Post, age_s: int) -> None:
    assert post(event(), age_s=age_s) == 200


@pytest.mark.parametrize("age_s", [-310, 310], ids=["ahead", "behind"])
def test_signature_of_another_time_is_refused(app: Flask, post: Post, age_s: int) -> None:
    assert post(event(), age_s=age_s) == 401
    assert kept(app) == []


def test_signature_of_another_secret_is_refused(app: Flask, post: Post) -> None:
    assert post(event(), secret="whsec_another") == 401
    assert kept(app) == []


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        "t=,v1=",
        "t=1=2,v1=aa",
        f"t={'9' * 5000},v1=aa",
        "t=1,v1=\xe4\xff",
        "v1=aa",
        ",,,===",
        "t=1",
    ],
    ids=range(9),
)
def test_header_that_makes_no_sense_is_refused(app: Flask, post: Post, header: str) -> None:
    assert post(event(), header=header) == 401
    assert kept(app) == []


def test_body_is_signed_as_it_came(app: Flask, post: Post) -> None:
    tight = signature(json.dumps(event()).encode())
    assert post(json.dumps(event(), indent=3).encode(), header=tight) == 401


def test_header_of_a_rolled_secret_names_two_signatures(post: Post) -> None:
    """While a secret is being replaced, Stripe signs with both."""
    body = json.dumps(event()).encode()
    header = signature(body)
    assert post(body, header=f"{header},v1={'0' * 64},v0=x") == 200


def test_body_above_a_mebibyte_is_refused(app: Flask, post: Post) -> None:
    assert post(b" " * (webhooks.MAXIMUM_BYTES + 1)) == 413
    assert post(b" " * webhooks.MAXIMUM_BYTES) == 200
    assert kept(app) == []


@pytest.mark.parametrize("key", ["A" * 32, "x", "%00", "..%2f", "ä" * 20])
def test_address_of_nobody_is_not_found(app: Flask, post: Post, key: str) -> None:
    assert post(event(), path=f"/webhooks/stripe/{key}") == 404


def test_another_firms_address_wants_its_own_secret(
    app: Flask, post: Post, other_firm: FirmFixture
) -> None:
    with app.app_context():
        other = f"/webhooks/stripe/{db.session.get_one(Firm, other_firm.id).stripe_webhook_key}"
        db.session.commit()
    assert post(event(), path=other) == 404
    with app.app_context():
        connection.connect(other_firm.id, API_KEY, "whsec_theirs", checked=True)
        db.session.commit()
    assert post(event(), path=other) == 401
    assert kept(app) == []


def test_disconnected_firm_hears_nothing_more(app: Flask, post: Post, firm: FirmFixture) -> None:
    with app.app_context():
        connection.disconnect(firm.id)
        db.session.commit()
    assert post(event()) == 401


def test_webhooks_need_no_csrf_token_and_only_post(app: Flask, listener: str, post: Post) -> None:
    assert app.config["WTF_CSRF_ENABLED"]
    assert post(event()) == 200
    assert app.test_client().get(listener).status_code == 405


UNREADABLE: list[bytes] = [
    b"",
    b"not json",
    b"[" * 100_000,
    b"null",
    b"7",
    b"[]",
    b"{}",
    b'{"object": "event"}',
    b'{"object": "event", "id": 7}',
    json.dumps({"object": "event", "id": "x" * 300}).encode(),
    b'{"object": "charge", "id": "ch_1"}',
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
def test_signed_nonsense_is_set_aside_and_the_next_accepted(
    app: Flask, post: Post, body: bytes
) -> None:
    assert [post(body), post(body)] == [200, 200]
    assert kept(app, set_aside=True) == [body]
    assert post(event()) == 200
    assert len(kept(app)) == 1


def test_event_whose_object_makes_no_sense_is_set_aside_by_the_worker(
    app: Flask, firm: FirmFixture, post: Post
) -> None:
    post(event({"object": "charge", "id": "ch_1", "amount": "lots"}))
    post(event(id_="evt_2"))
    with app.app_context():
        taking_in.take_in(firm.id)
        assert [o.stripe_id for o in db.session.scalars(select(StripeObject))] == ["ch_1"]
    assert len(kept(app, set_aside=True)) == 1
    assert len(kept(app)) == 1


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """All that is logged during the test, also by the libraries, at every level."""
    stream = io.StringIO()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(stream), processors=[structlog.processors.JSONRenderer()]
    )
    for module in (views, webhooks, connection, taking_in, missed, client):
        monkeypatch.setattr(module, "log", logger)
    caplog.set_level(logging.DEBUG)
    return lambda: stream.getvalue() + caplog.text


def test_secrets_are_sealed_and_never_logged(
    app: Flask, firm: FirmFixture, post: Post, said: Callable[[], str]
) -> None:
    post(event(charge(email="canary@payer.example", name="Canary Payer")))
    post(event(), secret="whsec_another")
    post(b"{}")
    with app.app_context():
        taking_in.take_in(firm.id)
        taking_in.sweep()
        own = connection.StripeConnection.of(firm.id)
        for sealed in (own.api_key, own.webhook_secret):
            assert sealed is not None
            assert API_KEY.encode() not in sealed
            assert SECRET.encode() not in sealed
    for told in ("stripe_not_recorded", "stripe_webhook_unsigned", "stripe_webhook_set_aside"):
        assert told in said()
    for secret in (SECRET, API_KEY, "canary@payer.example", "Canary Payer"):
        assert secret not in said()


# -- mutations -------------------------------------------------------------------------------------

WHOLE = [
    event(),
    event(charge(metadata={"invoice": "1042"}, email="ada@byron.example"), "charge.updated"),
    event(shapes.refund("re_1", charge(), 500, NOW, None), "refund.created"),
    event(
        shapes.dispute("du_1", charge(), 500, NOW, "fraudulent")
        | {
            "balance_transactions": [
                shapes.transaction(
                    "txn_1", shapes.dispute("du_1", charge(), 500, NOW, ""), -500, 15, NOW, "usd"
                )
            ]
        },
        "charge.dispute.funds_withdrawn",
    ),
    event(shapes.payment_intent(charge()), "payment_intent.succeeded"),
]
ODD: list[Any] = [
    None, True, -1, 0, 2**70, 1e300, "", "x" * 600, "\0", "\ud800", [], {}, [[]], {"id": "a b"},
    ["charge"], "succeeded", "ch_2", {"object": "list", "data": 7}, {"data": [None]},
]  # fmt: skip


def bent(thing: Any, chance: random.Random) -> Any:
    """A copy in which some value is another, or gone."""
    copied = json.loads(json.dumps(thing))
    for _ in range(chance.randint(1, 3)):
        holder, key = _place(copied, chance)
        if chance.random() < 0.2 and isinstance(holder, dict):
            del holder[key]
        else:
            holder[key] = chance.choice(ODD)
    return copied


def _place(thing: Any, chance: random.Random) -> tuple[Any, Any]:
    holder, key = thing, chance.choice(list(thing))
    while isinstance(holder[key], dict) and holder[key] and chance.random() < 0.85:
        holder = holder[key]
        key = chance.choice(list(holder))
    return holder, key


def torn(body: bytes, chance: random.Random) -> bytes:
    """A copy in which some bytes are others."""
    bytes_ = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(bytes_))
        bytes_[place : place + chance.randint(0, 20)] = chance.randbytes(chance.randint(0, 3))
        bytes_ = bytes_ or bytearray(b"x")
    return bytes(bytes_)


def mutated(chance: random.Random) -> bytes:
    whole = chance.choice(WHOLE)
    if chance.random() < 0.3:
        return torn(json.dumps(whole).encode(), chance)
    return json.dumps(bent(whole, chance)).encode()


def require_robust(app: Flask, firm: FirmFixture, post: Post, count: int, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(count):
        body = mutated(chance)
        text = body.decode("utf-8", "replace").encode() == body
        assert post(body) == (200 if text else 401), body
        if number % 100 == 99:
            with app.app_context():
                taking_in.take_in(firm.id)
    assert post(event(charge() | {"id": "ch_good"}, id_="evt_good")) == 200
    with app.app_context():
        taking_in.take_in(firm.id)
        assert StripeObject.find(firm.id, "ch_good") is not None
        left = select(StripeEvent.id).where(StripeEvent.looked_at.is_(None))
        assert db.session.scalars(left).all() == []


def test_mutated_webhooks_never_break_anything(app: Flask, firm: FirmFixture, post: Post) -> None:
    require_robust(app, firm, post, 200, seed=19)


@pytest.mark.full
def test_ten_thousand_mutated_webhooks_never_break_anything(
    app: Flask, firm: FirmFixture, post: Post
) -> None:
    require_robust(app, firm, post, 10_000, seed=22)


def test_events_bent_in_any_way_are_read_or_refused() -> None:
    """No exception but the one that says so."""
    chance = random.Random(7)
    read = 0
    for _ in range(20_000):
        said = bent(chance.choice(WHOLE), chance)
        try:
            told = facts.of_event(said)
        except facts.Unreadable:
            continue
        for one in told:
            json.dumps(facts.added({}, one)).encode()
            read += 1
    assert read > 1_000
