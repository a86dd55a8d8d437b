"""How far the whole firm is: the connection, what is on its way, and counts by kind and state."""

from __future__ import annotations

import marshmallow as ma
from flask import Response, jsonify
from sqlalchemy import and_, exists, func, not_, or_, select

from webapp.api.callers import per_token
from webapp.api.document import Area
from webapp.extensions import db
from webapp.models import KINDS, Connection, Entry, StripeEvent, WebhookEvent, outbox
from webapp.models import connection as connections
from webapp.quickbooks.standing import PUBLIC_STATES
from webapp.rights import firm_id

STATES = ("waiting", "syncing", "synced", "failed", "ignored", "off")

area = Area("sync", "How far the firm's records are.")

Counts = dict[str, dict[str, int]]


class SyncAnswer(ma.Schema):
    connection = ma.fields.String(
        required=True,
        metadata={
            "enum": [
                connections.NONE,
                connections.CONNECTED,
                connections.SIGN_IN_AGAIN,
                connections.PAUSED,
            ]
        },
    )
    settled = ma.fields.Boolean(
        required=True, metadata={"description": "Nothing is on its way, in either direction."}
    )
    counts = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer()),
        required=True,
    )


@area.route("", methods=["GET"])
@per_token
@area.response(200, SyncAnswer)
def sync() -> Response:
    firm = firm_id()
    connection = db.session.scalar(select(Connection).where(Connection.firm_id == firm))
    state = connection.state if connection else connections.NONE
    return jsonify(connection=state, settled=_settled(firm, connection), counts=_counts(firm))


def _settled(firm: int, connection: Connection | None) -> bool:
    """No record on its way to QuickBooks, no announced change of theirs or of Stripe's unread.

    Without a connection only what was sent before is on its way; the rest waits for people.
    """
    connected = connection is not None and connection.usable
    moving = (outbox.READY, outbox.SENT) if connected else (outbox.SENT,)
    on_its_way = [
        exists().where(Entry.firm_id == firm, Entry.state.in_(moving)),
        exists().where(StripeEvent.firm_id == firm, StripeEvent.looked_at.is_(None)),
    ]
    if connection is not None and connected:
        if connection.told_of_changes:
            return False
        announced = WebhookEvent.realm_id == connection.realm_id, WebhookEvent.looked_at.is_(None)
        on_its_way.append(exists().where(*announced))
    return not db.session.scalar(select(or_(*on_its_way)))


def _counts(firm: int) -> Counts:
    """Every kind and state is there; a removed record counts until its removal has arrived."""
    counts: Counts = {kind: dict.fromkeys(STATES, 0) for kind in KINDS}
    gone = and_(Entry.action == outbox.REMOVE, Entry.state == outbox.DONE)
    rows = db.session.execute(
        select(Entry.kind, Entry.state, func.count())
        .where(Entry.firm_id == firm, not_(gone))
        .group_by(Entry.kind, Entry.state)
    )
    for kind, state, count in rows:
        counts[kind][PUBLIC_STATES[state]] += count
    return counts
