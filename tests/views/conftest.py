"""The people who open the pages, and a firm with one record of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.conftest import FirmFixture, signed_in
from webapp import intake
from webapp.extensions import db
from webapp.models import Firm, Person
from webapp.models.person import ADMIN, MEMBER, OPERATOR, OWNER
from webapp.recurring import today_of

if TYPE_CHECKING:
    from tests.views.quickbooks_scene import Scene

HTMX = {"HX-Request": "true"}

SignInAs = Callable[[FirmFixture, str], FlaskClient]


@dataclass(frozen=True)
class Records:
    """Ids of one record of each kind, all of the same client."""

    account: int
    service: int
    invoice: int
    payment: int
    refund: int
    expense: int
    recurring: int


@pytest.fixture(autouse=True)
def without_csrf(app: Flask) -> Iterator[None]:
    """Forms are posted bare here; that a form without its token is refused has its own test."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def owner(client_of: SignInAs, firm: FirmFixture) -> FlaskClient:
    return client_of(firm, OWNER)


@pytest.fixture
def admin(client_of: SignInAs, firm: FirmFixture) -> FlaskClient:
    return client_of(firm, ADMIN)


@pytest.fixture
def member(client_of: SignInAs, firm: FirmFixture) -> FlaskClient:
    return client_of(firm, MEMBER)


@pytest.fixture
def stranger(client_of: SignInAs, other_firm: FirmFixture) -> FlaskClient:
    return client_of(other_firm, OWNER)


@pytest.fixture
def nobody(app: Flask) -> FlaskClient:
    """A browser in which no one is signed in."""
    return app.test_client()


@pytest.fixture
def operator(app: Flask) -> FlaskClient:
    with app.app_context():
        person = Person(role=OPERATOR, email="operator@here.example", name="Op", password_hash="-")
        db.session.add(person)
        db.session.commit()
        person_id = person.id
    return signed_in(app, person_id)


@pytest.fixture
def records(app: Flask, firm: FirmFixture) -> Records:
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        account = intake.account(own, {"name": "Bluebird Café", "email": "hi@bluebird.example"})
        service = intake.service(own, {"name": "Bookkeeping", "rate": "420.00"})
        invoice = intake.invoice(own, invoice_data(account.id, service.id))
        payment = intake.payment(own, payment_data(invoice.id))
        refund = intake.refund(
            own, {"payment": payment.id, "date": "2026-08-21", "amount": "20.00", "reason": "Late"}
        )
        expense = intake.expense(
            own, {"payment": payment.id, "date": "2026-08-20", "amount": "9.30"}
        )
        recurring = intake.recurring(own, recurring_data(account.id, service.id), today_of(own))
        db.session.commit()
        made = (account, service, invoice, payment, refund, expense, recurring)
        return Records(*(one.id for one in made))


def recurring_data(account_id: int, service_id: int, **others: Any) -> dict[str, Any]:
    """$420.00 every month from far in the future on."""
    return {
        "account": account_id,
        "unit": "month",
        "start": "2150-01-31",
        "lines": [{"service": service_id, "quantity": "1", "rate": "420.00"}],
        **others,
    }


def invoice_data(account_id: int, service_id: int, **others: Any) -> dict[str, Any]:
    """An invoice of $420.00, as the intake takes it."""
    return {
        "account": account_id,
        "number": "1042",
        "date": "2026-08-14",
        "lines": [{"service": service_id, "quantity": "1", "rate": "420.00"}],
        **others,
    }


def payment_data(invoice_id: int, **others: Any) -> dict[str, Any]:
    """$300.00 by card."""
    return {
        "invoice": invoice_id,
        "date": "2026-08-20",
        "amount": "300.00",
        "method": "credit_card",
        **others,
    }


def invoice_form(account_id: int, service_id: int, **others: str) -> dict[str, str]:
    """An invoice of $420.00, as a browser posts its form."""
    return {
        "account": str(account_id),
        "number": "1043",
        "date": "2026-08-14",
        "due_date": "2026-08-28",
        "memo": "",
        "lines-0-service": str(service_id),
        "lines-0-description": "August",
        "lines-0-rate": "420.00",
        "lines-0-quantity": "1",
        **others,
    }


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every SQL statement that runs while the test goes on."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def scene(app: Flask, firm: FirmFixture, records: Records) -> Scene:
    """The firm, connected, with records that can be given issues."""
    from tests.views.quickbooks_scene import scene_of

    return scene_of(app, firm, records)
