"""What answers that came back mean for the company: is it well, and does it take more calls?"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import FirmFixture
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Account, Connection, Service
from webapp.models.connection import CONNECTED, PAUSED
from webapp.quickbooks import errors, numbering, settling
from webapp.quickbooks.errors import Fault
from webapp.quickbooks.flight import (
    Accepted,
    Flight,
    NotDone,
    Outcome,
    Refused,
    Request,
    Unknown,
)
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.limits import Allowance, Budget
from webapp.quickbooks.settling import Answer

REALM = "9130350000000099"
CUTOFF = timedelta(seconds=125)
DOWN = NotDone(errors.Unreachable(reason="nobody there"))
LOST = Unknown(errors.OutcomeUnknown(reason="the line went dead"))
BUSY = NotDone(errors.Throttled(Fault(status=429), retry_after_s=77))
NO = Refused(Fault(code="2040", detail="Invalid String : colon"))
NUMBER = Refused(Fault(code="6140", message="Duplicate Document Number Error"))
YES = Accepted({"Id": "7", "SyncToken": "0", "DisplayName": "Ada 0"})

Settle = Callable[..., bool]


@pytest.fixture
def firm_id(app: Flask, app_context: None, firm: FirmFixture) -> int:
    kept = Connection.of(firm.id)
    kept.realm_id, kept.state, kept.failures = REALM, CONNECTED, 4
    kept.set_up_at = database_now(db.session())
    db.session.commit()
    return firm.id


@pytest.fixture
def budget(app: Flask) -> Budget:
    return Budget(app.extensions["redis"], REALM, Allowance())


@pytest.fixture
def settle(firm_id: int, budget: Budget) -> Settle:
    """``settle([NO, LOST], [DOWN])``: two flights that came back with these outcomes."""

    def settle(*flights: list[Outcome]) -> bool:
        answers = [flew(firm_id, outcomes) for outcomes in flights]
        hold = Hold.take(firm_id)
        assert hold is not None
        goes_on = settling.settle(hold, budget, answers)
        hold.release()
        return goes_on

    return settle


def flew(firm_id: int, outcomes: list[Outcome]) -> Answer:
    requests = [depart(firm_id, f"Ada {number}") for number in range(len(outcomes))]
    ids = [request.entry_id for request in requests]
    flight = Flight(requests, "b-1", "{}", False, time.monotonic() + 30)
    return flight, dict(zip(ids, outcomes, strict=True))


def depart(firm_id: int, name: str) -> Request:
    record = Account(firm_id=firm_id, name=name)
    entry = record.save()
    db.session.flush()
    entry.compose("create", f'{{"DisplayName": "{name}"}}')
    entry.mark_sent(database_now(db.session()), CUTOFF)
    db.session.commit()
    assert entry.body is not None
    assert entry.request_id is not None
    return Request(entry.id, "Customer", "create", entry.body, entry.request_id, 1)


def company(firm_id: int) -> Connection:
    db.session.expire_all()
    return Connection.of(firm_id)


# -- is it well? -----------------------------------------------------------------------------------


@pytest.mark.parametrize("outcomes", [[YES], [NO], [DOWN, NO], [LOST, YES]])
def test_one_sensible_answer_shows_that_the_company_is_well(
    firm_id: int, settle: Settle, outcomes: list[Outcome]
) -> None:
    assert settle(outcomes)
    kept = company(firm_id)
    assert (kept.failures, kept.last_failure_at) == (0, None)
    assert kept.last_success_at is not None


@pytest.mark.parametrize("outcomes", [[DOWN], [LOST], [DOWN, LOST, DOWN]])
def test_batch_that_went_wrong_as_a_whole_counts_once(
    firm_id: int, settle: Settle, outcomes: list[Outcome]
) -> None:
    settle(outcomes)
    kept = company(firm_id)
    assert (kept.failures, kept.last_success_at) == (5, None)
    assert kept.last_failure_at is not None


def test_each_flight_is_a_sign_of_its_own(firm_id: int, settle: Settle) -> None:
    settle([DOWN], [DOWN, LOST])
    assert company(firm_id).failures == 6


def test_first_accepted_write_waits_for_its_echo(firm_id: int, settle: Settle) -> None:
    settle([NO])
    assert company(firm_id).unechoed_since is None
    settle([YES, DOWN])
    since = company(firm_id).unechoed_since
    assert since is not None
    settle([YES])
    assert company(firm_id).unechoed_since == since


# -- does it take more calls? ----------------------------------------------------------------------


def test_throttled_company_rests_for_everybody(
    firm_id: int, settle: Settle, budget: Budget
) -> None:
    assert settle([BUSY]) is False
    assert 60 < budget.room().wait_s <= 77
    assert company(firm_id).not_before is not None


def test_outage_stops_the_firm_and_leaves_its_budget_alone(settle: Settle, budget: Budget) -> None:
    assert settle([LOST]) is False
    assert budget.room().wait_s == 0


def test_outage_in_which_nothing_was_done_pauses_the_budget(settle: Settle, budget: Budget) -> None:
    assert settle([DOWN]) is False
    assert 0 < budget.room().wait_s <= 15


def test_company_that_has_rested_takes_calls_again(
    firm_id: int, settle: Settle, budget: Budget
) -> None:
    company(firm_id).not_before = database_now(db.session()) - timedelta(seconds=1)
    db.session.commit()
    assert settle([NO, DOWN]) is True
    assert budget.room().wait_s == 0


def test_firm_that_was_paused_meanwhile_sends_no_more(firm_id: int, budget: Budget) -> None:
    answer, hold = flew(firm_id, [YES]), Hold.take(firm_id)
    assert hold is not None
    company(firm_id).state = PAUSED
    db.session.commit()
    assert settling.settle(hold, budget, [answer]) is False
    assert budget.room().wait_s == 0


@pytest.mark.parametrize(("outcomes", "turns"), [([YES, NO], 0), ([NO, NUMBER], 1), ([DOWN], 0)])
def test_turn_of_the_firm_is_taken_only_where_an_invoice_may_be_renumbered(
    settle: Settle, monkeypatch: pytest.MonkeyPatch, outcomes: list[Outcome], turns: int
) -> None:
    """What taking it means is PostgreSQL's business; SQLite's writers queue anyway."""
    taken: list[int] = []
    monkeypatch.setattr(numbering, "take_turn", taken.append)
    settle(outcomes)
    assert len(taken) == turns


# -- answers that return together ------------------------------------------------------------------


def flight(entity: str, entries: int) -> Answer:
    requests = [Request(n, entity, "create", "{}", f"r-{n}", 1) for n in range(entries)]
    return Flight(requests, "b-1", "{}", False, 0.0), dict.fromkeys(range(entries), DOWN)


def sizes(answers: list[Answer]) -> list[list[tuple[str, int]]]:
    return [
        [(one.requests[0].entity, len(results)) for one, results in group]
        for group in settling.together(answers)
    ]


def test_answers_of_one_entity_share_a_commit_of_at_most_120_entries() -> None:
    answers = [flight(entity, count) for entity, count in (("Item", 1), ("Customer", 60))]
    answers += [flight("Customer", 60), flight("Customer", 1), flight("Item", 30)]
    assert sizes(answers) == [
        [("Customer", 60), ("Customer", 60)],
        [("Customer", 1)],
        [("Item", 1), ("Item", 30)],
    ]


def test_answer_that_is_too_large_by_itself_is_settled_all_the_same() -> None:
    assert sizes([flight("Item", 200)]) == [[("Item", 200)]]
    assert sizes([]) == []


def test_records_are_found_for_entries_of_several_kinds(firm_id: int) -> None:
    records = [Account(firm_id=firm_id, name="Ada"), Account(firm_id=firm_id, name="Bea")]
    records.append(Service(firm_id=firm_id, name="Tax", rate_minor=1))
    entries = [record.save() for record in records]
    db.session.flush()
    wanted = [entries[1], entries[2]]
    assert settling.records_of(wanted) == {wanted[0].id: records[1], wanted[1].id: records[2]}
