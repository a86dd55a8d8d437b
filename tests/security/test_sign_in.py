"""Line 4: guessing is limited, and a second factor stands behind the password."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
import time_machine
from flask import Flask

from tests.conftest import FirmFixture
from tests.security.conftest import Desk
from webapp import create_app, second_factor
from webapp.extensions import db, limiter
from webapp.models import Person, SecondFactor, SignIn
from webapp.models.sign_in import WRONG_CODES
from webapp.sealing import CannotUnseal

CODE = "/sign-in/code"


def enter(desk: Desk, code: str) -> int:
    return desk.client.post(CODE, data={"code": code}).status_code


# -- limits ----------------------------------------------------------------------------------


@pytest.fixture(params=["with Redis", "without Redis"])
def limited(
    request: pytest.FixtureRequest, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    if request.param == "without Redis":
        monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")
    yield create_app({"TESTING": True, "WTF_CSRF_ENABLED": False})
    # The extension is one for all applications of a process.
    limiter.enabled = limiter._storage_dead = False


def test_guesses_at_one_account_are_limited_wherever_they_come_from(
    limited: Flask, firm: FirmFixture
) -> None:
    answers = [
        Desk(limited, "owner@alder.example")
        .sign_in("wrong", environ_overrides={"REMOTE_ADDR": f"198.51.100.{n}"})
        .status_code
        for n in range(12)
    ]
    assert answers[:10] == [422] * 10
    assert answers[10:] == [429] * 2
    others = Desk(limited, "admin@alder.example")
    far = {"REMOTE_ADDR": "198.51.100.99"}
    assert others.sign_in(environ_overrides=far).status_code == 303


def test_guesses_from_one_address_are_limited_whomever_they_aim_at(
    limited: Flask, firm: FirmFixture
) -> None:
    here = {"REMOTE_ADDR": "203.0.113.5"}
    answers = [
        Desk(limited, f"nobody-{n}@alder.example")
        .sign_in("wrong", environ_overrides=here)
        .status_code
        for n in range(12)
    ]
    assert answers[10:] == [429] * 2


def test_only_guesses_are_counted(limited: Flask, firm: FirmFixture) -> None:
    here = {"REMOTE_ADDR": "203.0.113.6"}
    for _ in range(15):
        assert (
            Desk(limited, "owner@alder.example").sign_in(environ_overrides=here).status_code == 303
        )
    for status in [422] * 10 + [429]:
        guess = Desk(limited, "owner@alder.example").sign_in("wrong", environ_overrides=here)
        assert guess.status_code == status
    right = Desk(limited, "owner@alder.example").sign_in(environ_overrides=here)
    assert right.status_code == 429


# -- the second factor -----------------------------------------------------------------------


def test_the_password_alone_signs_nobody_in_where_a_code_is_due(desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    assert desk.sign_in().location == CODE
    assert not desk.is_in
    assert enter(desk, pyotp.TOTP(secret).now()) == 303
    assert desk.is_in


def test_a_waiting_sign_in_is_no_session_however_its_token_is_brought(
    app: Flask, desk: Desk
) -> None:
    desk.with_second_factor()
    desk.sign_in()
    with desk.client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = session["waiting_for_code"], True
    assert not desk.is_in


def test_the_way_on_after_the_code_is_the_one_asked_for_and_local(desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    away = desk.sign_in(query_string={"next": "/payments"}).location
    answer = desk.client.post(away, data={"code": pyotp.TOTP(secret).now()})
    assert answer.location == "/payments"


def test_a_code_is_good_once(desk: Desk, another_desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    code = pyotp.TOTP(secret).now()
    for one, answer in ((desk, 303), (another_desk, 422)):
        one.sign_in()
        assert enter(one, code) == answer


def test_of_many_who_show_one_code_at_once_one_is_believed(app: Flask, desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    code, person_id = pyotp.TOTP(secret).now(), desk.person().id

    def show(_n: int) -> bool:
        with app.app_context():
            believed = second_factor.take(db.session.get_one(Person, person_id), code)
            db.session.commit()
            return believed

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(show, range(16))) == 1


def test_a_code_older_than_the_last_one_taken_is_refused(desk: Desk, another_desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    with time_machine.travel("2030-06-01T12:00:15+00:00", tick=False):
        before = pyotp.TOTP(secret).at(1906545615 - 30)
        now = pyotp.TOTP(secret).now()
        desk.sign_in()
        assert enter(desk, now) == 303
        another_desk.sign_in()
        assert enter(another_desk, before) == 422


@pytest.mark.parametrize(("away_s", "answer"), [(-30, 303), (30, 303), (-90, 422), (90, 422)])
def test_clocks_may_differ_by_one_step_and_no_more(away_s: int, answer: int, desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    with time_machine.travel("2030-06-01T12:00:15+00:00", tick=False):
        desk.sign_in()
        assert enter(desk, pyotp.TOTP(secret).at(1906545615 + away_s)) == answer


@pytest.mark.parametrize("code", ["", "000000x", "١٢٣٤٥٦", "0" * 5_000, "' OR 1=1 --", "\x00"])
def test_what_is_no_code_is_refused_quietly(code: str, desk: Desk) -> None:
    desk.with_second_factor()
    desk.sign_in()
    assert enter(desk, code) == 422


def test_after_five_wrong_codes_the_password_is_due_again(desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    desk.sign_in()
    for _ in range(WRONG_CODES):
        assert enter(desk, "no code") == 422
    answer = desk.client.post(CODE, data={"code": pyotp.TOTP(secret).now()})
    assert answer.location == "/sign-in"
    assert not desk.is_in


def test_a_recovery_code_is_good_once_and_kept_as_a_hash(
    app: Flask, desk: Desk, another_desk: Desk
) -> None:
    _secret, codes = desk.with_second_factor()
    with app.app_context():
        kept = db.session.execute(db.text("SELECT digest FROM recovery_code")).scalars().all()
    assert len(kept) == len(codes) == 10
    assert not set(kept) & {code.replace("-", "") for code in codes}
    desk.sign_in()
    assert enter(desk, codes[3].upper().replace("-", " ")) == 303
    another_desk.sign_in()
    assert enter(another_desk, codes[3]) == 422
    assert enter(another_desk, codes[4]) == 303


def test_codes_of_another_person_open_nothing(app: Flask, desk: Desk) -> None:
    _secret, codes = desk.with_second_factor()
    admin_id = Desk(app, "admin@alder.example").person().id
    with app.app_context():
        assert not second_factor.take(db.session.get_one(Person, admin_id), codes[0])
        sealed = db.session.scalars(db.select(SecondFactor.secret)).one()
        with pytest.raises(CannotUnseal):
            app.extensions["sealer"].unseal(sealed, f"person:{admin_id}")


# -- turning it on and off -------------------------------------------------------------------

TWO_STEP = "/settings/security/two-step"


def shown_secret(page: str) -> str:
    return page.split('id="two-step-key">')[1].split("<")[0].replace(" ", "")


def test_it_is_turned_on_with_the_first_code_and_ends_the_other_sessions(
    desk: Desk, another_desk: Desk
) -> None:
    for one in (desk, another_desk):
        one.sign_in()
    desk.client.post(TWO_STEP)
    secret = shown_secret(desk.client.get(TWO_STEP).text)
    refused = desk.client.post(f"{TWO_STEP}/on", data={"code": "000000"})
    assert refused.status_code == 422
    page = desk.client.post(f"{TWO_STEP}/on", data={"code": pyotp.TOTP(secret).now()}).text
    assert page.count("<li><code>") == 10
    assert "<li><code>" not in desk.client.get(TWO_STEP).text
    assert secret not in desk.client.get(TWO_STEP).text
    assert desk.is_in
    assert not another_desk.is_in


def test_an_operator_can_turn_it_on(operator: object) -> None:
    assert operator.post(TWO_STEP).status_code == 303  # type: ignore[attr-defined]
    assert "<svg" in operator.get(TWO_STEP).text  # type: ignore[attr-defined]


def test_the_picture_fits_the_content_policy(desk: Desk) -> None:
    desk.sign_in()
    desk.client.post(TWO_STEP)
    figure = desk.client.get(TWO_STEP).text.split("<figure")[1].split("</figure>")[0]
    assert "<svg" in figure
    for refused in ("style=", "<style", "<script", "href="):
        assert refused not in figure.replace("data-", "")


def test_setting_up_again_does_not_replace_a_factor_that_is_on(app: Flask, desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    desk.sign_in()
    enter(desk, pyotp.TOTP(secret).now())
    desk.client.post(TWO_STEP)
    with app.app_context():
        kept = db.session.scalars(db.select(SecondFactor)).one()
        opened = app.extensions["sealer"].unseal(kept.secret, f"person:{kept.person_id}")
    assert opened == secret


def test_turned_off_the_password_is_enough_again(desk: Desk, another_desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    desk.sign_in()
    enter(desk, pyotp.TOTP(secret).now())
    desk.client.post(f"{TWO_STEP}/off")
    another_desk.sign_in()
    assert another_desk.is_in


def test_the_command_drops_a_lost_factor_and_every_session(app: Flask, desk: Desk) -> None:
    desk.with_second_factor()
    result = app.test_cli_runner().invoke(
        args=["person", "drop-second-factor", "--email", desk.email]
    )
    assert result.exit_code == 0, result.output
    desk.sign_in()
    assert desk.is_in
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(SignIn.id))) == 1
