"""The life of one outbox entry, step by step: who may act on it next, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.conftest import FirmFixture
from tests.models.entries import CUTOFF, sent, service, some
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Account, Batch, Entry, Service, outbox

MOMENT = timedelta(seconds=5)
ALL_STATES = ("ready", "waiting", "sent", "rejected", "ignored", "off", "done")


@pytest.fixture
def record(firm_id: int) -> Service:
    made = service(firm_id)
    made.save()
    return made


@pytest.fixture
def entry(record: Service) -> Entry:
    found = Entry.of(record)
    assert found is not None
    return found


@pytest.fixture
def now(entry: Entry) -> datetime:
    return database_now(db.session())


def number_of_request(entry: Entry) -> int:
    """The id begins with the entry's own name, which no other installation has."""
    name, _, number = (entry.request_id or "").rpartition("-")
    assert len(name) >= 24
    assert entry.uid.startswith(name)
    return int(number)


def require_no_request(entry: Entry) -> None:
    assert entry.request_id is None
    assert (entry.operation, entry.body, entry.sent_version) == (None, None, None)
    assert (entry.sent_at, entry.batch_id, entry.batch_item) == (None, None, None)
    assert not entry.unsettled


def close(moment: datetime | None, expected: datetime) -> bool:
    return moment is not None and abs(moment - expected) < MOMENT


# -- asking ----------------------------------------------------------------------------------------


def test_new_record_is_due_at_once_for_the_person_who_waits(
    entry: Entry, record: Service, now: datetime
) -> None:
    assert (entry.state, entry.wanted, entry.reached) == ("ready", 1, 0)
    assert (entry.priority, entry.level) == (outbox.PERSON, record.level)
    assert (entry.tries, entry.failures, entry.picked, entry.revision) == (0, 0, 0, 0)
    assert entry.action == outbox.SAVE
    assert not entry.create_anyway
    assert close(entry.due_at, now)


def test_record_that_nobody_waits_for_goes_behind(firm_id: int) -> None:
    assert service(firm_id).save(hurry=False).priority == outbox.ORDINARY


def test_priorities_are_in_this_order() -> None:
    assert outbox.PERSON < outbox.ORDINARY < outbox.FIRST_COPY


def test_asking_again_keeps_one_entry_and_wants_the_newest(record: Service, entry: Entry) -> None:
    entry.tries, entry.failures, entry.picked = 3, 2, 2
    entry.state, entry.due_at = "rejected", None
    assert record.save() is entry
    assert (entry.wanted, entry.state) == (2, "ready")
    assert (entry.tries, entry.failures, entry.picked) == (0, 0, 0)


def test_asking_looks_for_the_entry_unless_told_that_there_is_none(
    record: Service, entry: Entry
) -> None:
    assert Entry.ask(record) is entry
    assert entry.priority == outbox.ORDINARY


def test_removing_is_a_wish_of_its_own(record: Service) -> None:
    assert record.remove().action == outbox.REMOVE


def test_wish_beside_an_outstanding_answer_is_only_noted(
    record: Service, entry: Entry, now: datetime
) -> None:
    sent(entry, now)
    entry.picked, entry.tries, entry.failures = 2, 1, 4
    record.save()
    assert (entry.state, entry.due_at, entry.wanted) == ("sent", now + CUTOFF, 2)
    assert (entry.tries, entry.failures, entry.picked) == (1, 4, 0)


def test_a_person_who_asks_is_remembered(entry: Entry) -> None:
    entry.waits_kind, entry.waits_id, entry.state = "account", 7, "waiting"
    entry.try_now(person_id=5)
    assert (entry.asked_by_id, entry.priority) == (5, outbox.PERSON)
    assert (entry.waits_kind, entry.waits_id, entry.state) == (None, None, "ready")


def test_ready_can_mean_later(entry: Entry, now: datetime) -> None:
    entry.set_ready(now + CUTOFF)
    assert entry.due_at == now + CUTOFF


def test_locked_gives_them_as_they_are_now(firm_id: int) -> None:
    first, second = some(firm_id, 2)
    assert Entry.locked([second.id, first.id]) == {first.id: first, second.id: second}


# -- sending ---------------------------------------------------------------------------------------


def test_request_id_moves_on_with_what_is_sent(entry: Entry) -> None:
    ids = []
    for operation, body in (("create", "{}"), ("create", "{}"), ("create", "[]"), ("update", "[]")):
        entry.compose(operation, body)
        ids.append(number_of_request(entry))
    assert ids == [1, 1, 2, 3]
    assert (entry.revision, entry.sent_version) == (3, entry.wanted)
    assert (entry.operation, entry.body) == ("update", "[]")


def test_request_that_was_forgotten_gets_a_new_id(entry: Entry) -> None:
    entry.compose("create", "{}")
    entry.go_again()
    entry.compose("create", "{}")
    assert number_of_request(entry) == 2


@pytest.mark.parametrize(("picked", "after"), [(0, 0), (1, 0), (2, 2)])
def test_planning_clears_what_came_for_the_first_time(
    entry: Entry, picked: int, after: int
) -> None:
    entry.picked = picked
    entry.planned()
    assert entry.picked == after


@pytest.mark.parametrize(("picked", "after"), [(0, 1), (1, 1), (2, 2)])
def test_sending_alone_is_a_try_of_its_own(
    entry: Entry, now: datetime, picked: int, after: int
) -> None:
    entry.picked = picked
    entry.mark_sent(now, CUTOFF)
    assert (entry.state, entry.sent_at, entry.due_at) == ("sent", now, now + CUTOFF)
    assert entry.picked == after
    assert entry.unsettled


# -- outcomes --------------------------------------------------------------------------------------


def test_accepted_is_done_and_forgets_its_request(
    entry: Entry, now: datetime, firm: FirmFixture
) -> None:
    sent(entry, now)
    entry.tries, entry.failures, entry.create_anyway = 1, 2, True
    entry.asked_by_id = firm.people["owner"]
    entry.waits_kind, entry.waits_id = "account", 7
    entry.accepted()
    assert (entry.state, entry.due_at, entry.reached) == ("done", None, 1)
    assert (entry.tries, entry.failures, entry.picked) == (0, 0, 0)
    assert (entry.create_anyway, entry.asked_by_id) == (False, None)
    assert (entry.waits_kind, entry.waits_id) == (None, None)
    require_no_request(entry)


def test_accepted_goes_again_where_the_record_moved_on(
    entry: Entry, now: datetime, firm: FirmFixture
) -> None:
    sent(entry, now)
    entry.wanted, entry.asked_by_id = 2, firm.people["owner"]
    entry.accepted()
    assert (entry.state, entry.reached) == ("ready", 1)
    assert entry.asked_by_id == firm.people["owner"]
    assert close(entry.due_at, now)
    require_no_request(entry)


def test_a_crowd_is_accepted_each_by_what_it_sent(
    firm_id: int, entry: Entry, now: datetime
) -> None:
    other = service(firm_id, "Payroll")
    other.save()
    moved_on, bystander = Entry.of(other), service(firm_id, "Taxes")
    bystander.save()
    assert moved_on is not None
    for one in (entry, moved_on):
        sent(one, now)
    moved_on.wanted = 2
    Entry.all_accepted([entry, moved_on])
    assert [one.state for one in (entry, moved_on)] == ["done", "ready"]
    assert [one.reached for one in (entry, moved_on)] == [1, 1]
    untouched = Entry.of(bystander)
    assert untouched is not None
    assert (untouched.state, untouched.reached) == ("ready", 0)


def test_accepted_without_a_request_reaches_what_is_wanted(entry: Entry) -> None:
    entry.wanted = 3
    entry.accepted()
    assert (entry.reached, entry.state) == (3, "done")


def test_rejected_has_one_second_try(entry: Entry, now: datetime) -> None:
    for due_at in (now + MOMENT, None):
        sent(entry, now)
        entry.failures, entry.asked_by_id = 3, 5
        entry.waits_kind, entry.waits_id = "account", 7
        entry.rejected(now + MOMENT)
        assert (entry.state, entry.due_at) == ("rejected", due_at)
        assert (entry.failures, entry.picked, entry.asked_by_id) == (0, 0, None)
        assert (entry.waits_kind, entry.waits_id) == (None, None)
        require_no_request(entry)
    assert entry.tries == 2


def test_rejected_starts_over_where_the_record_moved_on(entry: Entry, now: datetime) -> None:
    sent(entry, now)
    entry.tries, entry.wanted = 1, 2
    entry.rejected(now + CUTOFF)
    assert (entry.state, entry.tries, entry.picked) == ("ready", 0, 0)
    assert close(entry.due_at, now)
    require_no_request(entry)


def test_rejected_unsent_counts_as_a_try(entry: Entry) -> None:
    entry.rejected(None)
    assert (entry.state, entry.tries, entry.due_at) == ("rejected", 1, None)


def test_parked_keeps_the_request_that_is_out(entry: Entry, now: datetime) -> None:
    sent(entry, now)
    entry.picked, entry.asked_by_id = 3, 5
    entry.park()
    assert (entry.state, entry.due_at, entry.picked) == ("rejected", None, 0)
    assert (entry.tries, entry.asked_by_id) == (1, None)
    assert entry.unsettled
    entry.rest("".join(["ign", "ored"]))  # equal to the constant, not the same object
    assert (entry.state, number_of_request(entry)) == ("ignored", 1)
    entry.try_now()
    assert (entry.state, entry.unsettled) == ("ready", True)


def test_go_again_and_plan_anew_differ_in_suspicion_alone(entry: Entry, now: datetime) -> None:
    for verb, picked in ((entry.go_again, 0), (entry.plan_anew, 2)):
        sent(entry, now)
        entry.picked = 2
        verb()
        assert (entry.state, entry.picked) == ("ready", picked)
        assert close(entry.due_at, now)
        require_no_request(entry)


def test_put_back_waits_longer_each_time_and_keeps_the_request(entry: Entry, now: datetime) -> None:
    pauses = []
    for _ in range(9):
        sent(entry, now)
        entry.batch_id, entry.batch_item = 1, "i0"
        entry.put_back(now)
        assert entry.due_at is not None
        pauses.append((entry.due_at - now).total_seconds())
        assert (entry.state, entry.sent_at, entry.picked) == ("ready", None, 0)
        assert (entry.batch_id, entry.batch_item) == (None, None)
        assert number_of_request(entry) == 1
    assert pauses == [5, 15, 60, 120, 300, 600, 1800, 1800, 1800]
    assert entry.failures == 9


def test_put_back_is_not_before_what_the_company_asks(entry: Entry, now: datetime) -> None:
    entry.put_back(now, now + CUTOFF)
    assert entry.due_at == now + CUTOFF
    entry.put_back(now, now + timedelta(seconds=1))
    assert entry.due_at == now + timedelta(seconds=15)


def test_put_back_anew_takes_another_request_id_for_the_same_body(
    entry: Entry, now: datetime
) -> None:
    sent(entry, now)
    entry.put_back(now, anew=True)
    assert (entry.state, entry.due_at, entry.request_id) == (
        "ready",
        now + timedelta(seconds=5),
        None,
    )
    sent(entry, now)
    assert number_of_request(entry) == 2


def test_look_again_stays_sent(entry: Entry, now: datetime) -> None:
    sent(entry, now)
    entry.look_again(now + CUTOFF * 2)
    assert (entry.state, entry.due_at) == ("sent", now + CUTOFF * 2)
    assert (entry.failures, entry.picked) == (1, 0)


def test_waiting_costs_nothing_until_what_it_needs_is_there(
    firm_id: int, entry: Entry, now: datetime
) -> None:
    entry.picked = 1
    entry.wait_for("payment", 7)
    assert (entry.state, entry.due_at, entry.picked) == ("waiting", None, 0)
    assert (entry.waits_kind, entry.waits_id) == ("payment", 7)
    Entry.release(firm_id, "payment", [6, 8])
    for kind in ("account", "service"):
        Entry.release(firm_id, kind, [7])
    Entry.release(firm_id + 1, "payment", [7])
    db.session.refresh(entry)
    assert entry.state == "waiting"
    Entry.release(firm_id, "payment", [6, 7])
    db.session.refresh(entry)
    assert (entry.state, entry.waits_kind, entry.waits_id) == ("ready", None, None)
    assert close(entry.due_at, now)


def test_release_touches_only_what_waits(firm_id: int, entry: Entry) -> None:
    entry.state, entry.waits_kind, entry.waits_id = "off", "account", 7
    Entry.release(firm_id, "account", [7])
    db.session.refresh(entry)
    assert entry.state == "off"


@pytest.mark.parametrize("state", ["done", "off", "ignored"])
def test_resting_is_until_something_else_happens(entry: Entry, now: datetime, state: str) -> None:
    entry.compose("create", "{}")
    entry.picked, entry.asked_by_id = 1, 5
    entry.waits_kind, entry.waits_id = "account", 7
    entry.rest(state)
    assert (entry.state, entry.due_at, entry.asked_by_id, entry.picked) == (state, None, None, 0)
    assert (entry.waits_kind, entry.waits_id) == (None, None)
    require_no_request(entry)


@pytest.mark.parametrize("state", ["done", "off"])
def test_resting_for_good_forgets_a_request_that_is_out(
    entry: Entry, now: datetime, state: str
) -> None:
    sent(entry, now)
    entry.rest(state)
    require_no_request(entry)


# -- the switch of an account, and counting --------------------------------------------------------


@pytest.mark.parametrize("state", ALL_STATES)
def test_switching_an_account_off_and_on_moves_its_entry(firm_id: int, state: str) -> None:
    account = Account(firm_id=firm_id, name="Ada", sync=True)
    entry = account.save()
    entry.state, entry.due_at = state, None if state != "ready" else entry.due_at
    db.session.commit()
    account.sync = False
    Entry.sync_switched(account)
    db.session.refresh(entry)
    stays = state in ("sent", "off", "done")
    assert entry.state == (state if stays else "off")
    assert stays or entry.due_at is None
    account.sync = True
    Entry.sync_switched(account)
    db.session.refresh(entry)
    assert entry.state == (state if state in ("sent", "done") else "ready")
    if entry.state == "ready":
        assert close(entry.due_at, database_now(db.session()))


def test_entries_are_counted_by_kind_and_state(firm_id: int) -> None:
    some(firm_id, 2)[0].state = "done"
    Account(firm_id=firm_id, name="Ada").save()
    db.session.commit()
    assert Entry.counts(firm_id) == {
        "service": {"done": 1, "ready": 1},
        "account": {"ready": 1},
    }


def test_batch_is_kept_as_it_was_sent(firm_id: int, entry: Entry) -> None:
    entry.batch = Batch(firm_id=firm_id, request_id="b-1", body="{}")
    db.session.commit()
    assert db.session.get_one(Batch, entry.batch_id).body == "{}"
