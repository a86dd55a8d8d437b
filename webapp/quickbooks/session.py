"""A firm's company, ready to be called: its client, its tokens and its budget put together."""

from __future__ import annotations

import contextlib
import time
import uuid
from datetime import datetime
from functools import partial
from typing import Any

from flask import current_app
from redis import RedisError

from webapp.extensions import db
from webapp.models import Connection
from webapp.quickbooks import tally, tokens
from webapp.quickbooks.client import Company, dumps
from webapp.quickbooks.errors import NotExecuted, OutcomeUnknown, Unreachable
from webapp.quickbooks.limits import SINGLE, Allowance, Budget

PATIENCE_S = 10.0
UNHURRIED_S = 90.0
"""For commands: long enough to sit out a throttling."""
SOON_S, AGAIN_AFTER_S = 10.0, 1.0
"""A person who waits for a write is not made to wait for two that take long."""
KNOWN_FOR_S = 1.0
"""A disconnected firm's token must not be used for long, even if Intuit could not be told."""


class AccessTokens:
    """Gives a firm's access token to threads that call QuickBooks, and renews it when needed.

    No transaction may be open meanwhile: the token is read on a database session of its own, unless
    it was learned a moment ago from a connection that was read anyway.
    """

    def __init__(self, firm_id: int):
        self._app = current_app._get_current_object()  # type: ignore[attr-defined]
        self._firm_id = firm_id
        self._sealed: bytes | None = None
        self._clear: str | None = None
        self._known_until = 0.0

    def learn(self, connection: Connection, now: datetime) -> None:
        """Spare the calls that follow at once a look of their own."""
        if connection.access_token != self._sealed:
            self._sealed, self._clear = connection.access_token, None
        if self._clear is None or not tokens.lasts(connection, now):
            self._clear = tokens.good_token(connection, now)
        self._known_until = time.monotonic() + KNOWN_FOR_S if self._clear else 0.0

    def __call__(self, refused: str | None = None) -> str:
        """A token that is good now; ``refused`` is one that was just turned down.

        Threads that send have no application context of their own, so each asking brings one; the
        context also gives them a database session. Raises as ``tokens.access_token``.
        """
        known = self._clear
        if known and known != refused and time.monotonic() < self._known_until:
            return known
        with self._app.app_context():
            return tokens.access_token(self._firm_id, refused)


def company_of(
    connection: Connection,
    access_tokens: AccessTokens | None = None,
    patience_s: float = PATIENCE_S,
    *,
    hurry: bool = True,
    slip: tally.Slip | None = None,
) -> Company:
    """Calls made through it renew the sign-in when needed, and need no transaction to be open.

    A reading waits ``patience_s`` seconds for room in the budget; without ``hurry`` it leaves alone
    what is kept back for people who wait. Calls are counted on ``slip``, else one by one.
    """
    assert connection.realm_id is not None
    budget = budget_of(connection)
    return Company(
        current_app.config["QBO_API_URL"],
        connection.realm_id,
        access_tokens or AccessTokens(connection.firm_id),
        partial(_may_call, budget, patience_s, hurry),
        partial(_pause, budget),
        ended=slip.count if slip else partial(tally.count, current_app.extensions["redis"]),
    )


def company_with(realm_id: str, access_token: str) -> Company:
    """A company that is called with a token which is not stored yet, for as long as that lasts."""
    return Company(
        current_app.config["QBO_API_URL"],
        realm_id,
        lambda _refused: access_token,
        partial(_may_call, _budget_for(realm_id), PATIENCE_S, True),
        ended=partial(tally.count, current_app.extensions["redis"]),
    )


def _may_call(
    budget: Budget, patience_s: float = PATIENCE_S, hurry: bool = True, what: str = SINGLE
) -> bool:
    """Wait a while for a call that a person, or a settlement, needs now."""
    try:
        return budget.take(time.monotonic() + patience_s, what, hurry=hurry)
    except RedisError:
        return False


def _pause(budget: Budget, seconds: float) -> None:
    with contextlib.suppress(RedisError):
        budget.pause(seconds)


def write_now(
    connection: Connection, entity: str, operation: str, body: dict[str, Any]
) -> dict[str, Any]:
    """One write outside the outbox, while a person waits; the object as it then is.

    What was soon not answered is sent once more under the same request id, which does nothing
    twice. Ends the transaction. Raises any QuickBooksError.
    """
    company, budget = company_of(connection), budget_of(connection)
    db.session.commit()
    request_id, began = uuid.uuid4().hex, time.monotonic()

    def write() -> dict[str, Any]:
        if not _may_call(budget):
            raise NotExecuted(reason="the company's budget has no room for a write")
        return company.write(entity, operation, dumps(body), request_id).body

    try:
        return write()
    except (OutcomeUnknown, Unreachable):
        if time.monotonic() - began > SOON_S:
            raise
    time.sleep(AGAIN_AFTER_S)
    return write()


def budget_of(connection: Connection) -> Budget:
    assert connection.realm_id is not None
    return _budget_for(connection.realm_id)


def _budget_for(realm_id: str) -> Budget:
    config = current_app.config
    return Budget(
        current_app.extensions["redis"],
        realm_id,
        Allowance(
            int(config["QBO_REQUESTS_PER_SECOND"]),
            int(config["QBO_REQUESTS_PER_MINUTE"]),
            int(config["QBO_BATCHES_PER_MINUTE"]),
        ),
    )
