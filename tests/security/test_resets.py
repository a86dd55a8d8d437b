"""Line 5: links to a new password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import event

from tests.security.conftest import Desk
from webapp import resets
from webapp.extensions import db
from webapp.mailing import EmailMultiAlternatives
from webapp.models import PasswordReset, Person
from webapp.models.digest import digest

NEW = "another-long-password"
FORGOT = "/forgot-password"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EmailMultiAlternatives]]:
    """The letters that were handed over."""
    letters: list[EmailMultiAlternatives] = []
    monkeypatch.setattr(EmailMultiAlternatives, "send", lambda self: letters.append(self))
    return letters


def ask(desk: Desk, email: str = "", **others: object) -> str:
    data = {"email": email or desk.email}
    answer = desk.client.post(FORGOT, data=data, **others)
    assert answer.status_code == 200
    return str(answer.text)


def write(app: Flask) -> int:
    with app.app_context():
        return resets.send_due()


def link(letter: EmailMultiAlternatives) -> str:
    found = re.search(r"http://\S+", str(letter.body))
    assert found is not None
    return found[0]


def mailed(desk: Desk, sent: list[EmailMultiAlternatives]) -> str:
    """The path of a fresh link."""
    ask(desk)
    assert write(desk.app) == 1
    return link(sent[-1]).removeprefix(desk.app.config["PUBLIC_URL"])


def use(desk: Desk, path: str, new: str = NEW) -> int:
    return desk.client.post(path, data={"new": new}).status_code


def test_a_link_sets_a_new_password_once(desk: Desk, sent: list[EmailMultiAlternatives]) -> None:
    path = mailed(desk, sent)
    assert sent[-1].to == [desk.email]
    assert use(desk, path) == 303
    assert desk.person().has_password(NEW)
    assert use(desk, path, "yet-another-password") == 404
    assert desk.person().has_password(NEW)


def test_looking_at_the_link_does_not_use_it_up(
    desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    path = mailed(desk, sent)
    for _ in range(3):
        assert desk.client.get(path).status_code == 200
    assert use(desk, path, "short") == 422
    assert use(desk, path) == 303


def test_of_many_who_use_one_link_at_once_one_succeeds(
    app: Flask, desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    path = mailed(desk, sent)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: use(Desk(app, ""), path, f"{NEW}-{n}"), range(4)))
    assert sorted(answers) == [303, 404, 404, 404]


def test_a_link_goes_stale_after_an_hour(
    app: Flask, desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    path = mailed(desk, sent)
    with app.app_context():
        reset = db.session.scalars(db.select(PasswordReset)).one()
        assert reset.good_until is not None
        assert timedelta(0) < reset.good_until - reset.asked_at <= timedelta(minutes=61)
        reset.good_until -= timedelta(minutes=61)
        db.session.commit()
    assert desk.client.get(path).status_code == 404
    assert use(desk, path) == 404


def test_a_newer_link_voids_the_older(desk: Desk, sent: list[EmailMultiAlternatives]) -> None:
    older, newer = mailed(desk, sent), mailed(desk, sent)
    assert use(desk, older) == 404
    assert use(desk, newer) == 303


def test_only_the_hash_of_a_link_is_kept(
    app: Flask, desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    token = mailed(desk, sent).rsplit("/", 1)[1]
    with app.app_context():
        assert db.session.scalars(db.select(PasswordReset.digest)).all() == [digest(token)]


def test_the_second_factor_is_still_asked_for(
    desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    secret, _codes = desk.with_second_factor()
    use(desk, mailed(desk, sent))
    assert not desk.is_in
    assert desk.sign_in(NEW).location == "/sign-in/code"
    assert not desk.is_in
    desk.client.post("/sign-in/code", data={"code": pyotp.TOTP(secret).now()})
    assert desk.is_in


def test_a_reset_ends_every_session_and_every_sign_in_under_way(
    desk: Desk, another_desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    another_desk.sign_in()
    use(desk, mailed(desk, sent))
    assert not another_desk.is_in


def test_the_link_leads_to_the_public_address_whatever_the_host_header_says(
    desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    ask(desk, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    write(desk.app)
    assert link(sent[-1]).startswith(f"{desk.app.config['PUBLIC_URL']}/reset-password/")
    assert "evil.example" not in f"{sent[-1].body} {sent[-1].alternatives}"


# -- an address that nobody has --------------------------------------------------------------


def test_the_reply_is_the_same_for_an_unknown_address(app: Flask, desk: Desk) -> None:
    strip = re.compile(r'value="[^"]+"|X-CSRFToken": "[^"]+|data-csrf="[^"]+')
    known, unknown = ask(desk), ask(desk, "nobody@nowhere.example")
    assert strip.sub("", known) == strip.sub("", unknown)


def test_the_work_is_the_same_for_an_unknown_address(app: Flask, desk: Desk) -> None:
    """Not the clock but the statements: the same ones run, and no person is looked up."""
    ran: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        ran.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        ask(desk)
        known = ran.copy()
        ran.clear()
        ask(desk, "nobody@nowhere.example")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert ran == known
    assert not any("FROM person" in statement for statement in ran)


def test_nobody_else_gets_a_letter_and_nothing_stays(
    app: Flask, desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    ask(desk, "nobody@nowhere.example")
    ask(desk, "owner@alder.example\nBcc: x@evil.example")
    ask(desk, " ")
    assert write(app) == 0
    assert sent == []
    with app.app_context():
        assert db.session.scalars(db.select(PasswordReset)).all() == []


def test_a_disabled_person_gets_no_letter(
    app: Flask, desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    with app.app_context():
        person = db.session.scalars(db.select(Person).where(Person.email == desk.email)).one()
        person.disabled_at = person.created_at
        db.session.commit()
    ask(desk)
    assert write(app) == 0


def test_a_letter_that_was_not_taken_is_tried_again(
    app: Flask,
    desk: Desk,
    sent: list[EmailMultiAlternatives],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(desk)
    with monkeypatch.context() as down:
        down.setattr(EmailMultiAlternatives, "send", _refuse)
        assert write(app) == 0
    assert write(app) == 1
    assert use(desk, link(sent[-1]).removeprefix(app.config["PUBLIC_URL"])) == 303


def _refuse(_self: EmailMultiAlternatives) -> None:
    raise ConnectionRefusedError


def test_asking_twice_before_the_letter_is_written_brings_one(
    app: Flask, desk: Desk, sent: list[EmailMultiAlternatives]
) -> None:
    ask(desk)
    ask(desk, desk.email.upper())
    assert write(app) == 1
