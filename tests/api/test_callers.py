"""Who gets in, and how often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.api.conftest import Program
from tests.conftest import FirmFixture
from webapp import create_app
from webapp.api import callers
from webapp.extensions import db
from webapp.models import ApiToken


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic x", "bearer\u00e9 x"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_valid_token_nothing_is_told(
    app: Flask, firm: FirmFixture, header: str | None, method: str
) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = app.test_client().open("/api/v1/accounts", method=method, headers=headers)
    assert response.status_code == 401
    assert response.content_type == "application/problem+json"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_signed_in_browser_is_no_program(
    client_of: Callable[[FirmFixture, str], FlaskClient], firm: FirmFixture
) -> None:
    assert client_of(firm, "owner").get("/api/v1/accounts").status_code == 401


def test_a_revoked_token_is_refused_at_once(app: Flask, program: Program) -> None:
    assert program.get("accounts").status_code == 200
    with app.app_context():
        token = db.session.scalar(select(ApiToken))
        assert token is not None
        token.revoke()
        db.session.commit()
    assert program.get("accounts").status_code == 401


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_use_of_a_token_is_noted_at_most_once_a_minute(
    app: Flask, program: Program, method: str
) -> None:
    def call_and_read() -> object:
        program.call(method, "accounts", {"name": "Ada"} if method == "POST" else None)
        with app.app_context():
            return db.session.scalar(select(ApiToken.last_used_at))

    first = call_and_read()
    assert first is not None
    assert call_and_read() == first
    with app.app_context():
        token = db.session.scalar(select(ApiToken))
        assert token is not None
        assert token.last_used_at is not None
        token.last_used_at -= timedelta(minutes=2)
        earlier = token.last_used_at
        db.session.commit()
    assert call_and_read() != earlier


def test_a_program_that_asks_too_often_is_told_when_to_come_back(
    app: Flask, firm: FirmFixture
) -> None:
    limited = create_app({"TESTING": True})
    program = Program(limited, firm.token)
    most = int(callers.BULK_CALLS.split()[0])
    answers = [program.post("bulk", []) for _ in range(most + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert answers[-1].content_type == "application/problem+json"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert program.get("sync").status_code == 200


def test_the_api_needs_no_csrf_token_and_pages_do(app: Flask, program: Program) -> None:
    assert program.post("accounts", {"name": "Ada"}).status_code == 201
    assert app.test_client().post("/sign-in", data={"email": "x"}).status_code == 400
