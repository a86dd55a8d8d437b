"""A good access token for a firm: sealed at rest, renewed by one worker at a time.

Two workers that refresh at once can end a connection, since each refresh may kill the token before
it. So the right to refresh is a short lease on the connection's row; the others wait for the new
token to appear. The new refresh token is stored before the access token is used.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select, update

from webapp import failpoints
from webapp.database import change, database_now
from webapp.extensions import db
from webapp.models import Connection
from webapp.models import connection as connections
from webapp.quickbooks import oauth
from webapp.quickbooks.errors import AccessRefused, CompanyStopped, Unreachable
from webapp.sealing import Sealer

EARLY = timedelta(minutes=2)
REFRESH_LEASE = timedelta(seconds=2 * oauth.TIMEOUT_S)
"""Longer than a refresh can take, or two would go at once; a worker that was killed amid one holds
the others up for as long."""
LOOK_EVERY_S = 0.1

log = structlog.get_logger(__name__)


def store(connection: Connection, tokens: oauth.Tokens) -> None:
    """Seal the tokens into the connection; the caller commits."""
    sealer, owner = _sealer(), _owner(connection.firm_id)
    connection.access_token = sealer.seal(tokens.access, owner)
    now = database_now(db.session())
    connection.access_stored_at, connection.access_expires_at = now, now + tokens.access_lasts
    connection.refresh_token = sealer.seal(tokens.refresh, owner)
    lasts = tokens.refresh_lasts
    connection.refresh_expires_at = now + lasts if lasts else None
    connection.refreshing_until = None


def refresh_token(connection: Connection) -> str | None:
    """The refresh token in clear, for revoking it. Raises CannotUnseal."""
    if connection.refresh_token is None:
        return None
    return _sealer().unseal(connection.refresh_token, _owner(connection.firm_id))


def access_token(firm_id: int, refused: str | None = None) -> str:
    """A token that is good now; ``refused`` is one that QuickBooks just turned down.

    Commits. Raises AccessRefused when the sign-in is lost (the connection then says so),
    Unreachable when Intuit cannot be asked, CompanyStopped when the firm is not connected.
    """
    give_up = time.monotonic() + REFRESH_LEASE.total_seconds()
    while time.monotonic() < give_up:
        token = _good_token(firm_id, refused)
        if token is not None:
            return token
        if _take_lease(firm_id):
            return _renewed_meanwhile(firm_id, refused) or _refresh(firm_id)
        time.sleep(LOOK_EVERY_S)
    raise Unreachable(reason="another worker's refresh did not finish")


def _read(firm_id: int) -> tuple[Connection, datetime]:
    """The connection, and when it was read; ends the transaction.

    On SQLite without the writers' lock: a call is about to be made, and must not wait for it.
    """
    if not db.session().in_transaction():
        db.session.connection(execution_options={"read_only": True})
    now = database_now(db.session())
    connection = db.session.scalar(
        select(Connection)
        .where(Connection.firm_id == firm_id)
        .execution_options(populate_existing=True)
    )
    db.session.commit()
    if connection is None or connection.state in (connections.NONE, connections.SIGN_IN_AGAIN):
        raise CompanyStopped(reason="the firm is not connected")
    return connection, now


def good_token(connection: Connection, now: datetime) -> str | None:
    """The stored access token in clear, None if there is none or it is about to expire.

    Raises CannotUnseal.
    """
    if connection.access_token is None or not lasts(connection, now):
        return None
    return _sealer().unseal(connection.access_token, _owner(connection.firm_id))


def lasts(connection: Connection, now: datetime) -> bool:
    """One that lives for seconds only (a test's) is used until its last quarter."""
    stored, expires = connection.access_stored_at, connection.access_expires_at
    if stored is None or expires is None:
        return False
    return expires - min(EARLY, (expires - stored) / 4) > now


def _good_token(firm_id: int, refused: str | None) -> str | None:
    token = good_token(*_read(firm_id))
    return None if token == refused else token


def _take_lease(firm_id: int) -> bool:
    now = database_now(db.session())
    taken = change(
        db.session(),
        update(Connection)
        .where(
            Connection.firm_id == firm_id,
            (Connection.refreshing_until.is_(None)) | (Connection.refreshing_until <= now),
        )
        .values(refreshing_until=now + REFRESH_LEASE),
    )
    db.session.commit()
    return bool(taken)


def _renewed_meanwhile(firm_id: int, refused: str | None) -> str | None:
    """Whoever had the lease before us may have finished after we looked: one refresh is enough."""
    token = _good_token(firm_id, refused)
    if token is not None:
        _release_lease(firm_id)
    return token


def _refresh(firm_id: int) -> str:
    """Renew under the lease. On a refused grant, look once for a newer token that another saved."""
    tried: bytes | None = None
    for _attempt in range(2):
        connection, _now = _read(firm_id)
        if connection.refresh_token is None or connection.refresh_token == tried:
            break
        tried = connection.refresh_token
        try:
            tokens = oauth.refresh(_sealer().unseal(tried, _owner(firm_id)))
        except oauth.GrantRefused as error:
            log.warning("refresh_refused", firm_id=firm_id, reason=str(error))
            continue
        except oauth.IntuitUnreachable as error:
            _release_lease(firm_id)
            raise Unreachable(reason=str(error)) from error
        failpoints.reach("rotated")
        store(connection, tokens)
        db.session.commit()
        return tokens.access
    lose_sign_in(firm_id, "refresh_refused")
    raise AccessRefused(reason="the sign-in is lost")


def lose_sign_in(firm_id: int, reason: str) -> None:
    """The one state and the one notice of a lost sign-in; entries stay where they are."""
    from webapp.quickbooks import notices

    connection = Connection.of(firm_id)
    connection.refreshing_until = None
    if connection.state == connections.CONNECTED:
        connection.change_state(connections.SIGN_IN_AGAIN, reason)
        connection.forget_tokens()
        notices.sign_in_lost(firm_id)
        log.warning("sign_in_lost", firm_id=firm_id, reason=reason)
    db.session.commit()


def _release_lease(firm_id: int) -> None:
    db.session.execute(
        update(Connection).where(Connection.firm_id == firm_id).values(refreshing_until=None),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


def _sealer() -> Sealer:
    sealer: Sealer = current_app.extensions["sealer"]
    return sealer


def _owner(firm_id: int) -> str:
    return f"firm:{firm_id}"
