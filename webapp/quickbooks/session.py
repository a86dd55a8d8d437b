"""A firm's company, ready to be called: its client, its tokens and its budget put together."""

from __future__ import annotations

from functools import partial

from flask import current_app

from webapp.models import Connection
from webapp.quickbooks import tokens
from webapp.quickbooks.client import Company
from webapp.quickbooks.limits import Allowance, Budget


def company_of(connection: Connection) -> Company:
    """Calls made through it renew the sign-in when needed; see ``tokens.access_token``.

    No transaction may be open across one: the token is read on a database session of its own.
    """
    assert connection.realm_id is not None
    return Company(
        current_app.config["QBO_API_URL"],
        connection.realm_id,
        partial(_token, current_app._get_current_object(), connection.firm_id),  # type: ignore[attr-defined]
    )


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
