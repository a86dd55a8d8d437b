"""Row 2: the Nth call of the database, of QuickBooks or of Redis fails, whichever it is.

What fails is rolled back and tried again: no record without its entry, no object twice. Red where
``_Slice._transaction`` does not roll back, where ``_may_call`` lets a RedisError through, and where
``Entry.mark_sent`` comes after the call.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
import redis
from redis.client import Pipeline
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.faults.cells import SEED, made_for, versions, words_for
from tests.quickbooks.office import Office
from webapp import intake
from webapp.extensions import db
from webapp.models import KINDS, Entry, Firm
from webapp.quickbooks import client
from webapp.quickbooks.payloads import ENTITIES

LONGEST = 400
"""More calls than any of these roads makes."""


class Countdown:
    """Raises at the nth call, once."""

    def __init__(self, nth: int, error: Callable[[], Exception]):
        self.left, self.error, self.lock = nth, error, threading.Lock()

    def call(self, *_arguments: Any, **_named: Any) -> None:
        with self.lock:
            self.left -= 1
            due = self.left == 0
        if due:
            raise self.error()

    @property
    def rang(self) -> bool:
        return self.left <= 0


@contextmanager
def nth_statement(office: Office, nth: int) -> Iterator[Countdown]:
    """The nth statement or commit finds the database gone."""
    countdown = Countdown(nth, lambda: OperationalError("", None, Exception("gone")))
    with office.database():
        engine = db.engine
    for name in ("before_cursor_execute", "commit"):
        event.listen(engine, name, countdown.call)
    try:
        yield countdown
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(engine, name, countdown.call)


class Wire(httpx2.HTTPTransport):
    """The nth request is not sent, or its answer is lost."""

    countdown: Countdown
    after: bool

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if not self.after:
            self.countdown.call()
        response = super().handle_request(request)
        if self.after:
            self.countdown.call()
        return response


@contextmanager
def nth_request(_office: Office, nth: int, after: bool) -> Iterator[Countdown]:
    error = httpx2.ReadError if after else httpx2.ConnectError
    countdown = Countdown(nth, lambda: error("gone"))
    wire = Wire()
    wire.countdown, wire.after = countdown, after
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "_shared", httpx2.Client(transport=wire))
        yield countdown


@contextmanager
def nth_command(_office: Office, nth: int) -> Iterator[Countdown]:
    countdown = Countdown(nth, lambda: redis.ConnectionError("gone"))

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            countdown.call()
            return real(*arguments, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis.Redis, "execute_command", counting(redis.Redis.execute_command))
        patch.setattr(Pipeline, "execute", counting(Pipeline.execute))
        yield countdown


FAILING: dict[str, Callable[[Office, int], Any]] = {
    "database": nth_statement,
    "unsent request": lambda office, nth: nth_request(office, nth, after=False),
    "lost answer": lambda office, nth: nth_request(office, nth, after=True),
    "redis": nth_command,
}


def some(size: int) -> list[int]:
    return sorted(random.Random(SEED).sample(range(1, 60), size))


def take_all(office: Office, number: int) -> None:
    """A record of every kind, each in a transaction of its own, as six calls of the API."""
    made: dict[str, Any] = {}
    for kind in KINDS:
        with office.database():
            firm = db.session.get_one(Firm, office.firm_id)
            record, _new = intake.upsert(kind, firm, words_for(kind, made, number))
            db.session.commit()
            made[kind] = record.id


def fails_on_the_way_in(office: Office, what: str, nth: int) -> bool:
    """Whether there was an nth call; afterwards the program has asked again."""
    with FAILING[what](office, nth) as countdown:
        try:
            take_all(office, nth)
        except OperationalError:
            assert countdown.rang
    for kind in KINDS:
        assert all(version == wanted for version, wanted in versions(office, kind))
    take_all(office, nth)
    for kind in KINDS:
        assert versions(office, kind) == [(1, 1)] * len(versions(office, kind))
    return countdown.rang


def fails_in_the_worker(office: Office, what: str, nth: int) -> bool:
    made = made_for(office, "refund", nth)
    office.take("refund", **words_for("refund", made, nth))
    with FAILING[what](office, nth) as countdown:
        try:
            office.work()
        except OperationalError:
            assert countdown.rang
    office.later(130)
    office.settle()
    assert office.count(Entry, Entry.state != "done") == 0
    assert office.issues() == []
    return countdown.rang


WAYS = {"on the way in": fails_on_the_way_in, "in the worker": fails_in_the_worker}
ROADS = [
    ("on the way in", "database"),
    ("on the way in", "redis"),
    *(("in the worker", what) for what in FAILING),
]


@pytest.mark.parametrize(("way", "what"), ROADS)
def test_call_that_fails_costs_a_retry_and_nothing_else(
    office: Office, way: str, what: str
) -> None:
    few = some(3) if what == "database" else (1, 2, 5)
    rang = [WAYS[way](office, what, nth) for nth in few]
    assert any(rang)
    office.require_order()


@pytest.mark.full
@pytest.mark.parametrize(("way", "what"), ROADS)
def test_whichever_call_fails_costs_a_retry_and_nothing_else(
    office: Office, way: str, what: str
) -> None:
    tried = 0
    while WAYS[way](office, what, tried + 1):
        tried += 1
        assert tried < LONGEST
        if tried % 20 == 0:  # the audit reads the whole company
            office.require_order()
    office.settle()
    office.require_order()
    assert tried >= (3 if what != "database" else 20)
    if way == "in the worker":
        assert len(office.objects(ENTITIES["refund"])) == tried + 1
