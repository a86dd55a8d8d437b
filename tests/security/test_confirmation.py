"""Line 5: the password is asked for again before what a borrowed browser must not do."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from tests.conftest import PASSWORD
from tests.security.conftest import Desk
from webapp.extensions import db
from webapp.models import Connection, SecondFactor

QUICKBOOKS = "/settings/integrations/quickbooks"
TWO_STEP = "/settings/security/two-step"
ASKED_AGAIN = [
    ("GET", f"{QUICKBOOKS}/connect"),
    ("POST", f"{QUICKBOOKS}/connect"),
    ("GET", f"{QUICKBOOKS}/disconnect"),
    ("POST", f"{QUICKBOOKS}/disconnect"),
    ("GET", TWO_STEP),
    ("POST", TWO_STEP),
    ("POST", f"{TWO_STEP}/on"),
    ("POST", f"{TWO_STEP}/off"),
    ("POST", f"{TWO_STEP}/recovery-codes"),
    ("POST", "/settings/security/email"),
]
OLD = {"confirmed_at": timedelta(minutes=11)}


@pytest.mark.parametrize(("method", "path"), ASKED_AGAIN)
def test_a_password_shown_long_ago_is_asked_for_again(method: str, path: str, desk: Desk) -> None:
    desk.sign_in()
    desk.age(**OLD)
    answer = desk.client.open(path, method=method)
    assert answer.status_code == 303
    assert answer.location.startswith("/confirm?next=")


@pytest.mark.parametrize(("method", "path"), ASKED_AGAIN)
def test_who_has_just_signed_in_is_not_asked(method: str, path: str, desk: Desk) -> None:
    desk.sign_in()
    desk.age(confirmed_at=timedelta(minutes=9))
    answer = desk.client.open(path, method=method)
    assert not (answer.location or "").startswith("/confirm")


def test_nothing_is_done_before_the_password_was_shown(app: Flask, desk: Desk) -> None:
    secret, _codes = desk.with_second_factor()
    desk.sign_in()
    desk.client.post("/sign-in/code", data={"code": pyotp.TOTP(secret).now()})
    with app.app_context():
        connection = Connection.of(desk.person().firm_id or 0)
        connection.change_state("connected")
        db.session.commit()
    desk.age(**OLD)
    desk.client.post(f"{QUICKBOOKS}/disconnect")
    desk.client.post(f"{TWO_STEP}/off")
    with app.app_context():
        assert db.session.scalars(db.select(Connection.state)).all() == ["connected"]
        assert len(db.session.scalars(db.select(SecondFactor)).all()) == 1


def test_htmx_is_sent_to_the_question_as_a_whole_page(desk: Desk) -> None:
    desk.sign_in()
    desk.age(**OLD)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{QUICKBOOKS}"}
    answer = desk.client.post(f"{QUICKBOOKS}/disconnect", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/confirm?next={QUICKBOOKS}"


def confirm(desk: Desk, wanted: str, **data: str) -> tuple[int, str | None]:
    answer = desk.client.post("/confirm", query_string={"next": wanted}, data=data)
    return answer.status_code, answer.location


def test_after_the_password_it_goes_on_where_it_stopped(desk: Desk) -> None:
    desk.sign_in()
    desk.age(**OLD)
    wanted = f"{QUICKBOOKS}/disconnect"
    assert confirm(desk, wanted, password="wrong")[0] == 422
    assert confirm(desk, wanted, password=PASSWORD) == (303, f"/confirm/done?next={wanted}")
    page = desk.client.get(f"/confirm/done?next={wanted}")
    assert page.headers["Refresh"] == f"0; url={wanted}"
    assert desk.client.get(wanted).status_code == 200


def test_the_code_is_asked_for_too_where_it_is_on(desk: Desk) -> None:
    secret, codes = desk.with_second_factor()
    desk.sign_in()
    desk.client.post("/sign-in/code", data={"code": codes[0]})
    desk.age(**OLD)
    assert confirm(desk, "/", password=PASSWORD)[0] == 422
    assert confirm(desk, "/", password="wrong", code=pyotp.TOTP(secret).now())[0] == 422
    assert confirm(desk, "/", password=PASSWORD, code=codes[0])[0] == 422
    assert confirm(desk, "/", password=PASSWORD, code=pyotp.TOTP(secret).now())[0] == 303


def test_confirming_counts_for_this_session_alone(desk: Desk, another_desk: Desk) -> None:
    for one in (desk, another_desk):
        one.sign_in()
    desk.age(**OLD)
    confirm(desk, "/", password=PASSWORD)
    assert another_desk.client.get(TWO_STEP).location.startswith("/confirm")
    assert desk.client.get(TWO_STEP).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_it_never_leads_to_another_site(elsewhere: str, desk: Desk) -> None:
    desk.sign_in()
    page = desk.client.get("/confirm/done", query_string={"next": elsewhere})
    assert page.headers["Refresh"] == "0; url=/"
    assert confirm(desk, elsewhere, password=PASSWORD) == (303, "/confirm/done?next=/")


def test_changing_the_password_asks_for_the_present_one(desk: Desk) -> None:
    desk.sign_in()
    data = {"current": "wrong", "new": "another-long-password"}
    assert desk.client.post("/settings/security/password", data=data).status_code == 422
    assert desk.person().has_password(PASSWORD)


@pytest.mark.parametrize(
    ("email", "kept"),
    [("New@alder.example", "new@alder.example"), ("admin@alder.example", None), ("no", None)],
)
def test_an_address_is_changed_to_a_free_and_plausible_one(
    email: str, kept: str | None, app: Flask, desk: Desk
) -> None:
    desk.sign_in()
    answer = desk.client.post("/settings/security/email", data={"email": email})
    assert answer.status_code == (303 if kept else 422)
    assert Desk(app, kept or desk.email).sign_in().status_code == 303
