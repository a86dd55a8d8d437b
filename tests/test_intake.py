"""What the intake takes, what it refuses, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.conftest import FirmFixture
from webapp import intake
from webapp.extensions import db
from webapp.models import Entry, Firm, Invoice, Record

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def books(firm: FirmFixture) -> Firm:
    return db.session.get_one(Firm, firm.id)


def an_account(books: Firm, **data: Any) -> Record:
    return intake.account(books, {"name": "Ada Byron", "external_id": "c-1"} | data)


def an_invoice(books: Firm, **data: Any) -> Invoice:
    lines = [{"description": "Bookkeeping", "quantity": "2", "rate": "500.00"}]
    return intake.invoice(
        books,
        {"account": {"external_id": "c-1"}, "date": "2026-08-01", "lines": lines} | data,
    )


def a_payment(books: Firm, **data: Any) -> Record:
    return intake.payment(books, {"date": "2026-08-02", "amount": "400.00"} | data)


def refusal(call: Any, *args: Any, **data: Any) -> dict[str, list[str]]:
    with pytest.raises(intake.Refused) as caught:
        call(*args, **data)
    return caught.value.errors


def test_a_new_account_asks_to_be_sent_in_the_same_transaction(books: Firm) -> None:
    account = an_account(books)
    entry = Entry.of(account)
    assert entry is not None
    assert (entry.state, entry.wanted) == ("ready", 1)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0


def test_an_edit_that_changes_nothing_is_not_sent_again(books: Firm) -> None:
    account = an_account(books)
    intake.account(books, {"name": "Ada Byron", "external_id": "c-1"}, account)
    assert account.version == 1
    intake.account(books, {"name": "Ada King"}, account)
    assert account.version == 2


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 501}, "name"),
        ({"name": "Byron: Ada"}, "name"),
        ({"name": "Ada\tByron"}, "name"),
        ({"name": "Ada\nByron"}, "name"),
        ({"name": "Ada\0Byron"}, "name"),
        ({"name": "Ada\ud800"}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": ["Ada"]}, "name"),
        ({"name": True}, "name"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@example.com\r\nBcc: x@example.com"}, "email"),
        ({"email": f"{'a' * 90}@example.com"}, "email"),
        ({"kind": "robot"}, "kind"),
        ({"kind": ["business"]}, "kind"),
        ({"sync": "perhaps"}, "sync"),
        ({"external_id": "x" * 201}, "external_id"),
    ],
)
def test_an_unfit_account_is_refused_by_field(
    books: Firm, data: dict[str, Any], field: str
) -> None:
    assert list(refusal(an_account, books, **data)) == [field]
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0


def test_a_refused_edit_leaves_the_record_as_it_was(books: Firm) -> None:
    account = an_account(books)
    refusal(intake.account, books, {"name": "Ada King", "email": "no"}, account)
    assert account.name == "Ada Byron"
    assert not db.session.is_modified(account)


def test_text_from_a_form_and_values_from_json_give_the_same_record(books: Firm) -> None:
    an_account(books)
    typed = an_invoice(books, lines=[{"description": "A", "quantity": "1.5", "rate": "1,000.10"}])
    sent = an_invoice(books, lines=[{"description": "A", "quantity": 1.5, "rate": 1000.1}])
    assert typed.total_minor == sent.total_minor == 150015


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"account": None}, "account"),
        ({"account": 10**30}, "account"),
        ({"account": "1".zfill(23)}, "account"),
        ({"account": {"external_id": "nobody"}}, "account"),
        ({"account": {"external_id": "\0"}}, "account"),
        ({"number": ""}, "number"),
        ({"number": "1" * 22}, "number"),
        ({"date": None}, "date"),
        ({"date": "08/01/2026"}, "date"),
        ({"date": "2026-06-31"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"due_date": "2026-07-31"}, "due_date"),
        ({"currency": "DOGE"}, "currency"),
        ({"memo": "x" * 1001}, "memo"),
        ({"lines": []}, "lines"),
        ({"lines": "one"}, "lines"),
        ({"lines": ["one"]}, "lines.0"),
        ({"lines": [{"rate": "5"}]}, "lines.0.description"),
        ({"lines": [{"description": "A"}]}, "lines.0.rate"),
        ({"lines": [{"description": "A", "rate": "1.001"}]}, "lines.0.rate"),
        ({"lines": [{"description": "A", "rate": "1,5"}]}, "lines.0.rate"),
        ({"lines": [{"description": "A", "rate": "1e999999"}]}, "lines.0.rate"),
        ({"lines": [{"description": "A", "rate": "NaN"}]}, "lines.0.rate"),
        ({"lines": [{"description": "A", "rate": "9" * 20}]}, "lines.0.rate"),
        ({"lines": [{"description": "A", "rate": "5", "quantity": "0"}]}, "lines.0.quantity"),
        ({"lines": [{"description": "A", "rate": "5", "quantity": "-1"}]}, "lines.0.quantity"),
        (
            {"lines": [{"description": "A", "rate": "99999999", "quantity": "9999999"}]},
            "lines.0.rate",
        ),
        ({"lines": [{"service": 77, "rate": "5"}]}, "lines.0.service"),
        ({"lines": [{"description": "A", "rate": "-5"}]}, "lines"),
        ({"currency": "JPY", "lines": [{"description": "A", "rate": "5.5"}]}, "lines.0.rate"),
    ],
)
def test_an_unfit_invoice_is_refused_by_field(
    books: Firm, data: dict[str, Any], field: str
) -> None:
    an_account(books)
    assert list(refusal(an_invoice, books, **data)) == [field]


def test_every_wrong_field_is_told_at_once(books: Firm) -> None:
    errors = refusal(an_invoice, books, account=None, date="x", lines=[{"rate": "x"}])
    assert set(errors) == {"account", "date", "lines.0.description", "lines.0.rate"}


def test_a_line_without_a_rate_takes_its_services(books: Firm) -> None:
    an_account(books)
    service = intake.service(books, {"name": "Payroll", "rate": "80.50"})
    invoice = an_invoice(books, lines=[{"service": service.id}])
    assert invoice.total_minor == 8050


def test_another_firms_record_is_not_found(other_firm: FirmFixture, books: Firm) -> None:
    stranger = an_account(db.session.get_one(Firm, other_firm.id))
    assert set(refusal(an_invoice, books, account=stranger.id)) == {"account"}
    assert set(refusal(an_invoice, books, account={"external_id": "c-1"})) == {"account"}


def test_a_removed_account_is_not_found(books: Firm) -> None:
    account = an_account(books)
    intake.remove(account)
    assert set(refusal(an_invoice, books, account=account.id)) == {"account"}


def test_assigned_numbers_keep_prefix_and_zeros_and_skip_what_is_used(books: Firm) -> None:
    an_account(books)
    an_invoice(books, number="INV-0100")
    an_invoice(books, number="INV-0098")
    assert [an_invoice(books).number for _ in range(2)] == ["INV-0099", "INV-0101"]


def test_a_number_used_here_is_kept_unless_that_is_refused(books: Firm) -> None:
    an_account(books)
    first = an_invoice(books, number="1042")
    for said in ({}, {"allow_duplicate": None}, {"allow_duplicate": "true"}):
        assert an_invoice(books, number="1042", **said).number == first.number
    errors = refusal(an_invoice, books, number="1042", allow_duplicate=False)
    assert "'1043'" in errors["number"][0]
    assert set(refusal(an_invoice, books, number="7", allow_duplicate="perhaps")) == {
        "allow_duplicate"
    }
    assert intake.invoice(books, {"number": "1042", "memo": "Same"}, first).memo == "Same"


def test_a_typed_number_is_not_marked_as_assigned(books: Firm) -> None:
    an_account(books)
    assigned = an_invoice(books)
    assert assigned.number_assigned
    intake.invoice(books, {"number": "77"}, assigned)
    assert not assigned.number_assigned


def test_an_invoice_never_falls_below_what_is_paid(books: Firm) -> None:
    an_account(books)
    invoice = an_invoice(books)
    a_payment(books, invoice=invoice.id)
    less = [{"description": "A", "rate": "399.99"}]
    assert set(refusal(intake.invoice, books, {"lines": less}, invoice)) == {"lines"}
    enough = [{"description": "A", "rate": "400.00"}]
    assert intake.invoice(books, {"lines": enough}, invoice).total_minor == 40000


def test_a_paid_invoice_keeps_its_account(books: Firm) -> None:
    an_account(books)
    other = intake.account(books, {"name": "Grace"})
    invoice = an_invoice(books)
    a_payment(books, invoice=invoice.id)
    assert set(refusal(intake.invoice, books, {"account": other.id}, invoice)) == {"account"}


def test_a_payment_takes_the_account_of_its_invoice(books: Firm) -> None:
    account = an_account(books)
    invoice = an_invoice(books)
    assert a_payment(books, invoice=invoice.id).account is account


def test_a_payment_without_account_and_invoice_is_refused(books: Firm) -> None:
    assert set(refusal(a_payment, books)) == {"account"}


def test_a_payment_for_another_accounts_invoice_is_refused(books: Firm) -> None:
    an_account(books)
    invoice = an_invoice(books)
    other = intake.account(books, {"name": "Grace"})
    assert set(refusal(a_payment, books, invoice=invoice.id, account=other.id)) == {"invoice"}


def test_payments_never_exceed_the_open_balance(books: Firm) -> None:
    an_account(books)
    invoice = an_invoice(books)
    first = a_payment(books, invoice=invoice.id, amount="600")
    errors = refusal(a_payment, books, invoice=invoice.id, amount="400.01")
    assert "400.00" in errors["amount"][0]
    assert intake.payment(books, {"amount": "1000"}, first).amount_minor == 100000
    assert set(refusal(a_payment, books, invoice=invoice.id, amount="0.01")) == {"amount"}


@pytest.mark.parametrize("amount", ["0", "-1", "", "abc", "1.001"])
def test_an_unfit_amount_is_refused(books: Firm, amount: str) -> None:
    an_account(books)
    account = {"external_id": "c-1"}
    assert set(refusal(a_payment, books, account=account, amount=amount)) == {"amount"}


def test_refunds_never_exceed_their_payment(books: Firm) -> None:
    an_account(books)
    payment = a_payment(books, account={"external_id": "c-1"})
    data = {"payment": payment.id, "date": "2026-08-03"}
    intake.refund(books, data | {"amount": "150"})
    errors = refusal(intake.refund, books, data | {"amount": "250.01"})
    assert "250.00" in errors["amount"][0]
    assert intake.refund(books, data | {"amount": "250"}).amount_minor == 25000
    assert set(refusal(intake.payment, books, {"amount": "399"}, payment)) == {"amount"}


def test_an_expense_may_stand_alone(books: Firm) -> None:
    fee = intake.expense(books, {"date": "2026-08-03", "amount": "12.30"})
    assert (fee.payment, fee.amount_minor, fee.currency) == (None, 1230, "USD")


def test_a_paid_invoice_is_removed_only_after_a_refund(books: Firm) -> None:
    an_account(books)
    invoice = an_invoice(books)
    payment = a_payment(books, invoice=invoice.id)
    assert set(refusal(intake.remove, invoice)) == {"invoice"}
    intake.refund(books, {"payment": payment.id, "date": "2026-08-03", "amount": "400"})
    intake.remove(invoice)
    assert not invoice.live


def test_an_account_with_invoices_is_not_removed(books: Firm) -> None:
    account = an_account(books)
    invoice = an_invoice(books)
    assert "1 invoice and 0 payments" in refusal(intake.remove, account)["account"][0]
    intake.remove(invoice)
    intake.remove(account)
    assert not account.live


def test_a_payment_with_refunds_is_not_removed(books: Firm) -> None:
    an_account(books)
    payment = a_payment(books, account={"external_id": "c-1"})
    refund = intake.refund(books, {"payment": payment.id, "date": "2026-08-03", "amount": "1"})
    assert set(refusal(intake.remove, payment)) == {"payment"}
    intake.remove(refund)
    intake.remove(payment)
    assert not payment.live


def test_a_removed_service_leaves_its_lines(books: Firm) -> None:
    an_account(books)
    service = intake.service(books, {"name": "Payroll", "rate": "80"})
    invoice = an_invoice(books, lines=[{"service": service.id}])
    intake.remove(service)
    assert invoice.lines[0].service is service


def test_a_known_external_id_updates_and_a_removed_ones_is_free_again(books: Firm) -> None:
    first, made = intake.upsert("account", books, {"name": "Ada", "external_id": 7})
    assert made
    second, made = intake.upsert("account", books, {"name": "Ada King", "external_id": "7"})
    assert (second, made) == (first, False)
    intake.remove(first)
    third, made = intake.upsert("account", books, {"name": "Ada III", "external_id": "7"})
    assert made
    assert third is not first


def test_an_external_id_of_another_record_is_refused(books: Firm) -> None:
    an_account(books)
    other = intake.account(books, {"name": "Grace"})
    assert set(refusal(intake.account, books, {"external_id": "c-1"}, other)) == {"external_id"}


def test_turning_sync_off_notes_who_and_when(books: Firm, firm: FirmFixture) -> None:
    account = an_account(books)
    owner = firm.people["owner"]
    intake.account(books, {"sync": "off"}, account, person_id=owner)
    assert (account.sync, account.sync_set_by_id) == (False, owner)
    assert account.sync_set_at is not None
