"""Lists: what search finds, which rows a page holds, and how many statements it costs."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX, Records
from webapp import intake
from webapp.extensions import db
from webapp.models import Firm
from webapp.views.paging import SIZE

LINE = [{"description": "Work", "rate": "10.00"}]


def add_invoices(app: Flask, firm: FirmFixture, count: int, first: int = 1) -> None:
    """Each with a client and a payment of its own, all of one day."""
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        for n in range(first, first + count):
            account = intake.account(own, {"name": f"Client {n:03}"})
            intake.service(own, {"name": f"Service {n:03}", "rate": "1.00"})
            invoice = intake.invoice(
                own,
                {
                    "account": account.id,
                    "number": f"A-{n:03}",
                    "date": "2026-08-01",
                    "lines": LINE,
                },
            )
            intake.payment(own, {"invoice": invoice.id, "date": "2026-08-02", "amount": "5.00"})
        db.session.commit()


@pytest.mark.parametrize("path", ["/accounts", "/services", "/invoices", "/payments"])
def test_statements_do_not_grow_with_the_rows(
    path: str, app: Flask, firm: FirmFixture, owner: FlaskClient, statements: list[str]
) -> None:
    add_invoices(app, firm, 2)
    statements.clear()
    owner.get(path)
    few = len(statements)
    add_invoices(app, firm, 10, first=3)
    statements.clear()
    answer = owner.get(path)
    assert answer.text.count('role="rowheader"') == 12
    assert len(statements) == few


@pytest.mark.parametrize("path", ["/accounts/{}/invoices", "/accounts/{}/payments", "/accounts/{}"])
def test_a_profile_costs_the_same_whatever_the_client_has(
    path: str,
    app: Flask,
    firm: FirmFixture,
    records: Records,
    owner: FlaskClient,
    statements: list[str],
) -> None:
    path = path.format(records.account)
    statements.clear()
    owner.get(path)
    few = len(statements)
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        for n in range(8):
            data = {"account": records.account, "number": f"B-{n}", "date": "2026-08-01"}
            invoice = intake.invoice(own, {**data, "lines": LINE})
            intake.payment(own, {"invoice": invoice.id, "date": "2026-08-02", "amount": "5.00"})
        db.session.commit()
    statements.clear()
    owner.get(path)
    assert len(statements) == few


def test_every_row_is_on_exactly_one_page_the_latest_first(
    app: Flask, firm: FirmFixture, owner: FlaskClient
) -> None:
    """All are of one day: the order has to hold by more than the date."""
    add_invoices(app, firm, SIZE + 3)
    pages = [owner.get(f"/invoices?page={n}").text for n in (1, 2)]
    shown = [re.findall(r">#(A-\d+)<", page) for page in pages]
    assert [len(numbers) for numbers in shown] == [SIZE, 3]
    assert [*shown[0], *shown[1]] == [f"A-{n:03}" for n in range(SIZE + 3, 0, -1)]
    assert "51 to 53 of 53" in pages[1]


@pytest.mark.parametrize("page", ["0", "-3", "99", "x", str(10**30)])
def test_a_page_that_is_not_there_is_the_nearest(
    page: str, records: Records, owner: FlaskClient
) -> None:
    answer = owner.get(f"/invoices?page={page}")
    assert answer.status_code == 200
    assert "#1042" in answer.text


def test_pages_keep_the_search(app: Flask, firm: FirmFixture, owner: FlaskClient) -> None:
    add_invoices(app, firm, SIZE + 1)
    answer = owner.get("/invoices?q=a-")
    assert 'href="/invoices?q=a-&amp;page=2"' in answer.text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/accounts", "BLUE"),
        ("/accounts", "CAFÉ"),
        ("/accounts", "bluebird.example"),
        ("/services", "book"),
        ("/invoices", "#104"),
        ("/invoices", "bluebird"),
        ("/payments", "1042"),
        ("/payments", "bird"),
    ],
)
def test_search_ignores_case_and_finds_parts(
    path: str, words: str, records: Records, owner: FlaskClient
) -> None:
    found = owner.get(path, query_string={"q": words}, headers=HTMX)
    assert 'role="rowheader"' in found.text


@pytest.mark.parametrize("words", ["zebra", "%", "_"])
@pytest.mark.parametrize("path", ["/accounts", "/services", "/invoices", "/payments"])
def test_search_says_when_nothing_matches(
    path: str, words: str, records: Records, owner: FlaskClient
) -> None:
    found = owner.get(path, query_string={"q": words}, headers=HTMX)
    assert f'matches "{words}"' in found.text
    assert 'role="rowheader"' not in found.text


@pytest.mark.parametrize("path", ["/accounts", "/services", "/invoices", "/payments"])
def test_lists_hold_nothing_of_another_firm(
    path: str, records: Records, stranger: FlaskClient
) -> None:
    assert 'role="rowheader"' not in stranger.get(path).text


def test_what_was_searched_for_is_shown_as_text(owner: FlaskClient) -> None:
    found = owner.get("/accounts", query_string={"q": "<b>bold</b>"})
    assert "<b>bold</b>" not in found.text
    assert "&lt;b&gt;bold&lt;/b&gt;" in found.text
