"""Services: saving, the income account, and deleting one that invoices use."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX, Records
from webapp.extensions import db
from webapp.models import Connection, Entry, Invoice, MirrorObject, Service, outbox


@pytest.fixture
def company(app: Flask, firm: FirmFixture, other_firm: FirmFixture) -> None:
    """Two accounts that earn and one that does not; another firm's company has one too."""
    with app.app_context():
        for firm_id, id_, name, type_, active in (
            (firm.id, "79", "Sales", "Income", True),
            (firm.id, "80", "Interest", "Other Income", True),
            (firm.id, "81", "Checking", "Bank", True),
            (firm.id, "82", "Old sales", "Income", False),
            (other_firm.id, "90", "Their sales", "Income", True),
        ):
            db.session.add(
                MirrorObject(
                    firm_id=firm_id,
                    entity="Account",
                    quickbooks_id=id_,
                    sync_token="0",
                    name=name,
                    name_key=name.lower(),
                    search_key=name.lower(),
                    active=active,
                    detail={"account_type": type_},
                )
            )
        db.session.add(Connection(firm_id=firm.id, accounts={"income": "79"}))
        db.session.commit()


def test_a_new_service_is_saved_and_asked_to_be_sent(app: Flask, member: FlaskClient) -> None:
    answer = member.post("/services", data={"name": "Payroll", "rate": "85.50"})
    assert answer.location == "/services"
    with app.app_context():
        service = db.session.scalars(db.select(Service)).one()
        assert (service.rate_minor, service.income_account_id) == (8550, None)
        assert Entry.of(service) is not None


@pytest.mark.usefixtures("company")
def test_the_form_offers_the_companys_income_accounts(member: FlaskClient) -> None:
    page = member.get("/services/new").text
    assert "The firm&#39;s default (Sales)" in page
    assert '<option value="80">Interest</option>' in page
    assert not [name for name in ("Checking", "Old sales", "Their sales") if name in page]


@pytest.mark.usefixtures("company")
def test_another_income_account_sends_the_service_again(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    with app.app_context():
        entry = Entry.of(db.session.get_one(Service, records.service))
        assert entry is not None
        entry.rest(outbox.DONE)
        db.session.commit()
    member.post(f"/services/{records.service}", data={"income_account": "80"})
    with app.app_context():
        service = db.session.get_one(Service, records.service)
        entry = Entry.of(service)
        assert service.income_account_id == "80"
        assert entry is not None
        assert entry.state == outbox.READY


def test_a_chosen_account_that_went_away_stays_chosen(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    with app.app_context():
        db.session.get_one(Service, records.service).income_account_id = "55"
        db.session.commit()
    page = member.get(f"/services/{records.service}").text
    assert '<option value="55" selected>Account 55</option>' in page


def test_a_refused_service_keeps_what_was_typed(member: FlaskClient) -> None:
    answer = member.post("/services", data={"name": "", "rate": "lots"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'value="lots"' in answer.text
    assert 'id="f-rate-error"' in answer.text


def test_invoices_keep_the_lines_of_a_deleted_service(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    question = member.get(f"/services/{records.service}/delete", headers=HTMX).text
    assert "Nothing is deleted in QuickBooks." in question
    answer = member.post(f"/services/{records.service}/delete", headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/services"
    assert member.get(f"/services/{records.service}").status_code == 404
    assert "Bookkeeping" in member.get(f"/invoices/{records.invoice}").text
    with app.app_context():
        assert db.session.get_one(Invoice, records.invoice).total_minor == 42000
