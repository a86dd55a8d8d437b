"""Work that stands still is told of once, to the owner and to operators, and so is its end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.quickbooks.mailbox import letters_in
from tests.quickbooks.office import MakeOffice, Office
from webapp.extensions import db
from webapp.models import Connection, Notification, Person
from webapp.models.person import OPERATOR
from webapp.quickbooks import connection, letters, watchdog

LONG = timedelta(minutes=31)
OPERATORS = "ops@here.example"


@pytest.fixture(autouse=True)
def operator(app: Flask) -> None:
    with app.app_context():
        person = Person(role=OPERATOR, email=OPERATORS, name="Ops", password_hash="-")
        db.session.add(person)
        db.session.commit()


def look(office: Office) -> None:
    """What the scheduler does each minute."""
    with office.database():
        watchdog.watch()
        letters.send_new_causes()


def pass_by(office: Office, time: timedelta = LONG) -> None:
    with office.database():
        for kept in db.session.scalars(select(Connection)):
            kept.work_since = kept.work_since and kept.work_since - time
            kept.silent_since = kept.silent_since and kept.silent_since - time
            kept.last_success_at = kept.last_success_at and kept.last_success_at - time
        db.session.commit()


def fall_silent(office: Office) -> None:
    office.client()
    look(office)
    pass_by(office)
    look(office)


def told(office: Office) -> list[tuple[str, str]]:
    """Whom the app told what, in order."""
    with office.database():
        rows = db.session.execute(
            select(Person.role, Notification.topic)
            .join(Person, Person.id == Notification.person_id)
            .order_by(Notification.id)
        )
        return [tuple(row) for row in rows]


def mailed(folder: Path) -> list[tuple[str, str]]:
    """To whom, with which subject; in no order."""
    return sorted((message["To"], message["Subject"]) for message in letters_in(folder))


def test_silence_is_told_to_the_owner_and_to_operators_once(
    office: Office,
    outbox: Path,
) -> None:
    fall_silent(office)
    look(office)
    assert told(office) == [("owner", "silent")]
    assert mailed(outbox) == [
        (OPERATORS, "Nothing of 1 firm reaches QuickBooks"),
        ("owner@firm-1.example", "Nothing has reached QuickBooks for a while"),
    ]


def test_the_end_of_the_silence_is_told_too(
    office: Office,
    outbox: Path,
) -> None:
    fall_silent(office)
    office.work()
    look(office)
    look(office)
    assert told(office) == [("owner", "silent"), ("owner", "heard_again")]
    assert (OPERATORS, "Every firm reaches QuickBooks again") in mailed(outbox)
    assert len(mailed(outbox)) == 4


def test_a_second_silence_is_told_anew(office: Office, outbox: Path) -> None:
    fall_silent(office)
    office.work()
    look(office)
    office.client("Another")
    look(office)
    pass_by(office)
    look(office)
    assert [topic for _role, topic in told(office)] == ["silent", "heard_again", "silent"]


def test_many_silent_firms_make_one_letter_to_operators(
    make_office: MakeOffice,
    outbox: Path,
) -> None:
    offices = [make_office() for _ in range(3)]
    for office in offices:
        office.client()
    look(offices[0])
    pass_by(offices[0])
    look(offices[0])
    assert [to for to, _subject in mailed(outbox)].count(OPERATORS) == 1
    assert (OPERATORS, "Nothing of 3 firms reaches QuickBooks") in mailed(outbox)


def test_nothing_to_do_is_no_silence(office: Office, outbox: Path) -> None:
    look(office)
    pass_by(office)
    look(office)
    assert told(office) == []


def test_work_that_goes_on_is_no_silence(office: Office, outbox: Path) -> None:
    """There is always something to do, and it gets done."""
    for number in range(3):
        office.work()
        office.client(f"Client {number}")
        look(office)
        pass_by(office, timedelta(minutes=20))
    look(office)
    assert told(office) == []


def test_a_firm_that_is_paused_is_not_silent(office: Office, outbox: Path) -> None:
    fall_silent(office)
    with office.database():
        connection.pause(Connection.of(office.firm_id), on=True)
        db.session.commit()
    look(office)
    assert told(office) == [("owner", "silent")]
    assert (OPERATORS, "Every firm reaches QuickBooks again") in mailed(outbox)


def test_a_letter_to_operators_that_was_not_taken_is_tried_again(
    office: Office, outbox: Path
) -> None:
    state = office.app.extensions["mailman"]
    state.backend, state.server, state.port = "smtp", "127.0.0.1", 9
    fall_silent(office)
    state.backend = "file"
    look(office)
    assert (OPERATORS, "Nothing of 1 firm reaches QuickBooks") in mailed(outbox)
