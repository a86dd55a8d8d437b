"""Where QuickBooks and Stripe tell us that something happened. Stored and answered; others look
later."""

from __future__ import annotations

import re
from http import HTTPStatus

import structlog
from flask import Blueprint, abort, request

from webapp import hints
from webapp.extensions import db
from webapp.models import StripeConnection
from webapp.quickbooks import webhooks
from webapp.stripe import connection as stripe_connection
from webapp.stripe import taking_in
from webapp.stripe import webhooks as stripe_webhooks

bp = Blueprint("webhooks", __name__)
_STRIPE_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)

log = structlog.get_logger(__name__)


@bp.post("/webhooks/intuit")
def intuit() -> tuple[str, int]:
    """Intuit wants its 200 within 3 s, so the events are stored and nothing else is done.

    200 also for what we cannot read: sent again, it would be no clearer. 401 without a good
    signature, 413 above 1 MiB; then nothing is stored.
    """
    request.max_content_length = webhooks.MAXIMUM_BYTES
    body = request.get_data(cache=False)
    if not webhooks.signed(body, request.headers.get("intuit-signature", "")):
        log.warning("webhook_unsigned", bytes=len(body))
        return "", HTTPStatus.UNAUTHORIZED
    webhooks.keep(body)
    return "", HTTPStatus.OK


@bp.post("/webhooks/stripe/<key>")
def stripe(key: str) -> tuple[str, int]:
    """Stored, hinted at, answered. 404 where no firm listens, 401 without a good
    signature, 413 above 1 MiB; then nothing is stored."""
    request.max_content_length = stripe_webhooks.MAXIMUM_BYTES
    body = request.get_data(cache=False)
    own = _listening_at(key)
    signature = request.headers.get("Stripe-Signature", "")
    if not stripe_webhooks.signed(body, signature, stripe_connection.secret_of(own)):
        log.warning("stripe_webhook_unsigned", firm_id=own.firm_id, bytes=len(body))
        return "", HTTPStatus.UNAUTHORIZED
    stripe_webhooks.keep(own.firm_id, body)
    hints.queue_once(taking_in.JOB, own.firm_id)
    return "", HTTPStatus.OK


def _listening_at(key: str) -> StripeConnection:
    """Read without SQLite's writing lock, which the unsigned must not be able to hold."""
    if not db.session().in_transaction():
        db.session.connection(execution_options={"read_only": True})
    own = StripeConnection.at(key) if _STRIPE_KEY.fullmatch(key) else None
    db.session.commit()
    if own is None:
        abort(404)
    return own
