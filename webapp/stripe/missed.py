"""Which events did no webhook bring? Stripe lists those of the last thirty days.

Once an hour the firm's are listed, with overlap, and stored as if they had come: their ids tell the
known ones. Events of kinds that nothing is recorded of are not asked for.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import StripeConnection, StripeEvent, webhook
from webapp.models.columns import utc_now
from webapp.models.stripe_connection import CONNECTED
from webapp.models.stripe_event import key_of
from webapp.sealing import CannotUnseal
from webapp.stripe import client, connection

AFTER_FAILURE = timedelta(minutes=10)
OVERLAP = timedelta(minutes=10)
LISTED_FOR = timedelta(days=29)
NAMES = [
    "charge.succeeded",
    "charge.captured",
    "charge.updated",
    "charge.refunded",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "refund.created",
    "refund.updated",
    "refund.failed",
]
"""Also what the firm's webhook should be sent; Stripe takes at most 20 in a list."""

log = structlog.get_logger(__name__)


def firms_due(now: datetime) -> set[int]:
    return set(
        db.session.scalars(
            select(StripeConnection.firm_id).where(
                StripeConnection.state == CONNECTED,
                StripeConnection.events_due_at <= now,
            )
        )
    )


def read(firm_id: int) -> None:
    """Store what is listed since the last time, if it is time to. Commits."""
    own = StripeConnection.find(firm_id)
    now = database_now(db.session())
    db.session.commit()
    if own is None or own.state != CONNECTED or not own.events_due_at or own.events_due_at > now:
        return
    since = max(own.events_read_at or now, now - LISTED_FOR) - OVERLAP
    try:
        account = connection.account_of(own)
        if account is not None:
            _store_all(firm_id, account, int(since.timestamp()))
    except (client.KeyRefused, CannotUnseal):
        connection.refuse_key(firm_id)
    except client.StripeError as error:
        log.warning("stripe_events_not_listed", firm_id=firm_id, error=type(error).__name__)
        own.events_due_at = now + AFTER_FAILURE
    else:
        own.events_read_at, own.events_due_at = now, now + client.LIST_EVENTS_EVERY
    db.session.commit()


def _store_all(firm_id: int, account: client.Account, since: int) -> None:
    """Page by page, the newest first."""
    after: str | None = None
    while True:
        page = account.events(NAMES, since, after)
        events = page.get("data") or []
        rows = [_row(firm_id, event) for event in events]
        if rows:
            webhook.store(StripeEvent, rows)
            db.session.commit()
        if not events or not page.get("has_more"):
            return
        after = str(events[-1]["id"])


def _row(firm_id: int, event: client.Json) -> dict[str, object]:
    return {
        "key": key_of(firm_id, str(event["id"])),
        "firm_id": firm_id,
        "body": json.dumps(event).encode(),
        "received_at": utc_now(),
        "looked_at": None,
        "set_aside": False,
    }
