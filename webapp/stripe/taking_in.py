"""A firm's work with Stripe: events are read, and what they tell of becomes records.

Every step is a transaction of its own, under the firm's turn; none is open while Stripe is asked.
A worker that dies leaves the step undone, and the next one does it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from webapp import hints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Firm, StripeConnection, StripeEvent, StripeObject
from webapp.models.stripe_object import CHARGE
from webapp.sealing import CannotUnseal
from webapp.stripe import causes, client, connection, facts, missed, recording, webhooks
from webapp.stripe.causes import Unrecordable
from webapp.stripe.facts import Told
from webapp.stripe.recording import Wanted

JOB = "jobs.stripe.take_in"
AT_ONCE = 100
FOR_S = 20.0
"""Then another firm's turn comes."""
FIRST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(hours=6)
"""Between two looks at what is not settled: at what people may have mended, and at what Stripe did
not answer."""

log = structlog.get_logger(__name__)


def take_in(firm_id: int) -> bool:
    """Read what came, then make records of it, for a while; whether more is due. Commits."""
    give_up = time.monotonic() + FOR_S
    missed.read(firm_id)
    last = 0
    while time.monotonic() < give_up:
        event_id = _hear_next(firm_id, last)
        if event_id is None:
            break
        last = event_id
    for object_id in _due(firm_id):
        if time.monotonic() > give_up:
            return True
        _settle(firm_id, object_id)
    return bool(_due(firm_id))


def _due(firm_id: int) -> list[int]:
    ids = list(StripeObject.due(firm_id, database_now(db.session()), AT_ONCE))
    db.session.commit()
    return ids


# -- events ----------------------------------------------------------------------------------------


def _hear_next(firm_id: int, after: int) -> int | None:
    """Take in the firm's next event; its id, or None when there is none left."""
    Firm.take_turn(firm_id)
    event = StripeEvent.next_fresh(firm_id, after)
    if event is None:
        db.session.commit()
        return None
    now = database_now(db.session())
    event.looked_at = now
    try:
        told = facts.of_event(webhooks.read(event.body) or {})
    except facts.Unreadable as error:
        event.set_aside = True
        log.warning("stripe_event_set_aside", firm_id=firm_id, reason=str(error))
        told = []
    add(firm_id, told, now)
    StripeConnection.of(firm_id).event_seen_at = now
    db.session.commit()
    return event.id


def add(firm_id: int, told: Iterable[Told], now: datetime) -> None:
    """Add what was told to the objects' facts; those that gained are due. The caller commits."""
    for one in told:
        found = StripeObject.known(firm_id, one.kind, one.stripe_id, one.charge_id)
        if found.kind != one.kind:
            log.warning("stripe_id_of_two_kinds", firm_id=firm_id, kinds=[found.kind, one.kind])
            continue
        grown = facts.added(found.facts, one)
        if grown != found.facts or not grown:
            found.facts, found.due_at = grown, now


# -- objects ---------------------------------------------------------------------------------------


def _settle(firm_id: int, object_id: int) -> None:
    """Make what records can be made of it, asking Stripe for what is missing."""
    wanted = record_now(firm_id, object_id)
    if wanted is None:
        return
    try:
        told = _asked(firm_id, wanted)
    except client.KeyRefused:
        connection.refuse_key(firm_id)
        _look_again(firm_id, object_id)
    except client.NotThere:
        _look_again(firm_id, object_id, causes.NOT_THERE)
    except client.MayNot:
        _look_again(firm_id, object_id, causes.MAY_NOT)
    except client.Unknown:
        _look_again(firm_id, object_id)
    else:
        add(firm_id, told, database_now(db.session()))
        db.session.commit()
        if record_now(firm_id, object_id) is not None:  # it is not known there yet, either
            _look_again(firm_id, object_id)


def record_now(firm_id: int, object_id: int) -> Wanted | None:
    """Make what records can be made, without asking Stripe. Commits.

    What cannot be recorded keeps its problem, and is looked at again later.
    """
    firm, found = _in_turn(firm_id, object_id)
    if found is None:
        return None
    unpaid = found.payment_id is None
    try:
        wanted = recording.record(firm, found)
    except Unrecordable as problem:
        _keep_problem(found, problem)
        wanted = recording.worth_asking(found)
    else:
        if wanted is None:
            found.settle()
        elif unpaid and found.payment_id is not None:
            found.problem, found.details = None, {}
    db.session.commit()
    return wanted


def _in_turn(firm_id: int, object_id: int) -> tuple[Firm, StripeObject | None]:
    Firm.take_turn(firm_id)
    found = db.session.scalar(
        select(StripeObject)
        .where(StripeObject.firm_id == firm_id, StripeObject.id == object_id)
        .execution_options(populate_existing=True)
    )
    return db.session.get_one(Firm, firm_id, populate_existing=True), found


def _keep_problem(found: StripeObject, problem: Unrecordable) -> None:
    if found.problem != problem.cause:
        log.info(  # a question to the firm, none to those who run this
            "stripe_not_recorded",
            firm_id=found.firm_id,
            stripe_id=found.stripe_id,
            cause=problem.cause,
        )
    found.problem, found.details = problem.cause, problem.details
    _postpone(found)


def _postpone(found: StripeObject) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(found.tries, 20), LONGEST_PAUSE)
    found.due_at = database_now(db.session()) + pause
    found.tries += 1


def _look_again(firm_id: int, object_id: int, problem: str | None = None) -> None:
    """Stripe could not say; a problem is one that only people can mend."""
    _firm, found = _in_turn(firm_id, object_id)
    if found is not None:
        if problem is not None:
            found.problem, found.details = problem, {}
        _postpone(found)
    db.session.commit()


def _asked(firm_id: int, wanted: Wanted) -> list[Told]:
    """Raises client.StripeError."""
    own = StripeConnection.of(firm_id)
    db.session.commit()
    try:
        account = connection.account_of(own)
    except CannotUnseal as error:
        raise client.KeyRefused from error
    if account is None:
        raise client.Unknown
    try:
        if wanted.kind == CHARGE:
            return list(facts.of_charge(account.charge(wanted.stripe_id), int(time.time())))
        return facts.of_refund(account.refund(wanted.stripe_id))
    except facts.Unreadable as error:
        log.warning("stripe_answer_unreadable", firm_id=firm_id, reason=str(error))
        raise client.Unknown from error


# -- finding firms with work -----------------------------------------------------------------------


def sweep() -> int:
    """Hint every firm with something to take in: what Redis forgot, or what has come due."""
    now = database_now(db.session())
    heard = select(StripeEvent.firm_id).where(StripeEvent.looked_at.is_(None))
    due = select(StripeObject.firm_id).where(StripeObject.due_at <= now)
    firms = set(db.session.scalars(heard.union(due))) | missed.firms_due(now)
    db.session.commit()
    for firm_id in firms:
        hints.queue_once(JOB, firm_id)
    return len(firms)


def tidy() -> None:
    """Forget events that were dealt with long ago. Commits."""
    StripeEvent.forget_old(database_now(db.session()))
    db.session.commit()
