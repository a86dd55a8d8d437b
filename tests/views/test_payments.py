"""Payments, and the refunds and fees that hang on them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX, Records, invoice_data
from webapp import intake
from webapp.extensions import db
from webapp.models import Entry, Expense, Firm, Payment, Refund


def payment_form(records: Records, **others: str) -> dict[str, str]:
    return {
        "account": str(records.account),
        "invoice": str(records.invoice),
        "date": "2026-08-22",
        "amount": "120.00",
        "method": "check",
        "reference": "No. 7",
        **others,
    }


def test_a_new_payment_is_saved_and_asked_to_be_sent(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    answer = member.post("/payments", data=payment_form(records))
    with app.app_context():
        payment = db.session.scalars(db.select(Payment).order_by(Payment.id.desc())).first()
        assert answer.location == f"/payments/{payment.id}"
        assert (payment.amount_minor, payment.reference) == (12000, "No. 7")
        assert Entry.of(payment) is not None


def test_a_payment_above_the_open_balance_is_refused(member: FlaskClient, records: Records) -> None:
    answer = member.post("/payments", data=payment_form(records, amount="120.01"), headers=HTMX)
    assert answer.status_code == 422
    assert 'id="f-amount-error"' in answer.text
    assert "120.00: write that or less" in answer.text
    assert f'<option value="{records.invoice}" selected>' in answer.text


def test_the_form_offers_the_clients_open_invoices_with_what_is_left(
    app: Flask, firm: FirmFixture, member: FlaskClient, records: Records
) -> None:
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        paid = intake.invoice(own, invoice_data(records.account, records.service, number="7"))
        intake.payment(own, {"invoice": paid.id, "date": "2026-08-20", "amount": "420.00"})
        other = intake.account(own, {"name": "Another client"})
        intake.invoice(own, invoice_data(other.id, records.service, number="8"))
        db.session.commit()
    choice = member.get(f"/payments/open-invoices?account={records.account}", headers=HTMX).text
    assert "#1042, $120.00 open" in choice
    assert "#7," not in choice
    assert "#8," not in choice


def test_another_firms_client_has_no_invoices_to_offer(
    stranger: FlaskClient, records: Records
) -> None:
    choice = stranger.get(f"/payments/open-invoices?account={records.account}", headers=HTMX).text
    assert "1042" not in choice


@pytest.mark.parametrize("account", ["", "x", "-1", "9" * 30])
def test_no_client_means_no_invoices_to_offer(account: str, member: FlaskClient) -> None:
    choice = member.get(f"/payments/open-invoices?account={account}", headers=HTMX)
    assert choice.text.count("<option") == 1


def test_from_an_invoice_the_form_comes_filled_in(member: FlaskClient, records: Records) -> None:
    page = member.get(f"/payments/new?invoice={records.invoice}").text
    assert 'value="120.00"' in page
    assert f'<option value="{records.invoice}" selected>' in page


def test_an_edited_payment_may_keep_what_it_pays(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    page = member.get(f"/payments/{records.payment}/edit").text
    assert "#1042, $420.00 open" in page
    data = payment_form(records, amount="420.00")
    assert member.post(f"/payments/{records.payment}", data=data).status_code == 303
    with app.app_context():
        assert db.session.get_one(Payment, records.payment).amount_minor == 42000


def test_a_refunded_payment_is_not_deleted_until_its_refunds_are(
    member: FlaskClient, records: Records
) -> None:
    refusal = member.post(f"/payments/{records.payment}/delete", headers=HTMX)
    assert refusal.status_code == 422
    assert "This payment has refunds." in refusal.text
    assert member.post(f"/refunds/{records.refund}/delete").status_code == 303
    assert member.post(f"/payments/{records.payment}/delete").location == "/payments"
    assert member.get(f"/payments/{records.payment}").status_code == 404


# -- refunds and fees ------------------------------------------------------------------------


def test_a_refund_is_recorded_from_its_payment(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    data = {"date": "2026-08-22", "amount": "30.00", "reason": "Overpaid"}
    answer = member.post(f"/payments/{records.payment}/refunds", data=data)
    assert answer.location == f"/payments/{records.payment}"
    with app.app_context():
        refund = db.session.scalars(db.select(Refund).order_by(Refund.id.desc())).first()
        assert (refund.payment_id, refund.amount_minor) == (records.payment, 3000)


def test_a_refund_above_what_is_left_is_refused(member: FlaskClient, records: Records) -> None:
    data = {"date": "2026-08-22", "amount": "280.01", "reason": ""}
    answer = member.post(f"/payments/{records.payment}/refunds", data=data, headers=HTMX)
    assert answer.status_code == 422
    assert "280.00 is left of the payment" in answer.text


def test_a_payment_given_back_whole_offers_no_further_refund(
    member: FlaskClient, records: Records
) -> None:
    new = f"/payments/{records.payment}/refunds/new"
    assert new in member.get(f"/payments/{records.payment}").text
    data = {"date": "2026-08-22", "amount": "280.00"}
    member.post(f"/payments/{records.payment}/refunds", data=data)
    assert new not in member.get(f"/payments/{records.payment}").text


def test_an_edit_of_a_refund_keeps_its_payment(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    data = {"date": "2026-08-22", "amount": "25.00", "reason": "Late", "payment": "999"}
    assert member.post(f"/refunds/{records.refund}", data=data).status_code == 303
    with app.app_context():
        refund = db.session.get_one(Refund, records.refund)
        assert (refund.payment_id, refund.amount_minor) == (records.payment, 2500)


def test_a_fee_is_recorded_from_its_payment(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    data = {"date": "2026-08-22", "amount": "3.20", "description": "Card fee"}
    answer = member.post(f"/payments/{records.payment}/expenses", data=data)
    assert answer.location == f"/payments/{records.payment}"
    page = member.get(f"/payments/{records.payment}").text
    assert "$3.20" in page
    assert "Card fee" in page


def test_a_fee_of_no_payment_can_be_opened_and_changed(
    app: Flask, firm: FirmFixture, member: FlaskClient
) -> None:
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        fee_id = intake.expense(own, {"date": "2026-08-20", "amount": "1.00"}).id
        db.session.commit()
    assert member.get(f"/expenses/{fee_id}").status_code == 200
    data = {"date": "2026-08-20", "amount": "2.00", "description": ""}
    assert member.post(f"/expenses/{fee_id}", data=data).location == "/payments"
    with app.app_context():
        assert db.session.get_one(Expense, fee_id).amount_minor == 200


@pytest.mark.parametrize("kind", ["refund", "expense"])
def test_deleting_leads_back_to_the_payment(
    kind: str, member: FlaskClient, records: Records
) -> None:
    record_id = getattr(records, kind)
    answer = member.post(f"/{kind}s/{record_id}/delete")
    assert answer.location == f"/payments/{records.payment}"
    assert member.get(f"/{kind}s/{record_id}").status_code == 404
