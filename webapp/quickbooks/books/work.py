"""Keeping a firm's comparison going: begun by a person, done in steps, whoever makes them.

A step is claimed by moving ``due_at``; one that got lost is due again when its claim is over, and
the scheduler's look finds it.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, insert, select, update

from webapp import hints
from webapp.database import change, database_now
from webapp.extensions import db
from webapp.models import BookComparison, BookDifference, BookRow, BookSighting, Connection
from webapp.models.books import DONE, FAILED, READING, UNEXPLAINED
from webapp.models.connection import CONNECTED, PAUSED
from webapp.quickbooks.books import asking, comparing
from webapp.quickbooks.books.comparing import Result
from webapp.quickbooks.books.reasons import Reason
from webapp.quickbooks.books.sides import Firm, Pair, Side
from webapp.quickbooks.client import Company
from webapp.quickbooks.errors import (
    AccessRefused,
    CompanyStopped,
    NotExecuted,
    QuickBooksError,
    Rejected,
    Throttled,
)
from webapp.quickbooks.session import company_of

JOB = "jobs.books.go_on"
SLICE_S = 4.0
CLAIM = timedelta(minutes=3)
"""Longer than a call may take, with all its patience."""
LOOK_EVERY_S = 0.5
MOST_FAILURES = 6
PAUSE = timedelta(seconds=20)
NO_ROOM = timedelta(seconds=10)

NOT_CONNECTED, SIGN_IN, REFUSED, NO_ANSWER = "not_connected", "sign_in", "refused", "no_answer"
"""Why one failed: ``BookComparison.trouble``."""

log = structlog.get_logger(__name__)


def begin(firm_id: int, asked: bool) -> BookComparison:
    """Start a comparison, in the place of the one before. Commits.

    Without asking it is finished on return.
    """
    comparison = BookComparison.begin(firm_id, asked)
    comparison.began_at = comparison.due_at = database_now(db.session())
    db.session.commit()
    if asked:
        hints.queue_once(JOB, firm_id)
    else:
        _finish(comparison)
    return comparison


def complete(firm_id: int, asked: bool) -> BookComparison:
    """Begin a comparison and stay with it until it is done or has failed. Commits."""
    comparison = begin(firm_id, asked)
    while comparison.state == READING:
        if not go_on(firm_id):
            time.sleep(LOOK_EVERY_S)
        db.session.refresh(comparison)
        db.session.commit()
    return comparison


def go_on(firm_id: int, seconds: float = SLICE_S) -> bool:
    """Work on the firm's comparison for a while, if nobody else does; whether more is due now.

    Commits.
    """
    give_up = time.monotonic() + seconds
    comparison = _claim(firm_id)
    if comparison is None:
        return False
    company = _company(comparison)
    while company is not None and not asking.finished(comparison):
        try:
            asking.read_on(comparison, company)
        except QuickBooksError as error:
            db.session.rollback()
            return _troubled(comparison, error)
        if time.monotonic() > give_up:
            return _put_back(comparison, database_now(db.session()))
    if company is not None:
        _finish(comparison)
    return False


def queue_due() -> int:
    """Queue the firms whose comparison should go on; how many. Commits."""
    now = database_now(db.session())
    due = select(BookComparison.firm_id).where(
        BookComparison.state == READING, BookComparison.due_at <= now
    )
    firms = db.session.scalars(due).all()
    db.session.commit()
    for firm_id in firms:
        hints.queue_once(JOB, firm_id)
    return len(firms)


def _claim(firm_id: int) -> BookComparison | None:
    now = database_now(db.session())
    claimed = change(
        db.session(),
        update(BookComparison)
        .where(
            BookComparison.firm_id == firm_id,
            BookComparison.state == READING,
            BookComparison.due_at <= now,
        )
        .values(due_at=now + CLAIM),
    )
    comparison = BookComparison.latest(firm_id) if claimed else None
    if comparison is not None:
        db.session.refresh(comparison)
    db.session.commit()
    return comparison


def _company(comparison: BookComparison) -> Company | None:
    """Ready to be read without hurry; None, and the comparison failed, if it is not connected."""
    connection = Connection.of(comparison.firm_id)
    usable = connection.state in (CONNECTED, PAUSED) and connection.set_up_at is not None
    company = company_of(connection, hurry=False) if usable else None
    db.session.commit()
    if company is None:
        _fail(comparison, NOT_CONNECTED)
    return company


# -- ending ---------------------------------------------------------------------------------------


def _put_back(comparison: BookComparison, at: datetime) -> bool:
    comparison.due_at = at
    db.session.commit()
    return True


def _troubled(comparison: BookComparison, error: QuickBooksError) -> bool:
    """Later again, or never: an answer that is not known is no answer about the books."""
    log.warning("books_not_read", firm_id=comparison.firm_id, error=type(error).__name__)
    trouble = _trouble(error)
    no_room = type(error) is NotExecuted  # our own budget was used up
    comparison.failures += 0 if no_room else 1
    if trouble != NO_ANSWER or comparison.failures >= MOST_FAILURES:
        _fail(comparison, trouble)
        return False
    pause = NO_ROOM if no_room else PAUSE
    if isinstance(error, Throttled):
        pause = timedelta(seconds=error.retry_after_s)
    comparison.due_at = database_now(db.session()) + pause
    db.session.commit()
    return False


def _trouble(error: QuickBooksError) -> str:
    if isinstance(error, AccessRefused):
        return SIGN_IN
    return REFUSED if isinstance(error, CompanyStopped | Rejected) else NO_ANSWER


def _fail(comparison: BookComparison, trouble: str) -> None:
    comparison.state, comparison.trouble = FAILED, trouble
    comparison.finished_at = database_now(db.session())
    _forget_sightings(comparison.id)
    db.session.commit()


def _finish(comparison: BookComparison) -> None:
    """Compare, and keep what came of it. The reading takes no lock; the keeping is one commit."""
    home = Connection.of(comparison.firm_id).home_currency
    firm_id, began_at = comparison.firm_id, comparison.began_at
    against = comparison.id if comparison.asked else None
    db.session.commit()
    with db.engine.connect() as connection:
        reading = connection.execution_options(read_only=True)
        firm = Firm.read(reading, firm_id, home)
        result = comparing.compare(reading, firm, began_at, against)
    _keep(comparison, result)


def _keep(comparison: BookComparison, result: Result) -> None:
    rows = [
        {"comparison_id": comparison.id, **place._asdict(), **vars(sums)}
        for place, sums in result.sums.items()
    ]
    told = [_difference(comparison.id, pair, reason) for pair, reason in result.told]
    for model, found in ((BookRow, rows), (BookDifference, told)):
        if found:
            db.session.execute(insert(model), found)
    comparison.left_out, comparison.theirs_alone = result.left_out, result.theirs_alone
    comparison.state, comparison.finished_at = DONE, database_now(db.session())
    _forget_sightings(comparison.id)
    if comparison.asked and any(sums.standing == UNEXPLAINED for sums in result.sums.values()):
        # What somebody has just changed over there becomes an issue once it is read as a change.
        Connection.of(comparison.firm_id).changes_due_at = comparison.finished_at
    db.session.commit()


def _difference(comparison_id: int, pair: Pair, reason: Reason) -> dict[str, object]:
    nothing = Side(None, None, None)
    ours, theirs = pair.ours or nothing, pair.theirs or nothing
    return {
        "comparison_id": comparison_id,
        "kind": pair.kind,
        "record_id": pair.record_id,
        "quickbooks_id": pair.quickbooks_id,
        "title": pair.title,
        "currency": pair.currency,
        "ours_day": ours.day,
        "ours_minor": ours.minor,
        "ours_account_id": ours.account_id,
        "theirs_day": theirs.day,
        "theirs_minor": theirs.minor,
        "theirs_account_id": theirs.account_id,
        "why": reason.why,
        "issue_id": reason.issue_id,
    }


def _forget_sightings(comparison_id: int) -> None:
    db.session.execute(delete(BookSighting).where(BookSighting.comparison_id == comparison_id))
