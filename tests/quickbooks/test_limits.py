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


def allowed_at(app: Flask, realm_id: str) -> list[float]:
    """When calls were allowed, in seconds of Redis' clock: a process that is stopped for a moment
    notices late, and several at once."""
    calls = f"cuadra:budget:{realm_id}:calls"
    scores = app.extensions["redis"].zrange(calls, 0, -1, withscores=True)
    return [milliseconds / 1000 for _name, milliseconds in scores]


def test_no_second_has_more_calls_than_allowed_whoever_asks(app: Flask) -> None:
    realm_id = uuid.uuid4().hex
    shared = Budget(app.extensions["redis"], realm_id, Allowance(per_second=5))
    until = time.monotonic() + 3.0

    def call() -> None:
        while shared.take(until, hurry=True):
            pass

    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(call)
    stamps = allowed_at(app, realm_id)
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


# -- how much it is --------------------------------------------------------------------------------


@pytest.fixture
def long_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call leaves its second while a test runs, however slow that is."""
    monkeypatch.setattr(limits, "SECOND_MS", 60_000)


def count_of(shared: Budget, what: str = SINGLE, *, hurry: bool = False) -> int:
    """How many calls there are to take at once."""
    return len(shared.take_some(1_000, what, hurry=hurry))


def test_allowance_is_what_intuit_documents() -> None:
    assert Allowance() == Allowance(per_second=10, per_minute=500, batches_per_minute=40)


@pytest.mark.parametrize(("allowed", "crowd", "person"), [(10, 8, 1), (3, 1, 1), (2, 1, 0)])
def test_second_keeps_a_margin_and_one_call_for_people(
    app: Flask, long_second: None, allowed: int, crowd: int, person: int
) -> None:
    shared = budget(app, per_second=allowed)
    assert count_of(shared) == crowd
    assert count_of(shared, hurry=True) == person


@pytest.mark.parametrize(("allowed", "crowd", "person"), [(50, 30, 20), (21, 1, 20), (1, 1, 0)])
def test_minute_keeps_twenty_calls_for_people(
    app: Flask, long_second: None, allowed: int, crowd: int, person: int
) -> None:
    shared = budget(app, per_second=1_000, per_minute=allowed)
    assert count_of(shared) == crowd
    assert count_of(shared, hurry=True) == person


def test_company_that_allows_one_call_a_second_gets_one(app: Flask, long_second: None) -> None:
    shared = budget(app, per_second=1)
    assert count_of(shared) == 1
    assert count_of(shared, hurry=True) == 0


def test_taking_says_how_many_it_took_not_how_many_there_were(
    app: Flask, long_second: None
) -> None:
    shared = budget(app, per_second=10)
    assert len(shared.take_some(3)) == 3
    assert shared.take_some(0) == []
    assert shared.room().calls == 5


def test_batches_are_counted_apart_and_no_more_than_calls(app: Flask, long_second: None) -> None:
    shared = budget(app, per_second=10, batches_per_minute=3)
    assert (shared.room().calls, shared.room().batches) == (8, 3)
    assert count_of(shared, "".join(["bat", "ch"])) == 3  # equal to BATCH, not the same object
    assert (shared.room().calls, shared.room().batches) == (5, 0)
    assert shared.room().wait_s == 0
    assert budget(app, per_second=3, batches_per_minute=3).room().batches == 1


def test_one_call_is_worth_waiting_for_unless_more_are_wanted(
    app: Flask, long_second: None
) -> None:
    shared = budget(app, per_second=4)  # two of them for a crowd
    assert shared.ask() == 0
    assert shared.room().wait_s == 0
    assert 50 < shared.room(2).wait_s <= 60
    assert shared.room(2, hurry=True).wait_s == 0


# -- waiting for it --------------------------------------------------------------------------------


def test_who_waits_leaves_alone_what_is_kept_for_people(app: Flask, long_second: None) -> None:
    shared, at_once = budget(app, per_second=3), time.monotonic() + 1
    assert shared.take(at_once)
    assert not shared.take(at_once)
    assert shared.take(at_once, hurry=True)
    assert not shared.take(at_once, hurry=True)


def test_wait_that_would_be_in_vain_is_not_begun(
    app: Flask, long_second: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(limits.time, "sleep", slept.append)
    shared = budget(app, per_second=3)
    assert shared.take(time.monotonic())
    assert not shared.take(time.monotonic() + 30)
    assert slept == []


@pytest.mark.parametrize(("patience_s", "waited"), [(0.25, []), (20, [0.5])])
def test_call_is_waited_for_where_it_comes_before_the_deadline(
    app: Flask, monkeypatch: pytest.MonkeyPatch, patience_s: float, waited: list[float]
) -> None:
    """The budget's answers are given here: half a second to wait, and then room."""
    slept: list[float] = []
    answers = iter([0.5, 0.0])
    monkeypatch.setattr(limits.time, "sleep", slept.append)
    monkeypatch.setattr(Budget, "ask", lambda *_args, **_options: next(answers))
    assert budget(app).take(time.monotonic() + patience_s) is bool(waited)
    assert slept == waited


def test_pause_lasts_as_long_as_it_was_asked_for(app: Flask) -> None:
    shared = budget(app)
    shared.pause(100)
    assert 90 < shared.room().wait_s <= 100
    assert (shared.room().calls, shared.room().batches) == (0, 0)
    assert shared.take_some(1) == []


def test_batch_too_is_counted_from_its_answer_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MINUTE_MS", 500)
    monkeypatch.setattr(limits, "ANSWER_MS", 60_000)
    shared = budget(app, per_minute=100, batches_per_minute=1)
    names = shared.take_some(1, BATCH)
    shared.answered([])
    shared.answered(names)
    assert shared.room().batches == 0
    time.sleep(0.6)
    assert shared.room().batches == 1
