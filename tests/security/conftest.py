"""The security checklist's tests: one file per group; docs/security.md says which line is where."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.conftest import PASSWORD, FirmFixture
from tests.quickbooks.conftest import (  # noqa: F401 - fixtures
    configured,
    make_office,
    office,
    sandbox,
    switch,
)
from tests.security.world import World, make_world
from tests.views.conftest import (  # noqa: F401 - fixtures
    Records,
    admin,
    member,
    nobody,
    operator,
    owner,
    records,
    scene,
    stranger,
    without_csrf,
)
from tests.views.quickbooks_scene import Scene
from webapp import second_factor
from webapp.extensions import db
from webapp.models import Person, SignIn


class Desk:
    """One person at a browser, and what the database says of them."""

    def __init__(self, app: Flask, email: str):
        self.app, self.email = app, email
        self.client = app.test_client()

    def sign_in(self, password: str = PASSWORD, **others: Any) -> Any:
        data = {"email": self.email, "password": password}
        return self.client.post("/sign-in", data=data, **others)

    @property
    def is_in(self) -> bool:
        return self.client.get("/settings/security").status_code == 200

    def cookie(self) -> str:
        found = self.client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        return found.value if found else ""

    def person(self) -> Person:
        """Detached: to look at."""
        with self.app.app_context():
            found = Person.by_email(self.email)
            assert found is not None
            _ = found.firm
            db.session.commit()
            return found

    def age(self, **columns: Any) -> None:
        """Make this person's sessions older: ``age(seen_at=timedelta(...))`` ago."""
        with self.app.app_context():
            for session in db.session.scalars(
                db.select(SignIn).join(Person).where(Person.email == self.email)
            ):
                for name, by in columns.items():
                    setattr(session, name, getattr(session, name) - by)
            db.session.commit()

    def with_second_factor(self) -> tuple[str, list[str]]:
        """Turned on: the app's secret, and the recovery codes."""
        import pyotp

        with self.app.app_context():
            person = Person.by_email(self.email)
            assert person is not None
            second_factor.set_up(person)
            db.session.flush()
            secret = second_factor.secret_being_set_up(person)
            assert secret is not None
            codes = second_factor.turn_on(person, pyotp.TOTP(secret).now())
            assert codes is not None
            # The code that turned it on is used up; a test shows the present one all the same.
            factor = db.session.scalars(db.select(second_factor.SecondFactor)).one()
            factor.last_step = 0
            db.session.commit()
            return secret, codes


@pytest.fixture
def world(
    app: Flask,
    firm: FirmFixture,
    records: Records,  # noqa: F811
    scene: Scene,  # noqa: F811
) -> World:
    """The firm, with one of everything."""
    return make_world(app, firm, records, scene)


@pytest.fixture
def desk(app: Flask, firm: FirmFixture) -> Desk:
    """The owner of the firm at a browser; not signed in."""
    return Desk(app, "owner@alder.example")


@pytest.fixture
def another_desk(app: Flask, firm: FirmFixture) -> Desk:
    """The same owner at another browser."""
    return Desk(app, "owner@alder.example")
