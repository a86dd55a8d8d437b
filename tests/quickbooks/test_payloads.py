"""What is sent, field by field. Runs without an application: payloads are pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from webapp.models import Account, Expense, Invoice, Payment, Refund, Service
from webapp.models.invoice import InvoiceLine
from webapp.quickbooks import facts, payloads, updates
from webapp.quickbooks.agreed import agreed
from webapp.quickbooks.client import dumps

DAY = date(2026, 11, 20)
REFERENCES = payloads.References(
    links={
        ("account", 1): "A1",
        ("service", 2): "S2",
        ("invoice", 3): "I3",
    },
    roles={
        "income": "R-income",
        "deposit": "R-deposit",
        "clearing": "R-clearing",
        "fee_account": "R-fee",
        "fee_vendor": "R-vendor",
        "refund_item": "R-item",
    },
    card_method="M-card",
    cash_method="M-cash",
    check_method="M-check",
)


def account(**values: Any) -> Account:
    return Account(**{"id": 1, "name": "Ada Byron", "account_kind": "individual", **values})


def service(**values: Any) -> Service:
    return Service(**{"id": 2, "name": "Bookkeeping", "rate_minor": 12_050, **values})


def line(**values: Any) -> InvoiceLine:
    given = {
        "position": 0,
        "service": service(),
        "quantity": Decimal("1.5"),
        "rate_minor": 12_050,
        "amount_minor": 18_075,
    }
    return InvoiceLine(**{**given, **values})


def invoice(**values: Any) -> Invoice:
    given = {
        "id": 3,
        "account": account(),
        "number": "1042",
        "date": DAY,
        "currency": "USD",
        "lines": [line()],
    }
    return Invoice(**{**given, **values})


def payment(**values: Any) -> Payment:
    given = {
        "id": 4,
        "account": account(),
        "amount_minor": 10_001,
        "currency": "USD",
        "date": DAY,
        "method": "check",
    }
    return Payment(**{**given, **values})


def refund(**values: Any) -> Refund:
    given = {"id": 5, "amount_minor": 205, "currency": "USD", "date": DAY, "payment": payment()}
    return Refund(**{**given, **values})


def expense(**values: Any) -> Expense:
    given = {"id": 6, "amount_minor": 320, "currency": "USD", "date": DAY, "payment": payment()}
    return Expense(**{**given, **values})


def body(record: Any) -> payloads.Body:
    return payloads.body_of(record, REFERENCES, "u-1")


def test_customer_of_a_person_has_no_company_name() -> None:
    assert body(account()) == {"DisplayName": "Ada Byron"}


def test_customer_of_a_business_has_its_name_cut_and_its_address() -> None:
    kind = "".join(["busi", "ness"])  # equal to the constant, not the same object
    firm = account(name="B" * 120, account_kind=kind, email="b@example.com")
    assert body(firm) == {
        "DisplayName": "B" * 120,
        "CompanyName": "B" * 100,
        "PrimaryEmailAddr": {"Address": "b@example.com"},
    }


def test_item_has_its_rate_and_the_income_account_of_set_up_or_its_own() -> None:
    assert body(service()) == {
        "Name": "Bookkeeping",
        "Type": "Service",
        "IncomeAccountRef": {"value": "R-income"},
        "UnitPrice": Decimal("120.50"),
    }
    own = body(service(income_account_id="77", description="Monthly"))
    assert own["IncomeAccountRef"] == {"value": "77"}
    assert own["Description"] == "Monthly"


def test_items_rate_has_the_decimals_of_the_firms_currency() -> None:
    in_yen = payloads.References(roles=REFERENCES.roles, currency="JPY")
    sent = payloads.body_of(service(rate_minor=5_000), in_yen, "u-1")
    assert sent["UnitPrice"] == Decimal(5_000)


def test_invoice_repeats_its_lines_exactly_and_sends_no_tax() -> None:
    assert body(invoice()) == {
        "CustomerRef": {"value": "A1"},
        "DocNumber": "1042",
        "TxnDate": "2026-11-20",
        "CurrencyRef": {"value": "USD"},
        "Line": [
            {
                "Amount": Decimal("180.75"),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "Qty": Decimal("1.5"),
                    "UnitPrice": Decimal("120.50"),
                    "TaxCodeRef": {"value": "NON"},
                    "ItemRef": {"value": "S2"},
                },
            }
        ],
        "TxnTaxDetail": {"TotalTax": 0},
        "PrivateNote": "cuadra:u-1",
    }


def test_invoice_has_due_date_memo_and_descriptions_where_there_are_any() -> None:
    full = body(
        invoice(
            due_date=date(2026, 12, 20),
            memo="Thank you",
            lines=[line(description="Hours", service=None)],
        )
    )
    assert full["DueDate"] == "2026-12-20"
    assert full["CustomerMemo"] == {"value": "Thank you"}
    assert full["Line"][0]["Description"] == "Hours"
    assert "ItemRef" not in full["Line"][0]["SalesItemLineDetail"]


def test_amounts_keep_their_currencys_decimals_on_the_wire() -> None:
    yen = invoice(currency="JPY", lines=[line(rate_minor=500, amount_minor=750)])
    sent = body(yen)["Line"][0]
    assert (sent["Amount"], sent["SalesItemLineDetail"]["UnitPrice"]) == (750, 500)
    assert '"Amount":180.75,' in dumps(body(invoice()))


def test_payment_of_no_invoice_is_all_credit() -> None:
    assert body(payment()) == {
        "CustomerRef": {"value": "A1"},
        "TotalAmt": Decimal("100.01"),
        "TxnDate": "2026-11-20",
        "CurrencyRef": {"value": "USD"},
        "DepositToAccountRef": {"value": "R-deposit"},
        "PrivateNote": "cuadra:u-1",
        "PaymentMethodRef": {"value": "M-check"},
    }


def test_payment_applies_its_whole_amount_to_its_invoice() -> None:
    sent = body(payment(invoice=invoice(), reference="R" * 30))
    applied = {"Amount": Decimal("100.01"), "LinkedTxn": [{"TxnId": "I3", "TxnType": "Invoice"}]}
    assert sent["Line"] == [applied]
    assert sent["PaymentRefNum"] == "R" * 21


@pytest.mark.parametrize(
    ("method", "expected", "goes_to"),
    [
        ("credit_card", "M-card", "R-clearing"),
        ("cash", "M-cash", "R-deposit"),
        ("check", "M-check", "R-deposit"),
        ("other", None, "R-deposit"),
    ],
)
def test_method_decides_where_the_money_goes(
    method: str, expected: str | None, goes_to: str
) -> None:
    paid = payment(method="".join([*method]))  # equal to the constant, not the same object
    for sent in (body(paid), body(refund(payment=paid))):
        assert sent.get("PaymentMethodRef") == (expected and {"value": expected})
        assert sent["DepositToAccountRef"] == {"value": goes_to}


def test_refund_is_one_of_set_ups_item() -> None:
    sent = body(refund(reason="Too much"))
    assert sent == {
        "CustomerRef": {"value": "A1"},
        "TxnDate": "2026-11-20",
        "CurrencyRef": {"value": "USD"},
        "DepositToAccountRef": {"value": "R-deposit"},
        "Line": [
            {
                "Amount": Decimal("2.05"),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": "R-item"},
                    "Qty": 1,
                    "UnitPrice": Decimal("2.05"),
                    "TaxCodeRef": {"value": "NON"},
                },
                "Description": "Too much",
            }
        ],
        "TxnTaxDetail": {"TotalTax": 0},
        "PrivateNote": "cuadra:u-1",
        "PaymentMethodRef": {"value": "M-check"},
    }
    assert "Description" not in body(refund())["Line"][0]


def test_expense_leaves_the_clearing_account_for_the_fees() -> None:
    sent = body(expense(description="Card fee"))
    assert sent == {
        "PaymentType": "Cash",
        "AccountRef": {"value": "R-clearing"},
        "TxnDate": "2026-11-20",
        "CurrencyRef": {"value": "USD"},
        "Line": [
            {
                "Amount": Decimal("3.20"),
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {
                    "AccountRef": {"value": "R-fee"},
                    "BillableStatus": "NotBillable",
                    "TaxCodeRef": {"value": "NON"},
                },
                "Description": "Card fee",
            }
        ],
        "PrivateNote": "cuadra:u-1",
        "EntityRef": {"value": "R-vendor", "type": "Vendor"},
    }


def test_expense_names_a_vendor_only_where_set_up_chose_one() -> None:
    references = payloads.References(roles={"clearing": "1", "fee_account": "2"})
    assert "EntityRef" not in payloads.body_of(expense(), references, "u-1")


# -- updates ---------------------------------------------------------------------------------------

ADDRESS = {"Id": "12", "SyncToken": "3"}


def update(record: Any, known: facts.Facts) -> payloads.Body | None:
    entity, ours = payloads.ENTITIES[record.kind], updates.lasting_body(record, REFERENCES, "u-1")
    return updates.update_of(entity, ours, facts.facts_of(entity, ours), known, ADDRESS)


def as_agreed(record: Any) -> facts.Facts:
    """What a link knows once QuickBooks has taken the record just as it is."""
    ours = facts.facts_of(payloads.ENTITIES[record.kind], body(record))
    return agreed(ours, ours)


@pytest.mark.parametrize("make", [account, service, invoice, payment, refund, expense])
def test_update_without_news_is_none(make: Callable[[], Any]) -> None:
    assert update(make(), as_agreed(make())) is None


def test_update_is_sparse_and_says_what_is_new_alone() -> None:
    assert update(invoice(number="7"), as_agreed(invoice())) == {
        **ADDRESS,
        "sparse": True,
        "DocNumber": "7",
    }


def test_new_lines_go_with_their_tax() -> None:
    sent = update(invoice(lines=[line(description="Hours")]), as_agreed(invoice()))
    assert sent is not None
    assert sent.keys() - ADDRESS.keys() == {"sparse", "Line", "TxnTaxDetail"}


@pytest.mark.parametrize(
    ("before", "now", "field", "empty"),
    [
        (account(email="a@b.example"), account(), "PrimaryEmailAddr", None),
        (account(account_kind="business"), account(), "CompanyName", ""),
        (service(description="Monthly"), service(), "Description", ""),
        (invoice(memo="Thanks"), invoice(), "CustomerMemo", {"value": ""}),
        (invoice(due_date=DAY), invoice(), "DueDate", None),
        (payment(reference="R"), payment(), "PaymentRefNum", ""),
        (payment(method="cash"), payment(method="other"), "PaymentMethodRef", None),
        (payment(invoice=invoice()), payment(), "Line", []),
    ],
)
def test_what_was_emptied_is_sent_empty(before: Any, now: Any, field: str, empty: Any) -> None:
    sent = update(now, as_agreed(before))
    assert sent is not None
    assert sent[field] == empty


def test_due_date_that_quickbooks_filled_in_is_left_to_it() -> None:
    ours = facts.facts_of("Invoice", body(invoice()))
    there = {**ours, "due_date": "2026-12-20"}
    assert update(invoice(), agreed(there, ours)) is None
    assert update(invoice(), there) is None  # of an older link it is not known whose it is


def test_item_is_given_an_income_account_only_where_one_was_chosen() -> None:
    there = {**as_agreed(service()), "income_account": "theirs"}
    assert update(service(), there) is None
    chosen = update(service(income_account_id="77"), there)
    assert chosen is not None
    assert chosen["IncomeAccountRef"] == {"value": "77"}


def test_update_repeats_what_quickbooks_wants_as_it_is_there() -> None:
    ours = facts.facts_of("Purchase", body(expense()))
    there = agreed({**ours, "payment_type": "Check"}, ours)
    sent = update(expense(date=date(2026, 11, 21)), there)
    assert sent == {**ADDRESS, "sparse": True, "PaymentType": "Check", "TxnDate": "2026-11-21"}
    theirs = {**facts.facts_of("Payment", body(payment())), "total": "50.00"}
    kept = agreed(theirs, facts.facts_of("Payment", body(payment())))
    sent = update(payment(reference="R"), kept)
    assert sent is not None
    assert (sent["TotalAmt"], sent["PaymentRefNum"]) == (Decimal("50.00"), "R")


def test_removal_is_bare() -> None:
    assert payloads.removal_of("12", "3") == ADDRESS


def test_our_objects_are_known_by_their_note() -> None:
    assert payloads.uid_in({"PrivateNote": payloads.marker("a1b2" * 8)}) == "a1b2" * 8
    assert payloads.uid_in({"PrivateNote": "Call them back"}) is None
    assert payloads.uid_in({}) is None


@pytest.mark.parametrize("note", ["{}", "{}\nChecked.", "Paid by post\n{}", "See {}, checked"])
def test_mark_is_found_wherever_people_wrote_in_the_note(note: str) -> None:
    uid = "0123456789abcdef" * 2
    assert payloads.uid_in({"PrivateNote": note.format(f"cuadra:{uid}")}) == uid
