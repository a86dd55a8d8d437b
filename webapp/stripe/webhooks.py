"""Was this body signed for this firm by Stripe, and is it an event?

Stripe: "Receive Stripe events in your webhook endpoint". The signature is checked by Stripe's own
library, which refuses one older than five minutes; one that far ahead is refused here.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any

import stripe
import structlog

from webapp.extensions import db
from webapp.models import StripeEvent, webhook
from webapp.models.columns import utc_now
from webapp.models.stripe_event import key_of

MAXIMUM_BYTES = 1024 * 1024
TOLERANCE_S = stripe.Webhook.DEFAULT_TOLERANCE
LONGEST_ID = 255

log = structlog.get_logger(__name__)


def signed(body: bytes, signature: str, secret: str) -> bool:
    """Over the body as it came, in constant time, at most five minutes from now either way.

    A body that is not UTF-8 is not Stripe's, whose events are JSON.
    """
    if not signature.isascii():  # the library's comparison would raise
        return False
    try:
        text = body.decode()
        stripe.WebhookSignature.verify_header(text, signature, secret, TOLERANCE_S)
    except (UnicodeDecodeError, stripe.SignatureVerificationError):
        return False
    return _signed_at(signature) <= time.time() + TOLERANCE_S


def _signed_at(signature: str) -> int:
    """The very ``t`` that the library has just read."""
    return next(int(part.split("=")[1]) for part in signature.split(",") if part.startswith("t="))


def keep(firm_id: int, body: bytes) -> None:
    """Store a signed body once, however often it comes; what is no event is set aside. Commits."""
    now = utc_now()
    event_id = _event_id(read(body))
    if event_id is None:
        log.warning("stripe_webhook_set_aside", firm_id=firm_id, bytes=len(body))
    row: dict[str, Any] = {
        "key": key_of(firm_id, event_id or hashlib.sha256(body).hexdigest()),
        "firm_id": firm_id,
        "body": body,
        "received_at": now,
        "looked_at": None if event_id else now,
        "set_aside": event_id is None,
    }
    webhook.store(StripeEvent, [row])
    db.session.commit()


def read(body: bytes) -> Mapping[str, Any] | None:
    """The body as an object, or None for anything else."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, Mapping) else None


def _event_id(said: Mapping[str, Any] | None) -> str | None:
    event_id = said.get("id") if said and said.get("object", "event") == "event" else None
    fit = isinstance(event_id, str) and 0 < len(event_id) <= LONGEST_ID
    return event_id if fit else None
