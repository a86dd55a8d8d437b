"""The budget of a company, kept in a real Redis: never more calls than allowed in any window."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from webapp.quickbooks import limits
from webapp.quickbooks.limits import BATCH, SINGLE, Allowance, Budget


def budget(app: Flask, **allowed: int) -> Budget:
    return Budget(app.extensions["redis"], uuid.uuid4().hex, Allowance(**allowed))


def most_within(stamps: list[float], seconds: float) -> int:
    """The largest number of calls in any window of this length."""
    return max(sum(1 for t in stamps if start <= t < start + seconds) for start in stamps)


def test_no_second_has_more_calls_than_allowed_whoever_asks(app: Flask) -> None:
    shared, stamps = budget(app, per_second=5), []
    until = time.monotonic() + 3.0

    def call() -> None:
        while shared.take(until, hurry=True):
            stamps.append(time.monotonic())

    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(call)
    assert most_within(sorted(stamps), 1.0) <= 5
    assert len(stamps) >= 8  # and the budget is used: three windows of four, less the edges


def test_a_little_is_kept_for_people(app: Flask) -> None:
    shared = budget(app, per_second=4)  # one of them is a margin for calls that bunch up
    taken = [shared.ask() for _ in range(3)]
    assert taken[:2] == [0, 0]
    assert taken[2] > 0
    assert shared.ask(hurry=True) == 0
    assert shared.ask(hurry=True) > 0


def test_minute_is_kept_to(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MINUTE_MS", 1_200)
    monkeypatch.setattr(limits, "SECOND_MS", 10)
    monkeypatch.setattr(limits, "KEPT_PER_MINUTE", 2)
    shared = budget(app, per_second=1000, per_minute=12)
    taken = [shared.ask() for _ in range(11)]
    assert taken[:10] == [0] * 10
    assert 0 < taken[10] <= 1.2
    time.sleep(taken[10] + 0.01)
    assert shared.ask() == 0


def test_batches_have_a_budget_of_their_own_and_count_as_calls(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECOND_MS", 1)
    shared = budget(app, batches_per_minute=3)
    taken = []
    for _ in range(4):
        taken.append(shared.ask(BATCH))
        time.sleep(0.005)
    assert taken[:3] == [0, 0, 0]
    assert 0 < taken[3] <= 60.5
    assert shared.ask(SINGLE) == 0


def test_pause_stops_every_call_and_ends(app: Flask) -> None:
    shared = budget(app)
    shared.pause(0.2)
    assert 0 < shared.ask(hurry=True) <= 0.2
    time.sleep(0.25)
    assert shared.ask() == 0


def test_companies_do_not_share_a_budget(app: Flask) -> None:
    one, two = budget(app, per_second=2), budget(app, per_second=2)
    assert one.ask() == 0
    assert one.ask() > 0
    assert two.ask() == 0


def test_asking_in_vain_takes_nothing(app: Flask) -> None:
    shared = budget(app, per_second=2)
    assert shared.ask() == 0
    refused = [shared.ask() for _ in range(50)]
    assert min(refused) > 0
    time.sleep(1.1)
    assert shared.ask() == 0


def test_call_is_counted_from_its_answer_on_however_long_it_was_on_its_way(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECOND_MS", 400)
    shared = budget(app, per_second=4)  # two of them for a crowd
    names = shared.take_some(2)
    time.sleep(0.5)
    assert shared.room().calls == 0  # both may still arrive over there
    shared.answered(names)
    assert shared.room().calls == 0
    time.sleep(0.45)
    assert shared.room().calls == 2


def test_call_whose_answer_is_never_told_of_is_counted_no_longer_than_it_can_take(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECOND_MS", 200)
    monkeypatch.setattr(limits, "ANSWER_MS", 300)
    shared = budget(app, per_second=4)
    assert len(shared.take_some(5)) == 2
    assert 0.2 < shared.room().wait_s <= 0.5
    time.sleep(0.55)
    assert shared.room().calls == 2


def test_a_crowd_is_told_when_as_many_calls_as_it_wants_are_there(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECOND_MS", 400)
    shared = budget(app, per_second=6)  # four of them for a crowd
    assert shared.ask() == 0
    time.sleep(0.2)
    assert shared.ask() == 0
    assert shared.room(2).wait_s == 0
    three, four = shared.room(3), shared.room(4)
    assert three.calls == 2
    assert 0 < three.wait_s < four.wait_s <= 0.4
