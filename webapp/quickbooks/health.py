"""Is the company there? What an answer, or the lack of one, means for all of a firm's work.

Throttling, an outage, a lapsed subscription and a lost sign-in stop the company, never a record.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from webapp.models import Connection
from webapp.models import connection as connections
from webapp.quickbooks import company_reset, errors, notices

SIGN_IN_CODES = frozenset({"120", "3100", company_reset.CODE})
"""The person who connected lost their access, or the company was reset: connect anew. No other
answer ends a sign-in: a 403 without a code may come from anything on the way."""

OUTAGE_PLAN = tuple(timedelta(seconds=s) for s in (0, 0, 2, 5, 15, 30, 60))
"""How long a company rests after the 1st, 2nd … call in a row without a sensible answer."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=10)
"""How long a company rests that refuses us: soon asked again, in case somebody has just paid; then
ever less often, since the readings of a try are metered."""

log = structlog.get_logger(__name__)


def answered(connection: Connection, now: datetime) -> None:
    """A sensible answer came, yes or no; the caller commits."""
    if connection.failures or connection.state_reason:
        connection.failures, connection.state_reason = 0, None
    connection.last_success_at = now


def troubled(connection: Connection, error: errors.QuickBooksError, now: datetime) -> None:
    """Make the whole company wait as long as the error asks; the caller commits."""
    before, connection.last_failure_at = connection.last_failure_at, now
    if isinstance(error, errors.Throttled):
        _rest(connection, now + timedelta(seconds=error.retry_after_s))
        log.warning("throttled", firm_id=connection.firm_id, seconds=error.retry_after_s)
    elif isinstance(error, errors.AccessRefused):
        _lose_sign_in(connection, "access_refused")
    elif isinstance(error, errors.CompanyStopped):
        _stopped(connection, error.fault, now, before)
    else:
        connection.failures += 1
        rest = OUTAGE_PLAN[min(connection.failures, len(OUTAGE_PLAN)) - 1]
        if rest:
            _rest(connection, now + rest)


def _stopped(
    connection: Connection, fault: errors.Fault, now: datetime, before: datetime | None
) -> None:
    """``before`` is when it failed the last time."""
    code = fault.code.lstrip("0")
    if code == company_reset.CODE:
        connection.reset_at = now
    reason = f"refused_{code}" if code else "refused"
    if code in SIGN_IN_CODES:
        _lose_sign_in(connection, reason)
    elif connection.state == connections.CONNECTED:
        again = before if connection.state_reason == reason else None
        rested = now - again if again is not None else timedelta(0)
        connection.state_reason = reason
        _rest(connection, now + min(max(2 * rested, FIRST_PAUSE), LONGEST_PAUSE))
    log.warning("company_refused", firm_id=connection.firm_id, code=code)


def _lose_sign_in(connection: Connection, reason: str) -> None:
    if connection.state == connections.CONNECTED:
        connection.change_state(connections.SIGN_IN_AGAIN, reason)
        connection.forget_tokens()
        notices.sign_in_lost(connection.firm_id)
        log.warning("sign_in_lost", firm_id=connection.firm_id, reason=reason)


def _rest(connection: Connection, until: datetime) -> None:
    connection.not_before = max(until, connection.not_before or until)
