"""Lines 1 and 2: sessions are rows of ours behind an opaque cookie, and end when they should."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import SETTINGS, FirmFixture
from tests.security.conftest import Desk
from webapp import create_app
from webapp.extensions import db
from webapp.models import SignIn
from webapp.models.digest import digest


def token_in(app: Flask, client: FlaskClient) -> str:
    with client.session_transaction() as session:
        return str(session["_user_id"])


def test_the_cookie_holds_a_random_token_and_the_database_only_its_hash(
    app: Flask, desk: Desk
) -> None:
    desk.sign_in()
    token = token_in(app, desk.client)
    assert len(token) >= 43  # 256 bits in base64
    with app.app_context():
        assert db.session.scalars(db.select(SignIn.digest)).all() == [digest(token)]


def test_signing_in_rotates_the_token_and_keeps_nothing_that_was_planted(
    app: Flask, desk: Desk
) -> None:
    with desk.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    desk.sign_in()
    first = token_in(app, desk.client)
    with desk.client.session_transaction() as session:
        assert "planted" not in session
    desk.sign_in()
    assert token_in(app, desk.client) != first


def replayed(app: Flask, cookie: str) -> int:
    """What a browser gets that brings a cookie copied earlier."""
    thief = app.test_client()
    thief.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    return thief.get("/invoices").status_code


def test_a_cookie_replayed_after_sign_out_opens_nothing(app: Flask, desk: Desk) -> None:
    desk.sign_in()
    cookie = desk.cookie()
    assert replayed(app, cookie) == 200
    desk.client.post("/sign-out")
    assert replayed(app, cookie) == 303


def test_a_cookie_replayed_after_its_person_was_disabled_opens_nothing(
    app: Flask, firm: FirmFixture, owner: FlaskClient
) -> None:
    member = Desk(app, "member@alder.example")
    member.sign_in()
    cookie = member.cookie()
    owner.post(f"/settings/team/{firm.people['member']}/disable")
    assert replayed(app, cookie) == 303
    owner.post(f"/settings/team/{firm.people['member']}/enable")
    assert replayed(app, cookie) == 303


@pytest.mark.parametrize(
    ("aged", "still_in"),
    [
        ({"seen_at": timedelta(minutes=29)}, True),
        ({"seen_at": timedelta(minutes=31)}, False),
        ({"created_at": timedelta(hours=11, minutes=59)}, True),
        ({"created_at": timedelta(hours=12, minutes=1)}, False),
    ],
)
def test_a_session_ends_after_30_idle_minutes_and_after_12_hours(
    aged: dict[str, timedelta], still_in: bool, desk: Desk
) -> None:
    desk.sign_in()
    desk.age(**aged)
    assert desk.is_in is still_in


def test_nothing_is_remembered_beyond_the_browser(app: Flask, desk: Desk) -> None:
    answer = desk.sign_in(query_string={"remember": "1"})
    cookies = answer.headers.getlist("Set-Cookie")
    assert not any("remember" in cookie for cookie in cookies)
    assert not any("expires" in cookie.lower() for cookie in cookies)


def test_a_person_sees_the_other_sessions_and_ends_them(desk: Desk, another_desk: Desk) -> None:
    desk.sign_in(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0"})
    another_desk.sign_in(headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/604"})
    page = desk.client.get("/settings/security").text
    assert "Safari, iPhone" in page
    ends = re.findall(r"/settings/security/sessions/(\d+)/end", page)
    assert len(set(ends)) == 1
    desk.client.post(f"/settings/security/sessions/{ends[0]}/end")
    assert not another_desk.is_in
    assert desk.is_in


def test_an_operator_ends_other_sessions_too(operator: FlaskClient) -> None:
    assert operator.get("/settings/security").status_code == 200
    assert operator.post("/settings/security/sessions/end-others").status_code == 303


# -- line 2: cookies -------------------------------------------------------------------------


def set_cookies(app: Flask, base_url: str) -> list[str]:
    client = app.test_client()
    answers = [
        client.get("/sign-in", base_url=base_url),
        client.post("/language/es", base_url=base_url),
    ]
    found = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
    assert len(found) >= 2
    return found


def test_cookies_on_https_are_secure_and_bound_to_this_host(
    instance: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://cuadra.example")
    secure = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False})
    for line in set_cookies(secure, "https://cuadra.example"):
        assert line.startswith("__Host-")
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(line.split("; "))
        assert "Domain=" not in line


def test_cookies_on_loopback_http_have_plain_names(app: Flask) -> None:
    assert SETTINGS.get("PUBLIC_URL") is None
    for line in set_cookies(app, "http://127.0.0.1"):
        assert not line.startswith("__Host-")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(line.split("; "))
        assert "Secure" not in line
