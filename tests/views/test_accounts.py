"""Clients: saving, deleting, and what the profile's QuickBooks card says and does."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX, Records
from webapp.extensions import db
from webapp.models import Account, Attempt, Entry, Link, MirrorObject, outbox
from webapp.models import attempt as attempts


def test_a_new_client_is_saved_and_asked_to_be_sent(app: Flask, member: FlaskClient) -> None:
    answer = member.post("/accounts", data={"name": "Bluebird", "email": "a@b.example"})
    with app.app_context():
        account = db.session.scalars(db.select(Account)).one()
        assert answer.status_code == 303
        assert answer.location == f"/accounts/{account.id}"
        assert Entry.of(account) is not None


def test_htmx_is_told_where_to_go_after_saving(member: FlaskClient) -> None:
    answer = member.post("/accounts", data={"name": "Bluebird"}, headers=HTMX)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/accounts/")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refused_form_keeps_what_was_typed(headers: dict[str, str], member: FlaskClient) -> None:
    answer = member.post("/accounts", data={"name": "", "email": "not an address"}, headers=headers)
    assert answer.status_code == 422
    assert 'value="not an address"' in answer.text
    assert 'aria-describedby="f-name-error"' in answer.text
    assert "Enter the client&#39;s name." in answer.text
    assert ("<html" in answer.text) is (headers != HTMX)


def test_an_edit_changes_the_client_of_the_address_only(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    member.post(f"/accounts/{records.account}", data={"name": "Blue Jay", "kind": "individual"})
    with app.app_context():
        account = db.session.get_one(Account, records.account)
        assert (account.name, account.account_kind) == ("Blue Jay", "individual")
        assert account.email == "hi@bluebird.example"


def test_a_form_cannot_turn_sync_off(app: Flask, member: FlaskClient, records: Records) -> None:
    member.post(f"/accounts/{records.account}", data={"name": "Bluebird", "sync": "false"})
    with app.app_context():
        assert db.session.get_one(Account, records.account).sync


def test_a_client_with_invoices_is_not_deleted(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    answer = member.post(f"/accounts/{records.account}/delete", headers=HTMX)
    assert answer.status_code == 422
    assert "1 invoice and 1 payment" in answer.text
    with app.app_context():
        assert db.session.get_one(Account, records.account).live


def test_a_deleted_client_is_gone_from_the_pages(app: Flask, member: FlaskClient) -> None:
    member.post("/accounts", data={"name": "Bluebird"})
    with app.app_context():
        account_id = db.session.scalars(db.select(Account.id)).one()
    assert "Nothing" not in member.get(f"/accounts/{account_id}/delete", headers=HTMX).text
    answer = member.post(f"/accounts/{account_id}/delete")
    assert answer.location == "/accounts"
    assert member.get(f"/accounts/{account_id}").status_code == 404


# -- the QuickBooks card ---------------------------------------------------------------------


def test_the_switch_keeps_what_is_the_clients_out_and_says_so(
    app: Flask, owner: FlaskClient, records: Records
) -> None:
    answer = owner.post(f"/accounts/{records.account}/sync", data={"on": "0"}, headers=HTMX)
    assert answer.status_code == 200
    assert 'aria-checked="false"' in answer.text
    assert "1 invoice and 1 payment were not sent." in answer.text
    assert "set by Owner" in answer.text
    assert "Sync is off for Bluebird Café." in answer.text
    with app.app_context():
        states = set(db.session.scalars(db.select(Entry.state).where(Entry.kind != "service")))
        assert states == {outbox.OFF}


def test_the_switch_sends_what_was_held_when_it_is_turned_on(
    app: Flask, admin: FlaskClient, records: Records
) -> None:
    admin.post(f"/accounts/{records.account}/sync", data={"on": "0"})
    answer = admin.post(f"/accounts/{records.account}/sync", data={"on": "1"})
    assert answer.status_code == 303
    with app.app_context():
        assert set(db.session.scalars(db.select(Entry.state))) == {outbox.READY}


def test_the_switch_takes_no_other_position(owner: FlaskClient, records: Records) -> None:
    assert owner.post(f"/accounts/{records.account}/sync", data={"on": "x"}).status_code == 400


def test_a_member_sees_the_state_of_the_switch_only(member: FlaskClient, records: Records) -> None:
    page = member.get(f"/accounts/{records.account}").text
    assert 'role="switch"' not in page
    assert "Sync with QuickBooks is on" in page


@pytest.fixture
def after_some_work(app: Flask, firm: FirmFixture, records: Records) -> Records:
    """The client is linked and its payment sent; its invoice was rejected."""
    with app.app_context():
        db.session.add(_link(firm.id, records.account))
        db.session.add(_customer(firm.id))
        for kind, record_id, outcome, state in (
            ("account", records.account, attempts.LINKED, outbox.DONE),
            ("payment", records.payment, attempts.ACCEPTED, outbox.DONE),
            ("invoice", records.invoice, attempts.REJECTED, outbox.REJECTED),
        ):
            db.session.add(
                Attempt(
                    firm_id=firm.id,
                    kind=kind,
                    record_id=record_id,
                    operation="create",
                    outcome=outcome,
                )
            )
            entry = Entry.find(firm.id, kind, record_id)
            assert entry is not None
            entry.state = state
        db.session.commit()
    return records


def _link(firm_id: int, account_id: int) -> Link:
    return Link(
        firm_id=firm_id, kind="account", record_id=account_id, quickbooks_id="218", sync_token="0"
    )


def _customer(firm_id: int) -> MirrorObject:
    name = "Bluebird Cafe LLC"
    return MirrorObject(
        firm_id=firm_id,
        entity="Customer",
        quickbooks_id="218",
        sync_token="0",
        name=name,
        name_key=name.lower(),
        search_key=name.lower(),
    )


def test_the_card_names_the_customer_the_counts_and_the_latest_tries(
    owner: FlaskClient, after_some_work: Records
) -> None:
    page = owner.get(f"/accounts/{after_some_work.account}").text
    assert "Bluebird Cafe LLC" in page
    assert "ID 218" in page
    assert "customerdetail?nameId=218" in page
    assert '<span class="bad">1 failed</span>' in page
    assert "1 synced" in page
    recent = [
        "Invoice #1042: rejected",
        "Payment $300.00 synced",
        "Bluebird Café linked",
    ]
    assert [page.find(line) for line in recent] == sorted(page.find(line) for line in recent)
    assert all(line in page for line in recent)


def test_the_card_leaves_other_clients_out(
    app: Flask, owner: FlaskClient, after_some_work: Records
) -> None:
    owner.post("/accounts", data={"name": "Someone else"})
    with app.app_context():
        other = db.session.scalars(db.select(Account.id).order_by(Account.id.desc())).first()
    page = owner.get(f"/accounts/{other}").text
    assert "Recent in QuickBooks" not in page
    assert "0 synced" in page
