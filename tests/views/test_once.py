"""A form that creates a record, sent twice."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX, Records, SignInAs
from webapp.extensions import db
from webapp.models import (
    Account,
    Entry,
    Expense,
    IdempotencyKey,
    Invoice,
    Payment,
    Recurring,
    Refund,
    Service,
)
from webapp.models.person import MEMBER

DAY = "2026-08-22"


def forms(records: Records) -> dict[str, tuple[str, str, dict[str, str], type]]:
    """By kind: where the form is, where it goes, what is typed, and what that makes."""
    line = {"lines-0-service": str(records.service), "lines-0-quantity": "1", "lines-0-rate": "9"}
    of_payment = f"/payments/{records.payment}"
    paid = {"account": str(records.account), "date": DAY, "amount": "5.00", "method": "check"}
    sold = {"account": str(records.account), "date": DAY, **line}
    monthly = {"account": str(records.account), "start": "2030-01-31", "unit": "month", **line}
    monthly |= {"every": "1", "month_day": "31", "due_days": "14"}
    given = {"date": DAY, "amount": "1.00"}
    named = {"name": "Twice Ltd", "kind": "business"}
    return {
        "account": ("/accounts/new", "/accounts", named, Account),
        "service": ("/services/new", "/services", {"name": "Twice", "rate": "1"}, Service),
        "invoice": ("/invoices/new", "/invoices", sold, Invoice),
        "payment": ("/payments/new", "/payments", paid, Payment),
        "refund": (f"{of_payment}/refunds/new", f"{of_payment}/refunds", given, Refund),
        "expense": (f"{of_payment}/expenses/new", f"{of_payment}/expenses", given, Expense),
        "recurring": ("/recurring/new", "/recurring", monthly, Recurring),
    }


KINDS = ("account", "service", "invoice", "payment", "refund", "expense", "recurring")


def opened(client: FlaskClient, page: str, typed: dict[str, str]) -> dict[str, str]:
    """The form as it is sent: what was typed, and the word that came with it."""
    found = re.search(r'name="once" value="([^"]+)"', client.get(page).text)
    assert found, page
    return {**typed, "once": found[1]}


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


@pytest.mark.parametrize("kind", KINDS)
def test_sent_twice_it_makes_one_record_and_answers_alike(
    app: Flask, member: FlaskClient, records: Records, kind: str
) -> None:
    page, address, typed, model = forms(records)[kind]
    before, entries = count(app, model), count(app, Entry)
    form = opened(member, page, typed)
    first, second = member.post(address, data=form), member.post(address, data=form)
    assert first.status_code == second.status_code == 303, first.text
    assert first.location == second.location
    assert count(app, model) == before + 1
    assert count(app, Entry) == entries + (kind != "recurring")


def test_at_the_same_moment_it_makes_one_record(
    app: Flask, client_of: SignInAs, firm: FirmFixture, records: Records
) -> None:
    page, address, typed, _model = forms(records)["payment"]
    clients = [client_of(firm, MEMBER) for _ in range(4)]
    form, before = opened(clients[0], page, typed), count(app, Payment)
    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(lambda client: client.post(address, data=form).location, clients))
    assert len(places) == 1
    assert count(app, Payment) == before + 1


def test_two_forms_with_the_same_in_them_make_two_records(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    """Two tabs, or the form opened anew: a client can pay the same amount twice on one day."""
    page, address, typed, model = forms(records)["payment"]
    before = count(app, model)
    for form in (opened(member, page, typed), opened(member, page, typed)):
        member.post(address, data=form)
    assert count(app, model) == before + 2


def test_gone_back_to_and_changed_it_makes_another(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    page, address, typed, model = forms(records)["payment"]
    form, before = opened(member, page, typed), count(app, model)
    member.post(address, data=form)
    member.post(address, data={**form, "amount": "6.00"})
    assert count(app, model) == before + 2


def test_a_refused_form_stays_good(app: Flask, member: FlaskClient, records: Records) -> None:
    page, address, typed, model = forms(records)["payment"]
    form = opened(member, page, {**typed, "amount": "nonsense"})
    before, kept = count(app, model), count(app, IdempotencyKey)
    assert member.post(address, data=form).status_code == 422
    assert member.post(address, data=form).status_code == 422
    assert count(app, IdempotencyKey) == kept
    assert member.post(address, data={**form, "amount": "5.00"}).status_code == 303
    assert count(app, model) == before + 1


def test_a_button_that_saves_nothing_uses_nothing_up(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    page, address, typed, model = forms(records)["invoice"]
    form, before = opened(member, page, typed), count(app, model)
    assert member.post(address, data={**form, "add_line": "1"}).status_code == 200
    assert count(app, IdempotencyKey) == 0
    assert member.post(address, data=form).status_code == 303
    assert count(app, model) == before + 1


def test_a_page_that_is_swapped_in_is_sent_on_twice_alike(
    member: FlaskClient, records: Records
) -> None:
    page, address, typed, _model = forms(records)["account"]
    form = opened(member, page, typed)
    first, second = (member.post(address, data=form, headers=HTMX) for _ in range(2))
    assert first.headers["HX-Redirect"] == second.headers["HX-Redirect"]


def test_another_firm_with_the_same_word_is_no_second_time(
    app: Flask, member: FlaskClient, stranger: FlaskClient, records: Records
) -> None:
    page, address, typed, model = forms(records)["account"]
    form, before = opened(member, page, typed), count(app, model)
    assert member.post(address, data=form).location != stranger.post(address, data=form).location
    assert count(app, model) == before + 2


def test_a_form_that_changes_a_record_carries_no_word(
    member: FlaskClient, records: Records
) -> None:
    assert 'name="once"' not in member.get(f"/payments/{records.payment}/edit").text
