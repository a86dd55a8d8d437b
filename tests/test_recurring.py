"""Recurring invoices: made on their day, each once, whatever happens meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from jobs import recurring as jobs
from tests.conftest import FirmFixture
from webapp import hints, intake, recurring
from webapp.extensions import db
from webapp.models import Entry, Firm, Invoice, Recurring, RecurringInvoice, Service, outbox

NOON = datetime(2026, 11, 24, 20, tzinfo=UTC)
"""Noon in the firm's zone."""
TODAY = date(2026, 11, 24)


@dataclass
class Desk:
    """A firm that makes schedules, and the clock on its wall."""

    app: Flask
    firm_id: int
    clock: time_machine.Traveller
    account: int = 0
    service: int = 0

    def schedule(self, **fields: Any) -> int:
        data = {
            "account": self.account,
            "unit": "month",
            "start": TODAY.isoformat(),
            "memo": "Thank you",
            "due_days": "14",
            "lines": [{"service": self.service, "quantity": "2"}],
            **fields,
        }
        with self.app.app_context():
            firm = db.session.get_one(Firm, self.firm_id)
            made = intake.recurring(firm, data, recurring.today_of(firm))
            db.session.commit()
            return made.id

    def at(self, moment: datetime) -> None:
        self.clock.move_to(moment)

    def make(self) -> int:
        with self.app.app_context():
            return recurring.make_due(self.firm_id)

    def change(self, act: Callable[[Recurring], None], recurring_id: int) -> None:
        with self.app.app_context():
            act(db.session.get_one(Recurring, recurring_id))
            db.session.commit()

    def look(self, recurring_id: int) -> Recurring:
        with self.app.app_context():
            return db.session.get_one(Recurring, recurring_id)

    def dates(self, recurring_id: int) -> list[str]:
        with self.app.app_context():
            return [
                day.isoformat()
                for day in db.session.scalars(
                    db.select(Invoice.date)
                    .join(RecurringInvoice, RecurringInvoice.invoice_id == Invoice.id)
                    .where(RecurringInvoice.recurring_id == recurring_id)
                    .order_by(Invoice.date)
                )
            ]


@pytest.fixture
def desk(app: Flask, firm: FirmFixture) -> Iterator[Desk]:
    with time_machine.travel(NOON, tick=False) as clock:
        desk = Desk(app, firm.id, clock)
        with app.app_context():
            own = db.session.get_one(Firm, firm.id)
            desk.account = intake.account(own, {"name": "Ada Byron"}).id
            desk.service = intake.service(own, {"name": "Bookkeeping", "rate": "120.00"}).id
            db.session.commit()
        yield desk


def test_invoice_is_made_on_its_day_with_an_assigned_number(desk: Desk) -> None:
    schedule = desk.schedule()
    assert desk.make() == 1
    with desk.app.app_context():
        invoice = db.session.scalars(db.select(Invoice)).one()
        assert (invoice.date, invoice.due_date) == (TODAY, TODAY + timedelta(days=14))
        assert (invoice.number, invoice.number_assigned) == ("1001", True)
        assert (invoice.total_minor, invoice.memo) == (24000, "Thank you")
        entry = Entry.of(invoice)
        assert entry is not None
        assert entry.priority == outbox.ORDINARY
    assert desk.look(schedule).next_date == date(2026, 12, 24)


def test_running_again_makes_nothing_more(desk: Desk) -> None:
    schedule = desk.schedule()
    assert [desk.make(), desk.make()] == [1, 0]
    assert desk.dates(schedule) == ["2026-11-24"]


@pytest.mark.parametrize(("zone", "due"), [("America/Los_Angeles", False), ("Asia/Tokyo", True)])
def test_the_firms_own_calendar_decides_the_day(desk: Desk, zone: str, due: bool) -> None:
    """The evening of the 24th in New York is the 25th in Tokyo already."""
    schedule = desk.schedule(start="2026-11-25")
    with desk.app.app_context():
        db.session.get_one(Firm, desk.firm_id).timezone = zone
        db.session.commit()
        assert recurring.firms_with_due() == ([desk.firm_id] if due else [])
    assert desk.make() == int(due)
    assert desk.dates(schedule) == ["2026-11-25"] * due


def test_days_that_nobody_was_there_for_are_made_up(desk: Desk) -> None:
    schedule = desk.schedule()
    desk.at(NOON + timedelta(days=70))
    assert desk.make() == 3
    assert desk.dates(schedule) == ["2026-11-24", "2026-12-24", "2027-01-24"]


@pytest.mark.parametrize("end", [{"ends_on": "2026-12-24"}, {"ends_after": "2"}])
def test_it_ends_by_day_or_by_number(desk: Desk, end: dict[str, str]) -> None:
    schedule = desk.schedule(**end)
    desk.at(NOON + timedelta(days=400))
    assert desk.make() == 2
    assert desk.dates(schedule) == ["2026-11-24", "2026-12-24"]
    assert desk.look(schedule).next_date is None


def test_paused_days_are_left_out(desk: Desk) -> None:
    schedule = desk.schedule()
    desk.make()
    desk.change(Recurring.pause, schedule)
    desk.at(NOON + timedelta(days=40))
    assert desk.make() == 0
    desk.change(lambda one: one.resume(date(2027, 1, 3)), schedule)
    assert desk.make() == 0
    assert desk.look(schedule).next_date == date(2027, 1, 24)


def test_a_deleted_one_makes_nothing(desk: Desk) -> None:
    schedule = desk.schedule()
    desk.change(Recurring.remove, schedule)
    assert desk.make() == 0
    assert desk.dates(schedule) == []


def test_a_new_rhythm_holds_from_today_and_never_repeats_a_day(desk: Desk) -> None:
    schedule = desk.schedule()
    desk.make()
    with desk.app.app_context():
        firm = db.session.get_one(Firm, desk.firm_id)
        kept = db.session.get_one(Recurring, schedule)
        lines = [{"service": desk.service, "quantity": "1"}]
        intake.recurring(firm, {"unit": "week", "lines": lines}, TODAY, kept)
        db.session.commit()
    assert desk.make() == 0
    assert desk.look(schedule).next_date == date(2026, 12, 1)


def test_what_cannot_be_made_stops_and_is_made_up_for_after_mending(desk: Desk) -> None:
    schedule = desk.schedule()
    desk.make()
    with desk.app.app_context():
        intake.remove(db.session.get_one(Service, desk.service))
        db.session.commit()
    desk.at(NOON + timedelta(days=35))
    assert desk.make() == 0
    stopped = desk.look(schedule)
    assert (stopped.paused, stopped.stopped_by) == (True, "lines")
    with desk.app.app_context():
        firm = db.session.get_one(Firm, desk.firm_id)
        kept = db.session.get_one(Recurring, schedule)
        lines = [{"description": "Bookkeeping", "rate": "120.00"}]
        intake.recurring(firm, {"lines": lines}, recurring.today_of(firm), kept)
        kept.resume(recurring.today_of(firm))
        db.session.commit()
    assert desk.make() == 1
    assert desk.dates(schedule) == ["2026-11-24", "2026-12-24"]


def test_one_that_stops_does_not_hold_up_the_others(desk: Desk) -> None:
    broken, sound = desk.schedule(), desk.schedule()
    with desk.app.app_context():
        account = intake.account(db.session.get_one(Firm, desk.firm_id), {"name": "Grace"})
        db.session.get_one(Recurring, broken).account_id = account.id
        account.removed_at = NOON
        db.session.commit()
    assert desk.make() == 1
    assert desk.look(broken).stopped_by == "account"
    assert desk.dates(sound) == ["2026-11-24"]


# -- exactly once ----------------------------------------------------------------------------------


def test_a_crash_before_the_commit_leaves_nothing(desk: Desk) -> None:
    schedule = desk.schedule()

    def crash(_session: Any) -> None:
        raise SystemExit

    event.listen(db.session, "before_commit", crash)
    try:
        with desk.app.app_context(), pytest.raises(SystemExit):
            recurring._make_next(desk.firm_id, schedule, TODAY)
    finally:
        event.remove(db.session, "before_commit", crash)
    assert desk.dates(schedule) == []
    assert desk.make() == 1
    assert desk.dates(schedule) == ["2026-11-24"]


def test_many_at_once_make_one_invoice(desk: Desk) -> None:
    schedule = desk.schedule()
    start = threading.Barrier(4)
    made: list[int] = []

    def run() -> None:
        with desk.app.app_context():
            start.wait()
            made.append(recurring.make_due(desk.firm_id))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 0, 1]
    assert desk.dates(schedule) == ["2026-11-24"]


def test_the_database_refuses_a_second_invoice_of_one_day(desk: Desk) -> None:
    schedule = desk.schedule()
    desk.make()
    with desk.app.app_context():
        made = db.session.scalars(db.select(RecurringInvoice)).one()
        db.session.add(
            RecurringInvoice(recurring_id=schedule, date=made.date, invoice_id=made.invoice_id)
        )
        with pytest.raises(IntegrityError):
            db.session.flush()


def test_the_scheduler_queues_one_job_for_a_firm_and_a_worker_does_it(desk: Desk) -> None:
    first, second = desk.schedule(), desk.schedule()
    with desk.app.app_context():
        assert [jobs.queue_due(), jobs.queue_due()] == [1, 1]
        queue = desk.app.extensions["sync_queue"]
        asked = [job for job in queue.jobs if job.func_name == jobs.JOB]
        assert [list(job.args) for job in asked] == [[desk.firm_id]]
        queue.empty()
        queue.enqueue(jobs.JOB, desk.firm_id)
    worker = SimpleWorker(
        [hints.QUEUE],
        connection=desk.app.extensions["redis_for_workers"],
        serializer=JSONSerializer,
    )
    worker.work(burst=True, max_jobs=1, logging_level="ERROR")
    assert desk.dates(first) == desk.dates(second) == ["2026-11-24"]
