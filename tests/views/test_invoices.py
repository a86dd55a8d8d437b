"""Invoices: the form with its lines, totals and number, and what the page tells of QuickBooks."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX, Records, invoice_form
from webapp.extensions import db
from webapp.models import Attempt, Connection, Entry, Invoice, Issue, Service, outbox
from webapp.models import attempt as attempts


def form(records: Records, **others: str) -> dict[str, str]:
    return invoice_form(records.account, records.service, **others)


def latest(app: Flask) -> Invoice:
    return db.session.scalars(db.select(Invoice).order_by(Invoice.id.desc())).first()


def test_a_new_invoice_is_saved_with_its_lines(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    second = {
        "lines-7-service": "",
        "lines-7-description": "Filing",
        "lines-7-rate": "85.55",
        "lines-7-quantity": "2",
    }
    answer = member.post("/invoices", data=form(records, **second))
    with app.app_context():
        invoice = latest(app)
        assert answer.location == f"/invoices/{invoice.id}"
        assert invoice.number == "1043"
        assert invoice.total_minor == 42000 + 17110
        assert [line.description for line in invoice.lines] == ["August", "Filing"]
        assert not invoice.number_assigned


def test_lines_nobody_filled_in_are_left_out(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    blank = {"lines-1-service": "", "lines-1-rate": "", "lines-1-quantity": "1"}
    member.post("/invoices", data=form(records, **blank))
    with app.app_context():
        assert len(latest(app).lines) == 1


def test_a_rate_left_blank_is_the_services(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    member.post("/invoices", data=form(records, **{"lines-0-rate": ""}))
    with app.app_context():
        assert latest(app).total_minor == 42000


def test_a_refused_line_shows_its_error_beside_the_field(
    member: FlaskClient, records: Records
) -> None:
    answer = member.post("/invoices", data=form(records, **{"lines-0-rate": "12.345"}))
    assert answer.status_code == 422
    assert 'id="lines-0-rate-error"' in answer.text
    assert 'aria-describedby="lines-0-rate-error"' in answer.text
    assert 'value="12.345"' in answer.text


def test_a_client_of_another_firm_cannot_be_billed(
    app: Flask, stranger: FlaskClient, records: Records
) -> None:
    answer = stranger.post("/invoices", data=form(records, number="9"))
    assert answer.status_code == 422
    with app.app_context():
        assert latest(app).number == "1042"


# -- lines and totals, before saving ---------------------------------------------------------


@pytest.mark.parametrize(("path", "headers"), [("/invoices", {}), ("/invoices/lines", HTMX)])
def test_add_service_gives_one_more_line_and_saves_nothing(
    path: str, headers: dict[str, str], app: Flask, member: FlaskClient, records: Records
) -> None:
    answer = member.post(path, data=form(records, add_line="1"), headers=headers)
    assert answer.status_code == 200
    assert 'name="lines-1-rate"' in answer.text
    assert 'value="August"' in answer.text
    with app.app_context():
        assert latest(app).number == "1042"


def test_remove_takes_that_line_away(member: FlaskClient, records: Records) -> None:
    second = {"lines-1-description": "Filing", "lines-1-rate": "1", "lines-1-quantity": "1"}
    answer = member.post(
        "/invoices/lines", data=form(records, **second, remove_line="0"), headers=HTMX
    )
    assert 'value="Filing"' in answer.text
    assert 'value="August"' not in answer.text


def test_the_last_line_removed_leaves_a_blank_one(member: FlaskClient, records: Records) -> None:
    answer = member.post("/invoices/lines", data=form(records, remove_line="0"), headers=HTMX)
    assert answer.text.count('class="line-rate"') == 1
    assert 'value="August"' not in answer.text


@pytest.mark.parametrize("position", ["-1", "5", "x"])
def test_a_line_that_is_not_there_cannot_be_removed(
    position: str, member: FlaskClient, records: Records
) -> None:
    answer = member.post("/invoices/lines", data=form(records, remove_line=position), headers=HTMX)
    assert 'value="August"' in answer.text


def test_a_chosen_service_brings_its_rate(member: FlaskClient, records: Records) -> None:
    answer = member.post(
        "/invoices/lines?chosen_line=0", data=form(records, **{"lines-0-rate": ""}), headers=HTMX
    )
    assert 'value="420.00"' in answer.text
    assert "$420.00" in answer.text


def test_totals_are_exact_and_touch_no_field(member: FlaskClient, records: Records) -> None:
    """Three times 0.10 and the like: what floats would get wrong by a cent."""
    lines = {"lines-0-rate": "1.005", "lines-1-rate": "0.10", "lines-1-quantity": "3"}
    answer = member.post(
        "/invoices/totals",
        data=form(records, **lines),
        headers={**HTMX, "HX-Target": "dl#totals"},
    )
    assert '<span id="amount-0" hx-swap-oob="innerHTML">—</span>' in answer.text
    assert '<span id="amount-1" hx-swap-oob="innerHTML">$0.30</span>' in answer.text
    assert "<input" not in answer.text


# -- the number ------------------------------------------------------------------------------


def test_the_form_offers_the_next_number(member: FlaskClient, records: Records) -> None:
    assert 'value="1043"' in member.get("/invoices/new").text


def test_an_empty_number_is_asked_for(member: FlaskClient, records: Records) -> None:
    answer = member.post("/invoices", data=form(records, number=" "))
    assert answer.status_code == 422
    assert "Enter an invoice number." in answer.text


def test_a_taken_number_comes_back_once_with_create_anyway(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    taken = form(records, number="1042")
    answer = member.post("/invoices", data=taken, headers=HTMX)
    assert answer.status_code == 422
    assert "Create anyway" in answer.text
    assert 'name="use_number" value="1043"' in answer.text
    assert member.post("/invoices", data={**taken, "allow_duplicate": "1"}).status_code == 303
    with app.app_context():
        assert latest(app).number == "1042"


def test_use_number_works_without_scripts(member: FlaskClient, records: Records) -> None:
    answer = member.post("/invoices", data=form(records, number="1042", use_number="1043"))
    assert answer.status_code == 200
    assert 'name="number" value="1043"' in answer.text


# -- editing and deleting --------------------------------------------------------------------


def test_an_edit_replaces_the_lines(app: Flask, member: FlaskClient, records: Records) -> None:
    changed = form(records, number="1042", **{"lines-0-rate": "500.00"})
    member.post(f"/invoices/{records.invoice}", data=changed)
    with app.app_context():
        invoice = db.session.get_one(Invoice, records.invoice)
        assert invoice.total_minor == 50000
        assert invoice.version == 2


def test_an_edit_keeps_the_words_of_a_deleted_service(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    member.post(f"/services/{records.service}/delete")
    page = member.get(f"/invoices/{records.invoice}/edit").text
    assert 'value="Bookkeeping"' in page


def test_a_paid_invoice_is_not_deleted(app: Flask, member: FlaskClient, records: Records) -> None:
    answer = member.post(f"/invoices/{records.invoice}/delete")
    assert answer.status_code == 422
    assert "This invoice is paid." in answer.text


def test_deleting_asks_first_in_a_dialog_whose_safe_button_has_the_focus(
    member: FlaskClient, records: Records
) -> None:
    dialog = member.get(f"/invoices/{records.invoice}/delete", headers=HTMX).text
    assert "<dialog" in dialog
    assert "it is voided there" in dialog
    assert dialog.index("autofocus") < dialog.index("Delete invoice</span>")


# -- what the page tells of QuickBooks -------------------------------------------------------


@pytest.fixture
def rejected(app: Flask, firm: FirmFixture, records: Records) -> Records:
    with app.app_context():
        entry = Entry.find(firm.id, "invoice", records.invoice)
        assert entry is not None
        entry.state = outbox.REJECTED
        db.session.add(
            Issue(
                firm_id=firm.id,
                kind="invoice",
                record_id=records.invoice,
                cause="number_taken",
                title="#1042",
            )
        )
        db.session.add(
            Attempt(
                firm_id=firm.id,
                kind="invoice",
                record_id=records.invoice,
                operation="create",
                outcome=attempts.REJECTED,
                person_id=firm.people["admin"],
                status=400,
                code="6140",
                message="Duplicate Document Number Error",
                intuit_tid="1-65f2a",
            )
        )
        db.session.commit()
    return records


def test_the_owner_reads_every_try_and_what_quickbooks_said(
    owner: FlaskClient, rejected: Records
) -> None:
    page = owner.get(f"/invoices/{rejected.invoice}").text
    assert "Rejected by QuickBooks" in page
    assert "400 6140 Duplicate Document Number Error" in page
    assert "intuit_tid 1-65f2a" in page
    assert "Admin</p>" in page
    assert "/settings/integrations/quickbooks/errors/invoices?open=" in page


def test_a_member_sees_that_it_failed_but_not_the_error(
    member: FlaskClient, rejected: Records
) -> None:
    page = member.get(f"/invoices/{rejected.invoice}").text
    assert "Failed" in page
    assert "Duplicate Document Number" not in page
    assert "/errors/invoices" not in page


def test_a_waiting_invoice_names_what_it_waits_for(
    app: Flask, firm: FirmFixture, owner: FlaskClient, records: Records
) -> None:
    with app.app_context():
        db.session.add(Connection(firm_id=firm.id, state="connected"))
        entry = Entry.find(firm.id, "payment", records.payment)
        assert entry is not None
        entry.wait_for("invoice", records.invoice)
        needed = Entry.find(firm.id, "invoice", records.invoice)
        assert needed is not None
        needed.state = outbox.IGNORED
        db.session.commit()
    page = owner.get(f"/payments/{records.payment}").text
    assert "Waiting for Invoice #1042, ignored." in page


def test_service_names_are_escaped(app: Flask, member: FlaskClient, records: Records) -> None:
    with app.app_context():
        db.session.get_one(Service, records.service).name = "<script>alert(1)</script>"
        db.session.commit()
    for path in (f"/invoices/{records.invoice}", f"/invoices/{records.invoice}/edit", "/services"):
        assert "<script>alert" not in member.get(path).text


def in_euros(app: Flask, records: Records, member: FlaskClient) -> int:
    member.post("/invoices", data=form(records))
    with app.app_context():
        invoice = latest(app)
        invoice.currency = "EUR"
        db.session.commit()
        return invoice.id


def test_currency_is_asked_only_where_there_is_a_choice(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    assert 'name="currency"' not in member.get("/invoices/new").text
    ours = member.get(f"/invoices/{records.invoice}/edit").text
    assert 'name="currency"' not in ours
    theirs = member.get(f"/invoices/{in_euros(app, records, member)}/edit").text
    assert '<option value="EUR" selected>EUR</option><option value="USD">USD</option>' in theirs


def test_company_in_another_currency_than_the_firm_is_a_choice(
    app: Flask, firm: FirmFixture, member: FlaskClient, records: Records
) -> None:
    with app.app_context():
        connection = Connection.of(firm.id)
        connection.home_currency = "CAD"
        connection.change_state("connected")
        db.session.commit()
    assert '<option value="CAD">CAD</option>' in member.get("/invoices/new").text


def test_changed_currency_keeps_the_amounts_and_is_sent_again(
    app: Flask, member: FlaskClient, records: Records
) -> None:
    invoice_id = in_euros(app, records, member)
    changed = form(records, number="1043", currency="USD")
    totals = member.post("/invoices/totals", data={**changed, "record_id": str(invoice_id)})
    assert "$420.00" in totals.text
    assert member.post(f"/invoices/{invoice_id}", data=changed).status_code == 303
    with app.app_context():
        invoice = db.session.get_one(Invoice, invoice_id)
        assert (invoice.currency, invoice.total_minor) == ("USD", 42000)
        assert Entry.of(invoice).wanted == invoice.version
