"""Which companies have news for us, and when is it time to ask one?

Webhooks say that something changed; change data capture (CDC) says what. Reads are metered, writes
are not, so an event that only echoes our own write costs no read, and the others of one company are
gathered into one. Where webhooks come, CDC is a safety net, cast seldom.

An event is no news when the object's link has seen that version: QuickBooks' own time of the
version we last saw (``Link.seen_at``, whole seconds) is not earlier. In that very second one event
is expected, and one more in that of each of our payments that moved the invoice; any further one is
somebody else's. What this rule still hides (an edit in the second of a write of ours whose own echo
is lost, or gathered with it) the next reading shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from flask import current_app
from sqlalchemy import select, update

from webapp import hints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Link, Payment, WebhookEvent, webhook
from webapp.models.connection import CONNECTED
from webapp.quickbooks.mirror import LISTS
from webapp.quickbooks.news import Object
from webapp.quickbooks.payloads import ENTITIES

LISTEN_EVERY_S = 1.0
TIDY_EVERY_S = 3_600.0
GATHERED_FOR = timedelta(seconds=2)
"""Events of one moment are answered by one reading, and our own writes are settled by then."""
AT_ONCE = 5_000
SECOND = timedelta(seconds=1)
"""QuickBooks' times are whole seconds. Only an event of the very second of a write of ours is taken
for its echo: a later one may be somebody's edit, and to ask costs one reading."""
ECHO_WITHIN = timedelta(minutes=5)
"""A write of ours that no webhook has followed for so long says that none come any more."""

PREFERENCES = "Preferences"
WATCHED = (PREFERENCES, *LISTS, *(entity for entity in ENTITIES.values() if entity not in LISTS))
"""What a reading asks for, in the order in which it is taken in."""

KINDS = {entity.lower(): kind for kind, entity in ENTITIES.items()}
_WATCHED = {entity.lower() for entity in WATCHED}
_SPELLED = {entity.lower(): entity for entity in WATCHED if entity != PREFERENCES}
"""What has an id, as a call spells it."""
REMOVALS = ("delete", "void")


def listen() -> int:
    """Look at the events that have gathered; how many there were. Commits.

    Those of a company that no firm has are dropped.
    """
    now = database_now(db.session())
    events = WebhookEvent.fresh(now, GATHERED_FOR, AT_ONCE)
    events.sort(key=lambda event: event.realm_id)
    realms = {event.realm_id for event in events}
    connections = {
        connection.realm_id: connection
        for connection in db.session.scalars(
            select(Connection).where(Connection.realm_id.in_(realms))
        )
    }
    for realm_id, some in groupby(events, lambda event: event.realm_id):
        connection = connections.get(realm_id)
        if connection is None:
            for event in some:
                db.session.delete(event)
        else:
            _hear(connection, list(some), now)
    db.session.commit()
    return len(events)


def _hear(connection: Connection, events: Sequence[WebhookEvent], now: datetime) -> None:
    connection.webhook_seen_at, connection.unechoed_since = now, None
    if has_news(connection.firm_id, events):
        connection.changes_due_at = min(now, connection.changes_due_at or now)
        hints.after_commit(connection.firm_id)
    for event in events:
        event.looked_at, event.firm_id = now, connection.firm_id


# -- echoes ----------------------------------------------------------------------------------------


def has_news(firm_id: int, events: Iterable[WebhookEvent]) -> bool:
    """Does any of these events of one company tell what we do not know yet?"""
    return any(_news_among(firm_id, entity, some) for entity, some in _by_entity(events).items())


def _by_entity(events: Iterable[WebhookEvent]) -> dict[str, list[WebhookEvent]]:
    """Those that concern us, by entity in lower case."""
    found: dict[str, list[WebhookEvent]] = {}
    for event in events:
        if event.entity in _WATCHED:
            found.setdefault(event.entity, []).append(event)
    return found


def _news_among(firm_id: int, entity: str, events: Sequence[WebhookEvent]) -> set[str]:
    """The ids of the objects that these events, all of one entity, tell something new of."""
    kind = KINDS.get(entity)
    ids = {event.quickbooks_id for event in events}
    linked = _links(firm_id, kind, ids) if kind else {}
    payments = _payments_seen(firm_id, linked.values()) if kind == "invoice" else {}
    times = WebhookEvent.times(events[0].realm_id, entity, linked)
    moved = {
        event.quickbooks_id
        for event in events
        if event.quickbooks_id in linked and _came_or_went(event, linked[event.quickbooks_id])
    }
    edited = {
        id_
        for id_, link in linked.items()
        if not link.gone and unexplained(times[id_], link.seen_at, payments.get(link.record_id, []))
    }
    # What is not linked is somebody else's object, or one of ours whose answer is still out.
    return (ids - linked.keys()) | moved | edited


def announced(firm_id: int, since: datetime) -> dict[Object, datetime | None]:
    """The objects that events heard since then still tell something new of, each with the last
    time that one gives for its change. Merges are another matter (``merges``)."""
    heard = WebhookEvent.heard(firm_id, since, AT_ONCE)
    told: dict[Object, datetime | None] = {}
    for entity, events in _by_entity(e for e in heard if e.operation != "merge").items():
        news = _news_among(firm_id, entity, events) if entity in _SPELLED else set()
        for event in events:
            if event.quickbooks_id in news:
                key = _SPELLED[entity], event.quickbooks_id
                times = [t for t in (told.get(key), event.changed_at) if t is not None]
                told[key] = max(times, default=None)
    return told


def _came_or_went(event: WebhookEvent, link: Link) -> bool:
    """Removed where we think it is there, or touched where we think it is gone."""
    return event.operation == "merge" or (event.operation in REMOVALS) != link.gone


def unexplained(
    times: Iterable[datetime | None], seen_at: datetime | None, payments: Iterable[datetime]
) -> bool:
    """Is there a change among these that neither our view of the object nor our payments explain?

    All are QuickBooks' own times; those of the changes are exact, the others whole seconds. Each
    explains one change, the first that nothing else explains.
    """
    told = list(times)
    if seen_at is None or None in told:
        return True
    left = sorted([seen_at, *(payment for payment in payments if payment >= seen_at)])
    for moment in sorted(moment for moment in told if moment and moment >= seen_at):
        explained = next((ours for ours in left if ours <= moment < ours + SECOND), None)
        if explained is None:
            return True
        left.remove(explained)
    return False


def _links(firm_id: int, kind: str, ids: Iterable[str]) -> dict[str, Link]:
    found = db.session.scalars(
        select(Link)
        .where(Link.firm_id == firm_id, Link.kind == kind, Link.quickbooks_id.in_(ids))
        .execution_options(populate_existing=True)
    )
    return {link.quickbooks_id: link for link in found if link.quickbooks_id}


def _payments_seen(firm_id: int, links: Iterable[Link]) -> dict[int, list[datetime]]:
    """When our payments of these invoices were last written, by invoice."""
    rows = db.session.execute(
        select(Payment.invoice_id, Link.seen_at)
        .join(Link, (Link.kind == "payment") & (Link.record_id == Payment.id))
        .where(
            Link.firm_id == firm_id,
            Payment.firm_id == firm_id,
            Payment.invoice_id.in_([link.record_id for link in links]),
        )
    )
    seen: dict[int, list[datetime]] = {}
    for invoice_id, seen_at in rows:
        if invoice_id is not None and seen_at is not None:
            seen.setdefault(invoice_id, []).append(seen_at)
    return seen


# -- when to read ----------------------------------------------------------------------------------


def due(connection: Connection, now: datetime) -> bool:
    """Is it time to read this company's changes? ``changes_due_at`` says so, else the period."""
    if connection.changes_due_at is not None:
        return connection.changes_due_at <= now
    read_to = connection.changes_read_to
    return read_to is None or read_to <= now - period(connection, now)


def period(connection: Connection, now: datetime) -> timedelta:
    """How long the changes may go unread while nothing tells of any."""
    config = current_app.config
    seldom = timedelta(seconds=config["CDC_HEALTHY_EVERY_S"])
    often = timedelta(seconds=config["CDC_EVERY_S"])
    return max(often, seldom) if webhooks_healthy(connection, now) else often


def webhooks_healthy(connection: Connection, now: datetime) -> bool:
    """They have come, and nothing that they should have echoed since went by in silence."""
    silent_since = connection.unechoed_since
    silent = silent_since is not None and now - silent_since > ECHO_WITHIN
    return connection.webhook_seen_at is not None and not silent


def call_out() -> int:
    """Hint every firm whose changes are due; how many. Commits."""
    now = database_now(db.session())
    often = timedelta(seconds=current_app.config["CDC_EVERY_S"])
    asked = Connection.changes_due_at
    connections = db.session.scalars(
        select(Connection).where(
            Connection.state == CONNECTED,
            Connection.set_up_at.is_not(None),
            (Connection.not_before.is_(None)) | (Connection.not_before <= now),
            (Connection.slice_until.is_(None)) | (Connection.slice_until <= now),
            (asked <= now)
            | (
                asked.is_(None)
                & (
                    Connection.changes_read_to.is_(None)
                    | (Connection.changes_read_to <= now - often)
                )
            ),
        )
    ).all()
    firms = [connection.firm_id for connection in connections if due(connection, now)]
    db.session.commit()
    for firm_id in firms:
        hints.send(firm_id)
    return len(firms)


def start() -> None:
    """We were away, and webhooks may have been lost: read what was not read for a while. Commits.

    What was read within ``CDC_EVERY_S`` is left, so that starting often costs nothing.
    """
    now = database_now(db.session())
    often = timedelta(seconds=current_app.config["CDC_EVERY_S"])
    db.session.execute(
        update(Connection)
        .where(Connection.state == CONNECTED, Connection.changes_read_to <= now - often)
        .values(changes_due_at=now),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


def tidy() -> None:
    """Forget events that were dealt with long ago. Commits."""
    webhook.forget_old(database_now(db.session()))
    db.session.commit()
