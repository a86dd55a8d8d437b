"""Whose charge it is: one clear answer is recorded, anything else is shown with its cause."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.stripe.till import EMAIL, Till
from webapp.stripe import amounts
from webapp.stripe.matching import numbers_in

NOBODY: dict[str, Any] = {"metadata": {}, "email": None, "name": None}


def ring(till: Till, amount: int = 24_000, **given: Any) -> str:
    """A charge that tells only what is given; its id, after all is told and taken in."""
    charge = till.ring(amount, **{**NOBODY, **given})
    till.hear()
    return str(charge["id"])


def paid(till: Till, charge: str) -> tuple[int, int | None]:
    found: tuple[int, int | None] = till.books()["payments"][charge]
    return found


@pytest.mark.parametrize(
    "metadata",
    [
        {"invoice_number": "1042"},
        {"Invoice Number": "#1042"},
        {"invoice-id": "i-1"},
        {"external_id": "i-1"},
    ],
    ids=str,
)
def test_metadata_names_the_invoice(till: Till, metadata: dict[str, str]) -> None:
    till.office.change("invoice", till.invoice, external_id="i-1")
    assert paid(till, ring(till, metadata=metadata)) == (24_000, till.invoice)


@pytest.mark.parametrize(
    "description", ["Invoice 1042", "Payment for inv. #1042, thank you", "Factura nº 1042."]
)
def test_description_names_the_invoice(till: Till, description: str) -> None:
    assert paid(till, ring(till, description=description)) == (24_000, till.invoice)


@pytest.mark.parametrize(
    ("description", "numbers"),
    [
        ("Invoice 1042", {"1042"}),
        ("invoice no. 1042/7", {"1042/7"}),
        ("INV-0042", {"INV-0042"}),
        ("#7 and #8", {"7", "8"}),
        ("2 hours in 2026", set()),
        ("", set()),
    ],
)
def test_only_what_reads_like_a_number_is_looked_for(description: str, numbers: set[str]) -> None:
    assert numbers_in(description) == numbers


def test_client_is_found_by_e_mail_and_the_invoice_by_its_open_balance(till: Till) -> None:
    assert paid(till, ring(till, email=EMAIL.upper())) == (24_000, till.invoice)


def test_amount_that_no_invoice_asks_for_is_paid_on_account(till: Till) -> None:
    assert paid(till, ring(till, 9_900, email=EMAIL)) == (9_900, None)


def test_two_invoices_of_one_amount_are_not_guessed_between(till: Till) -> None:
    till.office.invoice(till.ada, till.office.service("Payroll"))
    assert paid(till, ring(till, email=EMAIL)) == (24_000, None)


def test_e_mail_of_stripes_customer_counts_too(till: Till) -> None:
    assert paid(till, ring(till, customer={"email": EMAIL, "name": None})) == (24_000, till.invoice)


def test_exact_name_finds_a_client_without_an_e_mail(till: Till) -> None:
    till.office.change("account", till.ada, email="")
    assert paid(till, ring(till, name="  ADA   byron ")) == (24_000, till.invoice)


def test_name_with_another_e_mail_is_for_a_person(till: Till) -> None:
    ring(till, name="Ada Byron", email="someone@else.example")
    assert till.shown() == ["email_differs"]


def test_stranger_is_shown(till: Till) -> None:
    ring(till, email="nobody@knows.example", name="Nobody")
    assert till.shown() == ["no_client"]
    assert till.books()["records"]["payment"] == 0


def test_e_mail_of_two_clients_is_for_a_person_unless_the_name_decides(till: Till) -> None:
    till.office.client("Byron Estate", email=EMAIL)
    ring(till, email=EMAIL)
    assert till.shown() == ["many_clients"]
    assert paid(till, ring(till, email=EMAIL, name="Ada Byron")) == (24_000, till.invoice)


def test_invoice_that_is_not_there_yet_is_waited_for(till: Till) -> None:
    charge = ring(till, metadata={"invoice": "2001"}, email=EMAIL)
    assert till.shown() == ["invoice_unknown"]
    made = till.office.invoice(till.ada, till.office.service("Audit"), number="2001")
    till.later()
    till.work()
    assert paid(till, charge) == (24_000, made)
    assert till.shown() == []


def test_invoice_of_a_client_with_another_e_mail_is_for_a_person(till: Till) -> None:
    till.office.client("Grace Hopper", email="grace@hopper.example")
    ring(till, description="Invoice 1042", email="grace@hopper.example")
    assert till.shown() == ["other_client"]


def test_number_that_two_invoices_have_is_for_a_person(till: Till) -> None:
    till.office.invoice(till.ada, till.office.service("Twice"), number="1042", allow_duplicate=True)
    ring(till, metadata={"invoice": "1042"})
    assert till.shown() == ["many_invoices"]


def test_more_than_the_open_balance_is_for_a_person(till: Till) -> None:
    ring(till, 24_001, metadata={"invoice": "1042"})
    assert till.shown() == ["over_balance"]
    assert till.books()["records"] == {"payment": 0, "refund": 0, "expense": 0}


def test_payment_that_a_person_recorded_is_not_doubled(till: Till) -> None:
    today = datetime.now(ZoneInfo("America/Los_Angeles")).date().isoformat()
    till.office.take("payment", account=till.ada, date=today, amount="99.00", method="credit_card")
    ring(till, 9_900, email=EMAIL)
    assert till.shown() == ["maybe_recorded"]
    assert till.books()["records"]["payment"] == 1


def test_two_charges_alike_are_two_payments(till: Till) -> None:
    first, second = ring(till, 9_900, email=EMAIL), ring(till, 9_900, email=EMAIL)
    assert paid(till, first) == paid(till, second) == (9_900, None)


def test_other_currency_is_shown_and_not_dropped(till: Till) -> None:
    ring(till, 24_000, currency="eur", email=EMAIL)
    assert till.shown() == ["currency"]
    ring(till, 24_000, currency="eur", metadata={"invoice": "1042"})
    assert till.shown() == ["currency", "currency"]


def test_fee_in_another_currency_does_not_keep_the_payment_back(till: Till) -> None:
    charge = ring(till, metadata={"invoice": "1042"}, settles_in="eur")
    assert paid(till, charge) == (24_000, till.invoice)
    assert till.shown() == ["fee_currency"]


def test_yen_have_no_cents(till: Till) -> None:
    office = till.office
    office.settings(currency="JPY")
    line = {"service": office.service("Zeirishi", "1200"), "quantity": "1", "rate": "1200"}
    invoice = office.invoice(till.ada, 0, number="J-1", currency="JPY", lines=[line])
    charge = ring(till, 1_200, currency="jpy", metadata={"invoice": "J-1"})
    assert paid(till, charge) == (1_200, invoice)
    assert till.books()["fees"] == {charge: 65}


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (12_345, "USD", "123.45"),
        (12_345, "JPY", "12345"),
        (12_340, "KWD", "12.340"),
        (50_000, "ISK", "500"),
        (50_000, "UGX", "500"),
        (5, "EUR", "0.05"),
    ],
)
def test_amounts_are_those_of_the_currency(amount: int, currency: str, text: str) -> None:
    assert amounts.as_text(amount, currency) == text


def test_charge_from_before_the_connection_is_for_a_person(till: Till) -> None:
    charge = till.ring()
    refund = till.refund(charge, amount=1_000)
    till.office.sandbox.control(
        "stripe/charges/age", {"account": till.account, "charge": charge["id"], "days": 30}
    )
    till.deliver([event for event in till.events() if event["type"] == "refund.created"])
    till.work()
    assert till.shown() == ["before_connection"]
    assert till.books()["refunds"] == {}
    assert till.object(refund["id"]).problem is None
