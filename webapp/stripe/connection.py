"""Connecting a firm to its Stripe account with the keys it was given there, and disconnecting."""

from __future__ import annotations

import re

import structlog
from flask import current_app
from sqlalchemy import update

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Person, StripeConnection, StripeObject
from webapp.models.stripe_connection import CONNECTED, KEY_REFUSED, NONE
from webapp.sealing import Sealer
from webapp.stripe import client
from webapp.stripe.client import LIST_EVENTS_EVERY

log = structlog.get_logger(__name__)

API_KEY = re.compile(r"(sk|rk)_(live|test)_[A-Za-z0-9_]{4,240}", re.ASCII)
WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]{4,240}", re.ASCII)


def check(api_key: str) -> bool:
    """Whether Stripe has accepted the key; False when it cannot be asked now.

    Raises client.KeyRefused or client.MayNot.
    """
    try:
        client.Account(_api_url(), api_key).check()
    except client.Unknown:
        return False
    return True


def connect(
    firm_id: int, api_key: str, webhook_secret: str, checked: bool, person: Person | None = None
) -> StripeConnection:
    """Keep the keys, sealed, and let what waited for them go on; the caller commits."""
    connection = StripeConnection.of(firm_id)
    now = database_now(db.session())
    sealer, owner = _sealer(), _owner(firm_id)
    connection.api_key = sealer.seal(api_key, owner)
    connection.webhook_secret = sealer.seal(webhook_secret, owner)
    connection.key_ending = api_key[-4:]
    connection.livemode = "_live_" in api_key[:8]
    connection.key_checked_at = now if checked else None
    connection.connected_by_id = person.id if person else None
    if connection.state == NONE:
        connection.connected_at = connection.events_read_at = now
    connection.events_due_at = now + LIST_EVENTS_EVERY
    connection.state = CONNECTED
    _wake(firm_id)
    log.info("stripe_connected", firm_id=firm_id)
    return connection


def disconnect(firm_id: int) -> None:
    """Wipe the secrets; webhooks find nobody from then on. The caller commits."""
    connection = StripeConnection.of(firm_id)
    connection.forget_secrets()
    connection.state = NONE
    log.info("stripe_disconnected", firm_id=firm_id)


def refuse_key(firm_id: int) -> None:
    """Stripe does not take the key any more: no more calls until there is another. Commits."""
    connection = StripeConnection.of(firm_id)
    if connection.state == CONNECTED:
        connection.state = KEY_REFUSED
        log.warning("stripe_key_refused", firm_id=firm_id)
    db.session.commit()


def account_of(connection: StripeConnection) -> client.Account | None:
    """Stripe, by the firm's key; None while it has no good one. Raises CannotUnseal."""
    if connection.api_key is None or connection.state != CONNECTED:
        return None
    key = _sealer().unseal(connection.api_key, _owner(connection.firm_id))
    return client.Account(_api_url(), key)


def secret_of(connection: StripeConnection) -> str:
    """The webhook secret in clear, or nothing. Raises CannotUnseal."""
    if connection.webhook_secret is None:
        return ""
    return _sealer().unseal(connection.webhook_secret, _owner(connection.firm_id))


def _wake(firm_id: int) -> None:
    """What is not settled is looked at again; the sweep finds it."""
    unsettled = StripeObject.due_at.is_not(None) | StripeObject.problem.is_not(None)
    db.session.execute(
        update(StripeObject)
        .where(StripeObject.firm_id == firm_id, unsettled)
        .values(due_at=database_now(db.session()), tries=0)
    )


def _api_url() -> str:
    return str(current_app.config["STRIPE_API_URL"])


def _sealer() -> Sealer:
    sealer: Sealer = current_app.extensions["sealer"]
    return sealer


def _owner(firm_id: int) -> str:
    """Apart from the QuickBooks tokens of the same firm."""
    return f"firm:{firm_id}:stripe"
