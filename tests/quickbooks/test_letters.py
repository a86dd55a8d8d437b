"""Mail to owner and admins: when, to whom, in which language, and never twice."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.conftest import FirmFixture, make_firm
from tests.quickbooks.mailbox import letters_in
from webapp import intake
from webapp.extensions import db
from webapp.models import Entry, Firm, Issue, Person
from webapp.quickbooks import letters, notices, rejecting

MORNING = "2026-11-24T16:30:00+00:00"  # 8:30 in Los Angeles
NIGHT = "2026-11-24T10:00:00+00:00"


@pytest.fixture
def firm(app: Flask) -> FirmFixture:
    return make_firm(app, "Alder & Pine", "alder.example")


def fail(app: Flask, firm: FirmFixture, number: int = 1, cause: str = "no_customer") -> None:
    """So many clients of the firm do not reach QuickBooks."""
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        for n in range(number):
            account = intake.account(own, {"name": f"Client {n} {cause}"})
            entry = Entry.of(account)
            assert entry is not None
            rejecting.reject(entry, account, cause, {})
        db.session.commit()


def run(app: Flask, send: Any) -> int:
    with app.app_context():
        return int(send())


def body(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def change(app: Flask, person_id: int, **values: Any) -> None:
    with app.app_context():
        person = db.session.get_one(Person, person_id)
        for name, value in values.items():
            setattr(person, name, value)
        db.session.commit()


def test_one_letter_tells_each_fixer_of_all_new_causes(
    app: Flask, firm: FirmFixture, outbox: Path
) -> None:
    fail(app, firm, 3)
    fail(app, firm, 1, "customer_twice")
    assert run(app, letters.send_new_causes) == 2
    sent = letters_in(outbox)
    assert {message["To"] for message in sent} == {"owner@alder.example", "admin@alder.example"}
    text = body(sent[0])
    assert "3 accounts did not sync" in text
    assert text.count("did not sync") == 2
    assert "/errors/accounts?cause=no_customer" in text
    assert "<h1" in body(sent[0], "html")


def test_a_cause_is_told_of_once(app: Flask, firm: FirmFixture, outbox: Path) -> None:
    fail(app, firm)
    run(app, letters.send_new_causes)
    fail(app, firm)
    assert run(app, letters.send_new_causes) == 0


def test_what_was_fixed_meanwhile_needs_no_letter(
    app: Flask, firm: FirmFixture, outbox: Path
) -> None:
    fail(app, firm)
    with app.app_context():
        for issue in db.session.scalars(db.select(Issue)):
            issue.close()
        db.session.commit()
    assert run(app, letters.send_new_causes) == 0


def test_who_switched_mail_off_gets_none_later_either(
    app: Flask, firm: FirmFixture, outbox: Path
) -> None:
    change(app, firm.people["owner"], cause_email=False)
    fail(app, firm)
    assert run(app, letters.send_new_causes) == 1
    change(app, firm.people["owner"], cause_email=True)
    assert run(app, letters.send_new_causes) == 0


def test_a_lost_sign_in_is_told_of(app: Flask, firm: FirmFixture, outbox: Path) -> None:
    with app.app_context():
        notices.sign_in_lost(firm.id)
        db.session.commit()
    run(app, letters.send_new_causes)
    assert letters_in(outbox)[0]["Subject"] == "Sign in to QuickBooks again"


def test_an_unreachable_mail_server_loses_no_letter(
    app: Flask, firm: FirmFixture, outbox: Path
) -> None:
    fail(app, firm)
    state = app.extensions["mailman"]
    state.backend, state.server, state.port = "smtp", "127.0.0.1", 9
    assert run(app, letters.send_new_causes) == 0
    state.backend = "file"
    assert run(app, letters.send_new_causes) == 2


def test_the_digest_comes_once_in_the_firms_morning(
    app: Flask, firm: FirmFixture, outbox: Path
) -> None:
    fail(app, firm, 2)
    with time_machine.travel(NIGHT, tick=False):
        assert run(app, letters.send_digests) == 0
    with time_machine.travel(MORNING, tick=False):
        assert run(app, letters.send_digests) == 2
        assert run(app, letters.send_digests) == 0
    text = body(letters_in(outbox)[0])
    assert "2 records have not reached QuickBooks" in text
    assert "2 Accounts" in text
    assert "/errors/accounts" in text


def test_no_digest_on_a_day_without_errors(app: Flask, firm: FirmFixture, outbox: Path) -> None:
    with time_machine.travel(MORNING, tick=False):
        assert run(app, letters.send_digests) == 0


def test_each_person_reads_their_own_language(app: Flask, firm: FirmFixture, outbox: Path) -> None:
    change(app, firm.people["owner"], language="es")
    change(app, firm.people["admin"], digest_email=False)
    fail(app, firm)
    with time_machine.travel(MORNING, tick=False):
        run(app, letters.send_digests)
    (message,) = letters_in(outbox)
    assert "Ningún cliente con este nombre" in body(message)


@pytest.mark.parametrize("send", [letters.send_new_causes, letters.send_digests])
def test_letters_that_take_long_leave_time_for_other_work(
    app: Flask, firm: FirmFixture, outbox: Path, monkeypatch: pytest.MonkeyPatch, send: Any
) -> None:
    fail(app, firm)
    monkeypatch.setattr(letters, "AT_ONCE_S", 0.0)
    with time_machine.travel(MORNING, tick=False):
        assert [run(app, send) for _ in range(3)] == [1, 1, 0]
    assert len({letter["To"] for letter in letters_in(outbox)}) == 2
