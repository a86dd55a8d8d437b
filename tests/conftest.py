"""What the tests share: the application on real parts, a firm and its people.

SQLite lets one connection write at a time, and reading in a session takes the same lock. So the
fixtures hand out plain ids, and a test looks into the database inside ``with app.app_context()``,
which gives its connection back at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url
from xdist.remote import Producer

from tests import postgres
from tests.browser import binary
from tests.contract import score
from tests.dealing import Dealing
from webapp import create_app, embedded_redis
from webapp.extensions import db
from webapp.models import ApiToken, Firm, Person, SignIn
from webapp.models.person import ADMIN, MEMBER, OWNER

PASSWORD = "a-long-enough-password"
NOWHERE = "http://127.0.0.1:9"

SETTINGS = {
    "SECRET_KEY": "test-secret-key-0123456789-0123456789",
    "TOKEN_KEYS": "test-token-key-0123456789-0123456789",
    "INTUIT_CLIENT_ID": "test-client",
    "INTUIT_CLIENT_SECRET": "test-client-secret",
    "INTUIT_DISCOVERY_URL": f"{NOWHERE}/discovery",
    "INTUIT_WEBHOOK_VERIFIER_TOKEN": "test-verifier",
    "QBO_API_URL": NOWHERE,
}
os.environ.setdefault("WORKER_NICE", "0")  # of every program that a test starts and waits for


@dataclass(frozen=True)
class FirmFixture:
    id: int
    token: str
    """The API token in clear."""
    people: dict[str, int]
    """Person ids by role."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever drives a browser carries the mark ``browser``."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Dealing | None:
    return Dealing(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = score.lines(terminalreporter)
    if lines:
        terminalreporter.write_sep("-", "clients nobody here wrote")
    for line in lines:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """No option of pytest-playwright names a browser of the system."""
    return {**browser_type_launch_args, **binary.launch_options()}


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An instance folder of its own, with a running Redis."""
    folder = tmp_path_factory.mktemp("instance")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in SETTINGS.items():
            environment.setenv(name, value)
        environment.setenv("CUADRA_INSTANCE", str(folder))
        environment.setenv("REDIS_URL", embedded_redis.ensure(folder))
        with _database(folder) as address:
            environment.setenv("DATABASE_URL", address)
            yield folder
    embedded_redis.shut_down(folder)


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    """SQLite in the folder, or one of our own on the server that ``TEST_DATABASE_URL`` names:
    each process of the tests has its own."""
    server = os.environ.get("TEST_DATABASE_URL")
    if server:
        with postgres.fresh_database(make_url(server)) as address:
            yield address
    else:
        yield f"sqlite:///{folder / 'cuadra.sqlite'}"


@pytest.fixture(scope="session")
def tables(instance: Path) -> Flask:
    """The application with every table made. Tests ask for ``app``, which is emptied after each."""
    app = create_app({"TESTING": True, "RATELIMIT_ENABLED": False})
    with app.app_context():
        db.drop_all()
        db.create_all()
    return app


@pytest.fixture
def app(tables: Flask) -> Iterator[Flask]:
    yield tables
    with tables.app_context():
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()
    tables.extensions["redis"].flushdb()


@pytest.fixture
def app_context(app: Flask) -> Iterator[None]:
    """An application context, for tests that call into the models without a request."""
    with app.app_context():
        yield
        db.session.rollback()


@pytest.fixture
def firm(app: Flask) -> FirmFixture:
    return make_firm(app, "Alder & Pine", "alder.example")


@pytest.fixture
def other_firm(app: Flask) -> FirmFixture:
    """The firm that strangers belong to."""
    return make_firm(app, "Birch Books", "birch.example")


@pytest.fixture
def client_of(app: Flask) -> Callable[[FirmFixture, str], FlaskClient]:
    """``client_of(firm, role)``: a browser in which that person is signed in."""

    def sign_in(firm: FirmFixture, role: str) -> FlaskClient:
        return signed_in(app, firm.people[role])

    return sign_in


def signed_in(app: Flask, person_id: int) -> FlaskClient:
    """A browser in which that person is signed in."""
    with app.app_context():
        person = db.session.get_one(Person, person_id)
        token = SignIn.start(person, "127.0.0.1", "tests").token
        db.session.commit()
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client


def make_firm(app: Flask, name: str, domain: str) -> FirmFixture:
    with app.app_context():
        firm = Firm(name=name)
        people = {role: _person(firm, role, domain) for role in (OWNER, ADMIN, MEMBER)}
        db.session.add_all([firm, *people.values()])
        _token, clear = ApiToken.issue(firm)
        db.session.commit()
        return FirmFixture(firm.id, clear, {role: people[role].id for role in people})


def _person(firm: Firm, role: str, domain: str) -> Person:
    return Person(
        firm=firm,
        role=role,
        email=f"{role}@{domain}",
        name=role.title(),
        password_hash=_password_hash(),
    )


@cache
def _password_hash() -> str:
    """Of PASSWORD: made once, since a good hash is slow."""
    person = Person()
    person.set_password(PASSWORD)
    return person.password_hash
