"""A firm's company, ready to be called: its client, its tokens and its budget put together."""

from __future__ import annotations

import contextlib
import time
import uuid
from functools import partial
from typing import Any

from flask import current_app
from redis import RedisError

from webapp.extensions import db
from webapp.models import Connection
from webapp.quickbooks import tally, tokens
from webapp.quickbooks.client import Company, dumps
from webapp.quickbooks.errors import NotExecuted
from webapp.quickbooks.limits import Allowance, Budget

PATIENCE_S = 10.0
UNHURRIED_S = 90.0
"""For commands: long enough to sit out a throttling."""


def company_of(connection: Connection, patience_s: float = PATIENCE_S) -> Company:
    """Calls made through it renew the sign-in when needed; see ``tokens.access_token``.

    No transaction may be open across one: the token is read on a database session of its own.
    A reading waits ``patience_s`` seconds for room in the budget.
    """
    assert connection.realm_id is not None
    budget = budget_of(connection)
    return Company(
        current_app.config["QBO_API_URL"],
        connection.realm_id,
        partial(_token, current_app._get_current_object(), connection.firm_id),  # type: ignore[attr-defined]
        partial(_may_call, budget, patience_s),
        partial(_pause, budget),
        ended=partial(tally.count, current_app.extensions["redis"]),
    )


def _may_call(budget: Budget, patience_s: float = PATIENCE_S) -> bool:
    """Wait a while for a call that a person, or a settlement, needs now."""
    try:
        return budget.take(time.monotonic() + patience_s, hurry=True)
    except RedisError:
        return False


def _pause(budget: Budget, seconds: float) -> None:
    with contextlib.suppress(RedisError):
        budget.pause(seconds)


def write_now(
    connection: Connection, entity: str, operation: str, body: dict[str, Any]
) -> dict[str, Any]:
    """One write outside the outbox, while a person waits; the object as it then is.

    Ends the transaction. Raises any QuickBooksError.
    """
    company, budget = company_of(connection), budget_of(connection)
    db.session.commit()
    if not _may_call(budget):
        raise NotExecuted(reason="the company's budget has no room for a write")
    return company.write(entity, operation, dumps(body), uuid.uuid4().hex).body


def _token(app: object, firm_id: int, refused: str | None) -> str:
    """Threads that send have no application context of their own, so each asking brings one.

    The context also gives them a database session of their own.
    """
    with app.app_context():  # type: ignore[attr-defined]
        return tokens.access_token(firm_id, refused)


def budget_of(connection: Connection) -> Budget:
    config = current_app.config
    assert connection.realm_id is not None
    return Budget(
        current_app.extensions["redis"],
        connection.realm_id,
        Allowance(
            int(config["QBO_REQUESTS_PER_SECOND"]),
            int(config["QBO_REQUESTS_PER_MINUTE"]),
            int(config["QBO_BATCHES_PER_MINUTE"]),
        ),
    )
