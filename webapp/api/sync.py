"""How far the whole firm is: the connection, what is on its way, and counts by kind and state."""

from __future__ import annotations

from collections.abc import Iterable

import marshmallow as ma
from flask import Response, jsonify
from sqlalchemy import and_, exists, func, not_, select

from webapp.api.callers import per_token
from webapp.api.document import Area
from webapp.extensions import db
from webapp.models import KINDS, Connection, Entry, outbox
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
        required=True, metadata={"description": "Nothing is on its way to QuickBooks."}
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
    state = _connection_state(firm)
    moving = (outbox.READY, outbox.SENT) if state == connections.CONNECTED else (outbox.SENT,)
    return jsonify(connection=state, settled=not _any(firm, moving), counts=_counts(firm))


def _connection_state(firm: int) -> str:
    state = db.session.scalar(select(Connection.state).where(Connection.firm_id == firm))
    return state or connections.NONE


def _any(firm: int, states: Iterable[str]) -> bool:
    return bool(
        db.session.scalar(
            select(exists().where(Entry.firm_id == firm, Entry.state.in_(tuple(states))))
        )
    )


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
