"""A firm's company, ready to be called: its client, its tokens and its budget put together."""

from __future__ import annotations

import time
import uuid
from functools import partial
from typing import Any

from flask import current_app
from redis import RedisError

from webapp.extensions import db
from webapp.models import Connection
from webapp.quickbooks import tokens
from webapp.quickbooks.client import Company, dumps
from webapp.quickbooks.errors import NotExecuted
from webapp.quickbooks.limits import Allowance, Budget

PATIENCE_S = 10.0


def company_of(connection: Connection) -> Company:
    """Calls made through it renew the sign-in when needed; see ``tokens.access_token``.

    No transaction may be open across one: the token is read on a database session of its own.
    """
    assert connection.realm_id is not None
    return Company(
        current_app.config["QBO_API_URL"],
        connection.realm_id,
        partial(_token, current_app._get_current_object(), connection.firm_id),  # type: ignore[attr-defined]
        partial(_may_call, budget_of(connection)),
    )


def _may_call(budget: Budget) -> bool:
    """Wait a while for a call that a person, or a settlement, needs now."""
    try:
        return budget.take(time.monotonic() + PATIENCE_S, hurry=True)
    except RedisError:
        return False


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
