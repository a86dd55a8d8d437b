"""What each outcome of a request makes of its entry and its record's issue, without a QuickBooks to
ask."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import FirmFixture
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Account, Attempt, Connection, Entry, Invoice, Issue, Link, Record
from webapp.models.connection import CONNECTED
from webapp.quickbooks import errors, outcomes, rejecting
from webapp.quickbooks.errors import Fault
from webapp.quickbooks.flight import (
    Accepted,
    NotDone,
    NumberTaken,
    Outcome,
    Refused,
    Request,
    Unknown,
)
from webapp.quickbooks.outcomes import Case
from webapp.quickbooks.payloads import ENTITIES

CUTOFF = timedelta(seconds=125)
LOST = errors.OutcomeUnknown(reason="the line went dead")
DOWN = errors.Unreachable(reason="nobody there")
BUSY = errors.Throttled(Fault(status=429), retry_after_s=77)


@pytest.fixture
def firm_id(app: Flask, app_context: None, firm: FirmFixture) -> int:
    kept = Connection.of(firm.id)
    kept.realm_id, kept.state = "9130350000000099", CONNECTED
    kept.set_up_at = database_now(db.session())
    db.session.commit()
    return firm.id


@pytest.fixture
def now(firm_id: int) -> datetime:
    return database_now(db.session())


def account(firm_id: int, name: str = "Ada Byron") -> Account:
    made = Account(firm_id=firm_id, name=name)
    made.save()
    return made


def invoice(firm_id: int, number: str = "1042") -> Invoice:
    made = Invoice(
        firm_id=firm_id,
        account=account(firm_id),
        number=number,
        date=date(2026, 11, 20),
        currency="USD",
        total_minor=0,
    )
    made.save()
    return made


def entry_of(record: Record) -> Entry:
    found = Entry.of(record)
    assert found is not None
    return found


def sent(record: Record, now: datetime, operation: str = "create") -> Request:
    """A request for the record that went out just now, alone."""
    entry = entry_of(record)
    body = {"DisplayName": record.title, "DocNumber": getattr(record, "number", None)}
    entry.picked = 1
    entry.compose(operation, json.dumps(body))
    entry.mark_sent(now, CUTOFF)
    db.session.commit()
    assert entry.body is not None
    assert entry.request_id is not None
    return Request(
        entry.id, ENTITIES[record.kind], operation, entry.body, entry.request_id, record.version
    )


def holding(request: Request, id_: str = "7") -> Accepted:
    """A yes, with the object that holds what was asked."""
    return Accepted({"Id": id_, "SyncToken": "0", **request.sent}, "tid-1")


def settle(record: Record, request: Request, outcome: Outcome, now: datetime) -> Entry:
    entry = entry_of(record)
    outcomes.settle([Case(entry, record, request, outcome)], now)
    db.session.commit()
    return entry


def attempts() -> list[tuple[str, str]]:
    return [(a.operation, a.outcome) for a in db.session.scalars(select(Attempt))]


def causes() -> list[tuple[str, str]]:
    return [(issue.cause, issue.state) for issue in db.session.scalars(select(Issue))]


# -- one outcome -----------------------------------------------------------------------------------


def test_accepted_is_linked_and_done(firm_id: int, now: datetime) -> None:
    record = account(firm_id)
    request = sent(record, now)
    entry = settle(record, request, holding(request), now)
    link = Link.of(record)
    assert link is not None
    assert (entry.state, link.quickbooks_id) == ("done", "7")
    assert (attempts(), causes()) == ([("create", "accepted")], [])


def test_accepted_that_holds_something_else_is_shown(firm_id: int, now: datetime) -> None:
    record = account(firm_id)
    request = sent(record, now)
    other = Accepted({"Id": "7", "SyncToken": "0", "DisplayName": "Somebody else"})
    entry = settle(record, request, other, now)
    assert (entry.state, causes()) == ("rejected", [("differs", "open")])


@pytest.mark.parametrize("left", [None, {"Id": "7", "SyncToken": "3"}], ids=["gone", "voided"])
@pytest.mark.parametrize("operation", ["delete", "void"])
def test_accepted_removal_is_done_and_its_link_gone(
    firm_id: int, now: datetime, operation: str, left: dict[str, str] | None
) -> None:
    record = invoice(firm_id)
    settle(record, request := sent(record, now), holding(request), now)
    entry = settle(record, sent(record, now, operation), Accepted(left), now)
    link = Link.of(record)
    assert link is not None
    assert (entry.state, link.gone) == ("done", True)
    assert link.sync_token == ("3" if left else "0")
    assert attempts() == [("create", "accepted"), (operation, "accepted")]


def test_unknown_stays_sent_until_it_is_looked_for(firm_id: int, now: datetime) -> None:
    record = account(firm_id)
    request = sent(record, now)
    entry = settle(record, request, Unknown(LOST), now)
    assert (entry.state, entry.due_at, entry.unsettled) == ("sent", now + CUTOFF, True)
    assert (entry.failures, entry.picked, entry.request_id) == (1, 0, request.request_id)
    entry = settle(record, request, Unknown(LOST), now)
    assert entry.failures == 2
    assert (attempts(), causes()) == ([("create", "unknown")] * 2, [])


@pytest.mark.parametrize(("error", "pause_s"), [(DOWN, 5), (BUSY, 77)], ids=["down", "busy"])
def test_not_executed_goes_again_with_the_same_request_id(
    firm_id: int, now: datetime, error: errors.NotExecuted, pause_s: int
) -> None:
    record = account(firm_id)
    request = sent(record, now)
    entry = settle(record, request, NotDone(error), now)
    assert (entry.state, entry.due_at) == ("ready", now + timedelta(seconds=pause_s))
    assert (entry.request_id, entry.unsettled) == (request.request_id, False)
    assert (attempts(), causes()) == ([], [])


def test_refused_is_one_issue_and_one_attempt(firm_id: int, now: datetime) -> None:
    record = account(firm_id)
    fault = Fault(code="2040", message="Invalid String", detail="Invalid String : colon")
    entry = settle(record, sent(record, now), Refused(fault), now)
    assert (entry.state, entry.tries) == ("rejected", 1)
    assert (attempts(), causes()) == ([("create", "rejected")], [("name_colon", "open")])


def test_number_found_taken_is_an_issue_without_an_attempt(firm_id: int, now: datetime) -> None:
    record = invoice(firm_id)
    holder = {"Id": "9", "SyncToken": "0", "DocNumber": "1042", "TotalAmt": 5}
    entry = settle(record, sent(record, now), NumberTaken(holder), now)
    assert (entry.state, entry.unsettled) == ("rejected", False)
    assert (attempts(), causes()) == ([], [("dup_number", "open")])


# -- an answer that comes late ---------------------------------------------------------------------


@pytest.mark.parametrize("late", [LOST, DOWN, BUSY, None], ids=["lost", "down", "busy", "yes"])
def test_answer_to_what_was_settled_meanwhile_changes_nothing(
    firm_id: int, now: datetime, late: errors.QuickBooksError | None
) -> None:
    record = account(firm_id)
    request = sent(record, now)
    settle(record, request, NotDone(DOWN), now)
    outcome: Outcome = holding(request)
    if late is not None:
        outcome = Unknown(late) if late is LOST else NotDone(late)
    entry = settle(record, request, outcome, now)
    assert (entry.state, entry.due_at, entry.failures) == ("ready", now + timedelta(seconds=5), 1)
    assert (attempts(), Link.of(record)) == ([], None)


@pytest.mark.parametrize("revision", [1, 9])
def test_answer_to_an_earlier_request_changes_nothing(
    firm_id: int, now: datetime, revision: int
) -> None:
    """Request 10 comes after request 9, though its id sorts before it."""
    record = account(firm_id)
    db.session.flush()
    entry_of(record).revision = revision - 1
    earlier = sent(record, now)
    entry_of(record).plan_anew()
    record.name = "Ada Lovelace"
    later = sent(record, now)
    entry = settle(record, earlier, NotDone(DOWN), now)
    assert (entry.state, entry.request_id) == ("sent", later.request_id)


# -- several at once -------------------------------------------------------------------------------


def test_each_of_several_gets_its_own_outcome(firm_id: int, now: datetime) -> None:
    records = [account(firm_id, name) for name in ("Ada", "Bea", "Cleo", "Dora")]
    requests = [sent(record, now) for record in records]
    yes, no = holding(requests[0], "1"), Refused(Fault(code="2040", detail="colon"))
    given = [yes, no, NotDone(DOWN), Unknown(LOST)]
    cases = [
        Case(entry_of(record), record, request, outcome)
        for record, request, outcome in zip(records, requests, given, strict=True)
    ]
    outcomes.settle(cases, now)
    db.session.commit()
    assert [case.entry.state for case in cases] == ["done", "rejected", "ready", "sent"]
    told = [("create", "accepted"), ("create", "rejected"), ("create", "unknown")]
    assert sorted(attempts()) == told


# -- the way into the error lists ------------------------------------------------------------------


@pytest.fixture
def second_try(app: Flask, monkeypatch: pytest.MonkeyPatch) -> timedelta:
    monkeypatch.setitem(app.config, "SECOND_TRY_AFTER_S", 600)
    return timedelta(seconds=600)


def test_rejected_record_has_a_second_try(
    firm_id: int, now: datetime, second_try: timedelta
) -> None:
    record = account(firm_id)
    rejecting.reject(entry := entry_of(record), record, "name_colon", {})
    assert entry.state == "rejected"
    assert entry.due_at is not None
    assert timedelta(0) <= entry.due_at - (now + second_try) < timedelta(minutes=1)


@pytest.mark.parametrize("cause", sorted(rejecting.NO_SECOND_TRY))
def test_what_only_a_person_can_decide_has_none(firm_id: int, now: datetime, cause: str) -> None:
    record = account(firm_id)
    sent(record, now)
    rejecting.reject(entry := entry_of(record), record, "".join([*cause]), {})
    assert (entry.state, entry.due_at, causes()) == ("rejected", None, [(cause, "open")])
    assert not entry.unsettled


def test_record_that_stopped_its_worker_keeps_the_request_that_is_out(
    firm_id: int, now: datetime
) -> None:
    record = account(firm_id)
    request = sent(record, now)
    rejecting.reject(entry := entry_of(record), record, "".join(["stopped_", "worker"]), {})
    assert (entry.state, entry.due_at, entry.request_id) == ("rejected", None, request.request_id)
    assert entry.unsettled


def test_muted_cause_lets_its_record_rest(firm_id: int) -> None:
    record = account(firm_id)
    rejecting.reject(entry := entry_of(record), record, "name_colon", {})
    muted = db.session.scalars(select(Issue)).one()
    muted.state = "".join(["ign", "ored"])
    rejecting.reject(entry, record, "name_colon", {})
    assert (entry.state, entry.due_at, causes()) == ("ignored", None, [("name_colon", "ignored")])
    rejecting.reject(entry, record, "name_taken", {})
    assert (entry.state, causes()[1]) == ("rejected", ("name_taken", "open"))


def test_muted_cause_does_not_stop_a_record_that_moved_on(firm_id: int, now: datetime) -> None:
    record = account(firm_id)
    rejecting.reject(entry := entry_of(record), record, "name_colon", {})
    db.session.scalars(select(Issue)).one().state = "ignored"
    sent(record, now)
    entry.wanted += 1
    rejecting.reject(entry, record, "name_colon", {})
    assert entry.state == "ready"


@pytest.mark.parametrize(
    ("fields", "found", "cause", "told"),
    [
        (["number"], {"Id": "7"}, "no_number", "number"),
        (["number"], {"Id": "7", "DocNumber": "9"}, "differs", "number"),
        (["number", "total"], {"Id": "7"}, "differs", "number, total"),
        (["customer"], {"Id": "7"}, "differs", "customer"),
        (["total"], {"Id": "7"}, "differs", "total"),
    ],
)
def test_yes_that_holds_something_else_says_what(
    firm_id: int, fields: list[str], found: dict[str, str], cause: str, told: str
) -> None:
    record = invoice(firm_id)
    entry = entry_of(record)
    entry.accepted()
    entry.state = "".join(["do", "ne"])  # as it comes from the database: not the constant itself
    rejecting.differ(entry, record, fields, found)
    opened = db.session.scalars(select(Issue)).one()
    assert (opened.cause, opened.facts["field"], opened.theirs) == (cause, told, found)
    assert entry.state == "rejected"


@pytest.mark.parametrize("state", ["ready", "off", "waiting"])
def test_yes_that_holds_something_else_does_not_stop_what_goes_on(firm_id: int, state: str) -> None:
    record = invoice(firm_id)
    entry = entry_of(record)
    entry.state = state
    rejecting.differ(entry, record, ["total"], {"Id": "7"})
    assert entry.state == state
