"""Row 25: a double click, or two admins who resync at once, is one intent.

Red where ``Entry.find`` does not lock, or where resync makes an entry of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import FirmFixture
from tests.quickbooks.office import Office
from webapp.extensions import db
from webapp.models import Firm, Person
from webapp.models.person import ADMIN, OWNER

PAGE = "/settings/integrations/quickbooks"
CLICKS = 4

SignIn = Callable[[FirmFixture, str], FlaskClient]


@pytest.fixture
def people(app: Flask, office: Office, client_of: SignIn) -> list[FlaskClient]:
    """The owner's and an admin's browsers."""
    with office.database():
        firm = db.session.get_one(Firm, office.firm_id)
        found = {p.role: p.id for p in db.session.query(Person).filter_by(firm_id=firm.id)}
        db.session.commit()
    fixture = FirmFixture(office.firm_id, "", found)
    return [client_of(fixture, role) for role in (OWNER, ADMIN)]


@pytest.fixture(autouse=True)
def without_csrf(configured: Callable[..., None]) -> None:
    """Forms are posted bare here; that a form without its token is refused has its own test."""
    configured(WTF_CSRF_ENABLED=False)


def at_once(calls: list[Callable[[], TestResponse]]) -> list[TestResponse]:
    start = threading.Barrier(len(calls))
    answers: list[TestResponse] = []

    def run(call: Callable[[], TestResponse]) -> None:
        start.wait()
        answers.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("path", ["issues/{issue}/resync", "errors/invoices/all"])
def test_resync_clicked_by_two_admins_at_once_sends_once(
    office: Office, people: list[FlaskClient], path: str
) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("fault", entity="Invoice", code="6000")
    invoice = office.invoice(account, service)
    office.work()
    address = f"{PAGE}/{path.format(issue=office.only_issue().id)}"
    answers = at_once(
        [lambda p=p: p.post(address, data={"action": "resync"}) for p in people * CLICKS]  # type: ignore[misc]
    )
    assert 303 in {answer.status_code for answer in answers}
    office.work()
    assert office.state("invoice", invoice) == "synced"
    assert [outcome for _, outcome in office.attempts("invoice", invoice)] == [
        "rejected",
        "accepted",
    ]
    assert len(office.objects("Invoice")) == 1
    assert office.issues() == []


@pytest.mark.parametrize("times", [2, 5])
def test_resync_while_its_answer_is_outstanding_asks_nothing_anew(
    office: Office, people: list[FlaskClient], times: int
) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("fault", entity="Invoice", code="6000")
    invoice = office.invoice(account, service)
    office.work()
    address = f"{PAGE}/issues/{office.only_issue().id}/resync"
    people[0].post(address)
    office.fault("commit_then_drop", entity="Invoice")
    office.work()
    for person in people * times:
        person.post(address)
        office.work()
    assert office.state("invoice", invoice) == "syncing"
    office.settle()
    assert office.state("invoice", invoice) == "synced"
    assert len(office.objects("Invoice")) == 1
    office.require_order()
