"""Being signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.conftest import FirmFixture
from webapp.extensions import db
from webapp.models import SignIn


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/no"), ("POST", "/theme/dark")]
)
def test_the_first_request_after_a_pause_is_noted_without_delay(
    app: Flask,
    firm: FirmFixture,
    client_of: Callable[[FirmFixture, str], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    client = client_of(firm, "owner")
    with app.app_context():
        seen_at = db.session.scalars(select(SignIn.seen_at)).one() - timedelta(minutes=3)
        db.session.execute(update(SignIn).values(seen_at=seen_at))
        db.session.commit()
    client.open(path, method=method)
    with app.app_context():
        assert db.session.scalars(select(SignIn.seen_at)).one() > seen_at
