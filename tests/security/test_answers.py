"""Lines 8, 9, 18 and 20: what every answer carries, where it leads, and what a broken one tells."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import FirmFixture
from tests.security.conftest import Desk
from tests.security.routes import Access, calls
from tests.security.world import World
from webapp import create_app
from webapp.views.local_address import local_address

DASHBOARD = "rq_dashboard"


def missing(answer: TestResponse, https: bool = False) -> list[str]:
    """The headers that this answer lacks."""
    headers, policy = answer.headers, answer.headers.get("Content-Security-Policy", "")
    wanted = {
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": headers.get("Referrer-Policy") in ("same-origin", "no-referrer"),
        "frames": "frame-ancestors 'none'" in policy,
        "base": "base-uri 'none'" in policy,
        "objects": "object-src 'none'" in policy or "default-src 'none'" in policy,
        "no inline": "'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy,
        "no-store": "no-store" in headers.get("Cache-Control", ""),
        "hsts": not https or "max-age=" in headers.get("Strict-Transport-Security", ""),
    }
    return [name for name, there in wanted.items() if not there]


def test_every_page_and_every_fragment_carries_the_headers(
    app: Flask, world: World, owner: FlaskClient
) -> None:
    wrong = []
    for call in calls(app):
        if call.method != "GET" or call.access is Access.OPERATOR or call.endpoint == "static":
            continue
        for headers in ({}, {"HX-Request": "true"}):
            lacks = missing(owner.get(world.url(call), headers=headers))
            wrong += [f"{call} {headers}: {lacks}"] if lacks else []
    assert wrong == []


def test_the_dashboard_alone_may_eval_and_its_scripts_need_a_nonce(operator: FlaskClient) -> None:
    policy = operator.get("/operator/rq/").headers["Content-Security-Policy"]
    scripts = policy.split("script-src")[1].split(";")[0]
    assert "'nonce-" in scripts
    assert "'unsafe-inline'" not in scripts
    assert missing(operator.get("/operator")) == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no-such-page", 404),
        ("GET", "/api/v1/accounts", 401),
        ("POST", "/healthz", 405),
        ("TRACE", "/", 405),
        ("GET", "/operator", 403),
        ("POST", "/webhooks/intuit", 401),
        ("GET", "/sign-out", 405),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_refusals_carry_the_headers_too(
    method: str, path: str, status: int, headers: dict[str, str], owner: FlaskClient
) -> None:
    answer = owner.open(path, method=method, headers=headers)
    assert answer.status_code == status
    assert missing(answer) == []


def test_https_is_insisted_on_where_it_is_the_public_address(
    instance: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also behind a proxy that nobody configured, where the request itself looks plain."""
    monkeypatch.setenv("PUBLIC_URL", "https://cuadra.example")
    secure = create_app({"TESTING": True})
    for path in ("/sign-in", "/no-such-page", "/static/css/base.css"):
        assert "hsts" not in missing(secure.test_client().get(path), https=True)


# -- line 9: where an answer leads -----------------------------------------------------------

ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "%252f%252fevil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    "//[evil",
    "evil.example",
    " //evil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_never_leaves_this_site(target: str, desk: Desk) -> None:
    answer = desk.sign_in(query_string={"next": target})
    assert answer.location == "/"
    data = {"next": target}
    assert desk.client.post("/language/en", data=data).location == "/"
    assert desk.client.post("/theme/dark", data=data).location == "/"
    assert desk.client.get("/sign-in", query_string={"next": target}).location == "/"


@pytest.mark.parametrize("target", ["/invoices", "/invoices?q=a%2fb", "/accounts/1#info"])
def test_next_leads_to_any_page_here(target: str, app: Flask) -> None:
    with app.test_request_context():
        assert local_address(target) == target


def test_a_forged_host_appears_in_no_answer(app: Flask, world: World, owner: FlaskClient) -> None:
    forged = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
    }
    for call in calls(app):
        if call.method != "GET" or call.access is Access.OPERATOR:
            continue
        client = owner if call.access is not Access.PUBLIC else app.test_client()
        answer = client.get(world.url(call), headers=forged)
        assert "evil.example" not in f"{answer.headers}{answer.text}", call


# -- line 18 ---------------------------------------------------------------------------------


def test_debugging_stays_off_whatever_the_environment_says(
    instance: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert create_app().debug is False


def test_trace_is_refused_everywhere(app: Flask, world: World) -> None:
    for call in calls(app):
        assert app.test_client().open(world.url(call), method="TRACE").status_code == 405, call


def address_logged(app: Flask, forwarded: str, capsys: pytest.CaptureFixture[str]) -> str:
    app.test_client().post(
        "/sign-in",
        data={"email": "x", "password": "y"},
        headers={"X-Forwarded-For": forwarded},
        environ_overrides={"REMOTE_ADDR": "192.0.2.1"},
    )
    found = re.search(r'"address": "([^"]+)"', capsys.readouterr().err)
    assert found is not None
    return found[1]


def test_a_forged_forwarded_address_is_ignored_without_a_proxy(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    assert address_logged(app, "198.51.100.7", capsys) == "192.0.2.1"


def test_behind_one_proxy_only_the_address_it_added_counts(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    behind = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})
    assert address_logged(behind, "203.0.113.66, 198.51.100.7", capsys) == "198.51.100.7"


# -- line 20 ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/invoices", "/api/v1/accounts"])
def test_a_broken_page_tells_nothing_of_the_inside(
    path: str, app: Flask, firm: FirmFixture, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def broken(**_values: object) -> None:
        raise RuntimeError("canary-of-the-inside")

    endpoint = "invoices.index" if path == "/invoices" else "api_accounts.list"
    monkeypatch.setitem(app.view_functions, endpoint, broken)
    answer = owner.get(path, headers={"Authorization": f"Bearer {firm.token}"})
    assert answer.status_code == 500
    assert missing(answer) == []
    for inside in ("canary-of-the-inside", "Traceback", "RuntimeError", ".py"):
        assert inside not in answer.text


def test_without_the_database_nobody_is_let_in(
    app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fail closed: when it cannot be told who asks, nobody is served."""
    from sqlalchemy.exc import OperationalError

    from webapp.models import SignIn

    desk.sign_in()
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def gone(_token: str) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(SignIn, "find", gone)
    answer = desk.client.get("/invoices")
    assert answer.status_code >= 500
    assert "New invoice" not in answer.text
