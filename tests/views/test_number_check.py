"""What stands beneath the invoice number while it is typed."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views.conftest import HTMX, invoice_form
from tests.views.quickbooks_scene import BASE, Scene
from webapp.extensions import db
from webapp.models import Invoice, MirrorNumber
from webapp.models.columns import utc_now

CHECK = "/invoices/number-check"


@pytest.fixture
def synced(app: Flask, scene: Scene, owner: FlaskClient) -> Scene:
    """Numbers are synced with a QuickBooks whose last invoice is 1099."""
    owner.post(f"{BASE}/numbers", data={"sync_invoice_numbers": "1"})
    with app.app_context():
        db.session.add(
            MirrorNumber(
                firm_id=scene.firm_id,
                txn_type="Invoice",
                quickbooks_id="7",
                number="1099",
                prefix="",
                value="1099".zfill(22),
                created_at=utc_now(),
            )
        )
        db.session.commit()
    return scene


def test_a_number_taken_in_quickbooks_offers_the_next(synced: Scene, member: FlaskClient) -> None:
    text = member.get(CHECK, query_string={"number": "1099"}, headers=HTMX).text
    assert "This number already exists in QBO. Use '1100' to avoid duplicates" in text
    assert 'value="1100"' in text


def test_a_number_taken_here_counts_as_taken(synced: Scene, member: FlaskClient) -> None:
    assert "already exists" in member.get(CHECK, query_string={"number": "1042"}).text


def test_a_free_number_says_so(synced: Scene, member: FlaskClient) -> None:
    text = member.get(CHECK, query_string={"number": "5000"}).text
    assert "5000 is free in QuickBooks." in text


def test_an_invoice_does_not_collide_with_itself(synced: Scene, member: FlaskClient) -> None:
    query = {"number": "1042", "record_id": synced.records.invoice}
    assert "1042 is free in QuickBooks." in member.get(CHECK, query_string=query).text


def test_silence_of_quickbooks_is_said(synced: Scene, member: FlaskClient) -> None:
    synced.connect(failures=3)
    text = member.get(CHECK, query_string={"number": "5000"}).text
    assert "We can&#39;t reach QuickBooks to check this number." in text.replace("'", "&#39;")


def test_nothing_is_said_while_the_switch_is_off(scene: Scene, member: FlaskClient) -> None:
    assert member.get(CHECK, query_string={"number": "1042"}).text.strip() == ""


def test_another_firms_invoice_is_not_found(synced: Scene, stranger: FlaskClient) -> None:
    query = {"number": "1", "record_id": synced.records.invoice}
    assert stranger.get(CHECK, query_string=query).status_code == 404


def test_creating_a_duplicate_is_asked_about_once(
    app: Flask, synced: Scene, member: FlaskClient
) -> None:
    form = invoice_form(synced.records.account, synced.records.service, number="1099")
    refused = member.post("/invoices", data=form)
    assert refused.status_code == 422
    assert "Create anyway" in refused.text
    assert member.post("/invoices", data={**form, "allow_duplicate": "1"}).status_code == 303
    with app.app_context():
        assert db.session.scalar(db.select(Invoice.id).where(Invoice.number == "1099"))
