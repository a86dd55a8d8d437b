"""The pages of recurring invoices: the list, the form and its buttons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX, Records
from webapp import recurring
from webapp.extensions import db
from webapp.models import Invoice, Recurring


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """People's sign-ins go by the clock, too, so it goes on."""
    with time_machine.travel("2026-11-24T20:00:00Z"):
        yield


def form(records: Records, **others: str) -> dict[str, str]:
    """$420.00 on the last day of each month, as a browser posts its form."""
    return {
        "account": str(records.account),
        "unit": "month",
        "every": "1",
        "start": "2026-11-24",
        "month_day": "31",
        "due_days": "14",
        "ends_on": "",
        "ends_after": "12",
        "memo": "Thank you",
        "lines-0-service": str(records.service),
        "lines-0-description": "",
        "lines-0-rate": "420.00",
        "lines-0-quantity": "1",
        **others,
    }


def latest(app: Flask) -> Recurring:
    with app.app_context():
        found = db.session.scalars(db.select(Recurring).order_by(Recurring.id.desc())).first()
        assert found is not None
        return found


def test_a_member_makes_one(app: Flask, member: FlaskClient, records: Records) -> None:
    answer = member.post("/recurring", data=form(records))
    assert answer.location == "/recurring"
    made = latest(app)
    assert (made.unit, made.every, made.month_day, made.ends_after) == ("month", 1, 31, 12)
    assert made.next_date is not None
    assert made.next_date.isoformat() == "2026-11-30"
    listed = member.get("/recurring").text
    assert "Every month" in listed
    assert "0 of 12 made" in listed
    assert "Nov 30, 2026" in listed


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("account", "", "Choose an account."),
        ("every", "0", "Write a whole number from 1 to 99."),
        ("every", "1.5", "Write a whole number from 1 to 99."),
        ("start", "", "Enter a date."),
        ("start", "2026-10-23", "Write a day from Oct 24, 2026 on."),
        ("ends_on", "2026-11-23", "Write a day on or after the first invoice."),
        ("ends_after", "-1", "Write a whole number from 1 to 1000."),
        ("due_days", "soon", "Write a whole number from 0 to 365."),
        ("lines-0-rate", "0", "The total must be above zero."),
        ("lines-0-rate", "x", "Write an amount such as 1850.00."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_wrong_stands_beside_its_field(
    field: str,
    value: str,
    said: str,
    headers: dict[str, str],
    app: Flask,
    member: FlaskClient,
    records: Records,
) -> None:
    answer = member.post("/recurring", data=form(records, **{field: value}), headers=headers)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="14"' in answer.text
    assert latest(app).id == records.recurring


def test_a_client_of_another_firm_cannot_be_billed(stranger: FlaskClient, records: Records) -> None:
    assert stranger.post("/recurring", data=form(records)).status_code == 422


def test_lines_change_without_saving(app: Flask, member: FlaskClient, records: Records) -> None:
    more = member.post("/recurring/lines", data=form(records, add_line="1"), headers=HTMX)
    assert 'name="lines-1-rate"' in more.text
    assert 'hx-post="/recurring/totals"' in more.text
    sums = member.post(
        "/recurring/totals",
        data=form(records, **{"lines-0-quantity": "3"}),
        headers={**HTMX, "HX-Target": "dl#totals"},
    )
    assert "$1,260.00" in sums.text
    assert latest(app).id == records.recurring


def test_an_edit_keeps_what_was_made(app: Flask, member: FlaskClient, records: Records) -> None:
    url = f"/recurring/{records.recurring}"
    assert 'value="2150-01-31"' in member.get(url).text
    changed = form(records, start="2150-01-31", unit="quarter", **{"lines-0-rate": "99.00"})
    assert member.post(url, data=changed).status_code == 303
    with app.app_context():
        kept = db.session.get_one(Recurring, records.recurring)
        assert (kept.unit, kept.total_minor) == ("quarter", 9900)


def test_it_is_paused_and_resumed(app: Flask, member: FlaskClient, records: Records) -> None:
    member.post("/recurring", data=form(records, start="2026-11-24", month_day=""))
    url = f"/recurring/{latest(app).id}"
    assert member.post(f"{url}/pause").location == url
    assert "Paused" in member.get("/recurring").text
    assert "left out" in member.get(url).text
    member.post(f"{url}/resume")
    assert not latest(app).paused


def test_the_page_links_what_was_made(
    app: Flask, firm: FirmFixture, member: FlaskClient, records: Records
) -> None:
    member.post("/recurring", data=form(records, month_day=""))
    with app.app_context():
        assert recurring.make_due(firm.id) == 1
        invoice = db.session.scalars(db.select(Invoice).order_by(Invoice.id.desc())).first()
        assert invoice is not None
    page = member.get(f"/recurring/{latest(app).id}").text
    assert f'href="/invoices/{invoice.id}"' in page
    assert "1 of 12 made" in page


def test_one_that_stopped_says_why(app: Flask, member: FlaskClient, records: Records) -> None:
    with app.app_context():
        db.session.get_one(Recurring, records.recurring).pause(stopped_by="lines")
        db.session.commit()
    page = member.get(f"/recurring/{records.recurring}").text
    assert "One of its services was deleted." in page
    assert "Resume" in page
    assert "Stopped" in member.get("/recurring").text


def test_deleting_asks_first_and_leaves_the_invoices(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    url = f"/recurring/{records.recurring}"
    assert "Those that were made stay." in member.get(f"{url}/delete", headers=HTMX).text
    assert member.post(f"{url}/delete").location == "/recurring"
    assert member.get(url).status_code == 404
    with app.app_context():
        assert db.session.get_one(Invoice, records.invoice).live


def test_the_list_is_searched_by_client(member: FlaskClient, records: Records) -> None:
    assert "Bluebird" in member.get("/recurring?q=bluebird", headers=HTMX).text
    assert "No recurring invoice matches" in member.get("/recurring?q=zz", headers=HTMX).text


def test_a_list_costs_the_same_however_long_it_is(
    member: FlaskClient, records: Records, statements: list[str]
) -> None:
    member.get("/recurring")
    one = len(statements)
    for _ in range(5):
        member.post("/recurring", data=form(records))
    statements.clear()
    member.get("/recurring")
    assert len(statements) == one
