"""Document numbers: length, sequence, duplicates. Intuit: invoice page; 6140 from a real log."""

from __future__ import annotations

import pytest

from tests.sandbox.books import Books, Json, Refused, expense_line, pay_line, sale_line
from tests.sandbox_process import Switch


def test_number_longer_than_21_is_2050(books: Books, customer: Json, item: Json) -> None:
    assert books.invoice(customer, item, DocNumber="1" * 21)["DocNumber"] == "1" * 21
    with pytest.raises(Refused) as refused:
        books.invoice(customer, item, DocNumber="1" * 25)
    assert refused.value.code == "2050"
    assert refused.value.detail == (
        "String length specified does not match the supported length. "
        "Min:0 Max:21 supported. Supplied length:25"
    )


def test_number_stays_empty_with_custom_numbers_on(
    books: Books, customer: Json, item: Json, custom_numbers: None
) -> None:
    assert "DocNumber" not in books.invoice(customer, item)


def test_number_is_assigned_with_custom_numbers_off(
    books: Books, customer: Json, item: Json
) -> None:
    first, second = books.invoice(customer, item), books.invoice(customer, item)
    assert int(second["DocNumber"]) == int(first["DocNumber"]) + 1


@pytest.mark.parametrize(
    ("last", "following"), [("APP-1000", "APP-1001"), ("INV-0099", "INV-0100")]
)
def test_sequence_follows_the_last_number_with_its_prefix(
    books: Books, customer: Json, item: Json, last: str, following: str
) -> None:
    books.invoice(customer, item, DocNumber=last)
    assert books.invoice(customer, item)["DocNumber"] == following


def test_changing_a_number_does_not_move_the_sequence(
    books: Books, customer: Json, item: Json
) -> None:
    made = books.invoice(customer, item, DocNumber="500")
    books.update("Invoice", made, DocNumber="9000")
    assert books.invoice(customer, item)["DocNumber"] == "501"


def test_each_type_has_its_own_sequence(books: Books, customer: Json, item: Json) -> None:
    books.invoice(customer, item, DocNumber="500")
    fields = books.invoice_fields(customer, item)
    assert books.create("CreditMemo", fields)["DocNumber"] != "501"


def test_duplicate_is_6140_and_names_the_holder(
    books: Books, customer: Json, item: Json, custom_numbers: None
) -> None:
    held = books.invoice(customer, item, DocNumber="MR-42")
    with pytest.raises(Refused) as refused:
        books.invoice(customer, item, DocNumber="MR-42")
    assert (refused.value.code, refused.value.element) == ("6140", "")
    assert refused.value.message == "Duplicate Document Number Error"
    assert refused.value.detail == (
        "Duplicate Document Number Error : You must specify a different number. "
        "This number has already been used. DocNumber=MR-42 is assigned to TxnType=Invoice "
        f"with TxnId={held['Id']}"
    )


def test_duplicate_is_refused_on_update_too(
    books: Books, customer: Json, item: Json, custom_numbers: None
) -> None:
    books.invoice(customer, item, DocNumber="A1")
    other = books.invoice(customer, item, DocNumber="A2")
    with pytest.raises(Refused) as refused:
        books.update("Invoice", other, DocNumber="A1")
    assert refused.value.code == "6140"
    assert books.update("Invoice", other, DocNumber="A2", PrivateNote="x")["DocNumber"] == "A2"


def test_duplicate_is_accepted_with_custom_numbers_off(
    books: Books, customer: Json, item: Json
) -> None:
    books.invoice(customer, item, DocNumber="A1")
    assert books.invoice(customer, item, DocNumber="A1")["DocNumber"] == "A1"


def test_duplicate_is_accepted_with_the_warning_off(
    books: Books, customer: Json, item: Json, custom_numbers: None, switch: Switch
) -> None:
    switch(docnumber_warning=False)
    books.invoice(customer, item, DocNumber="A1")
    assert books.invoice(customer, item, DocNumber="A1")["DocNumber"] == "A1"


def test_duplicate_can_be_allowed_by_the_request(
    books: Books, customer: Json, item: Json, custom_numbers: None
) -> None:
    fields = books.invoice_fields(customer, item, DocNumber="A1")
    books.create("Invoice", fields)
    assert books.create("Invoice", fields, include="allowduplicatedocnum")["DocNumber"] == "A1"
    allowed = {"bId": "1", "operation": "create", "optionsData": "allowduplicatedocnum"}
    assert "Fault" not in books.batch({**allowed, "Invoice": fields})["1"]


@pytest.mark.parametrize("sensitive", [False, True])
def test_case_of_a_number_matters_only_under_the_switch(
    books: Books,
    customer: Json,
    item: Json,
    custom_numbers: None,
    switch: Switch,
    sensitive: bool,
) -> None:
    switch(docnumber_case_sensitive=sensitive)
    books.invoice(customer, item, DocNumber="ab-1")
    answer = books.post("invoice", books.invoice_fields(customer, item, DocNumber="AB-1"))
    assert answer.ok is sensitive


def test_number_used_a_moment_ago_may_go_unnoticed(
    books: Books, customer: Json, item: Json, custom_numbers: None, switch: Switch
) -> None:
    switch(docnumber_race_s=2)
    books.invoice(customer, item, DocNumber="A1")
    assert books.invoice(customer, item, DocNumber="A1")["DocNumber"] == "A1"


def test_numbers_of_two_types_do_not_collide(
    books: Books, customer: Json, item: Json, custom_numbers: None
) -> None:
    fields = books.invoice_fields(customer, item, DocNumber="A1")
    books.create("Invoice", fields)
    assert books.create("CreditMemo", fields)["DocNumber"] == "A1"


def test_number_of_a_deleted_invoice_is_free_again(
    books: Books, customer: Json, item: Json, custom_numbers: None
) -> None:
    books.delete("Invoice", books.invoice(customer, item, DocNumber="A1"))
    assert books.invoice(customer, item, DocNumber="A1")["DocNumber"] == "A1"


def purchase_fields(books: Books, **more: object) -> Json:
    line = expense_line(books.account("Travel"), 200)
    return {
        "PaymentType": "Check",
        "AccountRef": {"value": books.account("Checking")},
        "Line": [line],
        **more,
    }


def test_checks_and_bill_payments_share_their_numbers(books: Books, custom_numbers: None) -> None:
    vendor = books.create("Vendor", {"DisplayName": "Stripe"})
    bill = books.create(
        "Bill",
        {
            "VendorRef": {"value": vendor["Id"]},
            "Line": [expense_line(books.account("Travel"), 200)],
        },
    )
    books.create("Purchase", purchase_fields(books, DocNumber="77"))
    with pytest.raises(Refused) as refused:
        books.create(
            "BillPayment",
            {
                "VendorRef": {"value": vendor["Id"]},
                "PayType": "Check",
                "TotalAmt": 200,
                "DocNumber": "77",
                "Line": [pay_line(bill, 200, "Bill")],
            },
        )
    assert refused.value.code == "6140"


def test_bill_ignores_the_preference(books: Books) -> None:
    vendor = books.create("Vendor", {"DisplayName": "Stripe"})
    fields = {
        "VendorRef": {"value": vendor["Id"]},
        "Line": [expense_line(books.account("Travel"), 200)],
    }
    assert "DocNumber" not in books.create("Bill", fields)
    books.create("Bill", {**fields, "DocNumber": "B1"})
    with pytest.raises(Refused) as refused:
        books.create("Bill", {**fields, "DocNumber": "B1"})
    assert refused.value.code == "6140"


def test_refund_receipts_and_sales_receipts_are_numbered_like_invoices(
    books: Books, customer: Json, item: Json
) -> None:
    fields = {
        "DepositToAccountRef": {"value": books.account("Checking")},
        "Line": [sale_line(item, 5)],
    }
    assert books.create("RefundReceipt", fields)["DocNumber"]
    assert books.create("SalesReceipt", fields)["DocNumber"]
    books.control("preferences", CustomTxnNumbers=True)
    assert "DocNumber" not in books.create("RefundReceipt", fields)
    assert "DocNumber" not in books.create("SalesReceipt", fields)


def test_payment_reference_is_filterable_and_at_most_21(books: Books, customer: Json) -> None:
    books.payment(customer, 10, PaymentRefNum="ch_9f31")
    assert len(books.found("Payment", "WHERE PaymentRefNum = 'ch_9f31'")) == 1
    with pytest.raises(Refused) as refused:
        books.payment(customer, 10, PaymentRefNum="x" * 22)
    assert refused.value.code == "2050"


def test_preference_is_read_and_changed_over_the_api(books: Books) -> None:
    preferences = books.read("Preferences", "")
    assert preferences["SalesFormsPrefs"]["CustomTxnNumbers"] is False
    changed = books.update("Preferences", preferences, SalesFormsPrefs={"CustomTxnNumbers": True})
    assert changed["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    assert changed["SalesFormsPrefs"]["AllowEstimates"] is True


def test_auto_generate_asks_for_the_next_number(
    books: Books, customer: Json, item: Json, custom_numbers: None
) -> None:
    books.invoice(customer, item, DocNumber="APP-1000")
    assert books.invoice(customer, item, DocNumber="AUTO_GENERATE")["DocNumber"] == "APP-1001"
