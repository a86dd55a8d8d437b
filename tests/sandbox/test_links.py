"""What payments, credits, deposits and bill payments do to other transactions."""

from __future__ import annotations

import pytest

from tests.sandbox.books import Books, Json, Refused, expense_line, pay_line
from tests.sandbox_process import Switch


@pytest.fixture(autouse=True)
def in_order(books: Books) -> object:
    """Whatever a test does, the books add up afterwards."""
    yield
    assert books.audit()["problems"] == []


def test_payment_lowers_the_balance_and_is_linked(
    books: Books, customer: Json, invoice: Json
) -> None:
    paid = books.payment(customer, 100, invoice)
    after = books.read("Invoice", invoice["Id"])
    assert after["Balance"] == 140.0
    assert after["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "Payment"}]
    assert paid["UnappliedAmt"] == 0.0
    assert books.read("Customer", customer["Id"])["Balance"] == 140.0


def test_part_of_a_payment_may_stay_unapplied(books: Books, customer: Json, invoice: Json) -> None:
    line = pay_line(invoice, 40)
    assert books.payment(customer, 100, Line=[line])["UnappliedAmt"] == 60.0
    assert books.read("Customer", customer["Id"])["Balance"] == 140.0


def test_one_payment_pays_several_invoices(
    books: Books, customer: Json, item: Json, invoice: Json
) -> None:
    other = books.invoice(customer, item, 60)
    lines = [pay_line(invoice, 240), pay_line(other, 60)]
    books.payment(customer, 300, Line=lines)
    assert books.read("Invoice", invoice["Id"])["Balance"] == 0.0
    assert books.read("Invoice", other["Id"])["Balance"] == 0.0


def test_applying_more_than_the_open_balance_is_a_6000_fault(
    books: Books, customer: Json, invoice: Json
) -> None:
    with pytest.raises(Refused) as refused:
        books.payment(customer, 500, Line=[pay_line(invoice, 240.01)])
    assert refused.value.code == "6000"
    assert books.read("Invoice", invoice["Id"])["SyncToken"] == "0"


def test_over_application_may_be_cut_down(
    books: Books, customer: Json, invoice: Json, switch: Switch
) -> None:
    switch(over_application="cap")
    made = books.payment(customer, 500, Line=[pay_line(invoice, 400)])
    assert made["UnappliedAmt"] == 260.0
    assert books.read("Invoice", invoice["Id"])["Balance"] == 0.0


def test_applying_more_than_the_payment_is_refused(
    books: Books, customer: Json, invoice: Json
) -> None:
    with pytest.raises(Refused) as refused:
        books.payment(customer, 100, Line=[pay_line(invoice, 150)])
    assert refused.value.code == "6000"


def test_payment_and_invoice_have_the_same_customer(books: Books, invoice: Json) -> None:
    other = books.customer("Bo")
    with pytest.raises(Refused) as refused:
        books.payment(other, 100, Line=[pay_line(invoice, 100)])
    assert refused.value.code == "620"


def test_payment_of_a_deleted_voided_or_unknown_invoice_is_refused(
    books: Books, customer: Json, item: Json
) -> None:
    deleted = books.invoice(customer, item)
    books.delete("Invoice", deleted)
    voided = books.invoice(customer, item)
    books.void("Invoice", voided)
    for target, code in ((deleted, "610"), (voided, "620"), ({"Id": "9999"}, "2500")):
        with pytest.raises(Refused) as refused:
            books.payment(customer, 10, Line=[pay_line(target, 10)])
        assert refused.value.code == code


@pytest.mark.parametrize("kind", ["Check", "CreditCardCredit"])
def test_some_links_cannot_be_made_through_the_api(books: Books, customer: Json, kind: str) -> None:
    with pytest.raises(Refused):
        books.payment(customer, 10, Line=[pay_line({"Id": "1"}, 10, kind)])


def test_empty_line_unlinks(books: Books, customer: Json, invoice: Json) -> None:
    paid = books.payment(customer, 100, invoice)
    changed = books.update("Payment", paid, Line=[])
    assert changed["UnappliedAmt"] == 100.0
    after = books.read("Invoice", invoice["Id"])
    assert (after["Balance"], after["LinkedTxn"]) == (240.0, [])


def test_updating_a_payments_lines_moves_the_money(
    books: Books, customer: Json, item: Json, invoice: Json
) -> None:
    other = books.invoice(customer, item, 100)
    paid = books.payment(customer, 100, invoice)
    books.update("Payment", paid, Line=[pay_line(other, 100)])
    assert books.read("Invoice", invoice["Id"])["Balance"] == 240.0
    assert books.read("Invoice", other["Id"])["Balance"] == 0.0


def test_deleting_a_payment_opens_the_invoice_again(
    books: Books, customer: Json, invoice: Json
) -> None:
    books.delete("Payment", books.payment(customer, 100, invoice))
    after = books.read("Invoice", invoice["Id"])
    assert (after["Balance"], after["LinkedTxn"]) == (240.0, [])


def test_deleting_an_invoice_returns_its_payment(
    books: Books, customer: Json, invoice: Json
) -> None:
    paid = books.payment(customer, 100, invoice)
    books.delete("Invoice", books.read("Invoice", invoice["Id"]))
    assert books.read("Payment", paid["Id"])["UnappliedAmt"] == 100.0


def test_smaller_invoice_gives_the_surplus_back(
    books: Books, customer: Json, item: Json, invoice: Json
) -> None:
    paid = books.payment(customer, 240, invoice)
    current = books.read("Invoice", invoice["Id"])
    line = {**current["Line"][0], "Amount": 200}
    changed = books.update("Invoice", current, Line=[line])
    assert changed["Balance"] == 0.0
    assert books.read("Payment", paid["Id"])["UnappliedAmt"] == 40.0


def test_larger_invoice_is_open_again(books: Books, customer: Json, invoice: Json) -> None:
    books.payment(customer, 240, invoice)
    current = books.read("Invoice", invoice["Id"])
    line = {**current["Line"][0], "Amount": 300}
    assert books.update("Invoice", current, Line=[line])["Balance"] == 60.0


def test_credit_memo_is_applied_by_a_payment_of_zero(
    books: Books, customer: Json, item: Json, invoice: Json
) -> None:
    credit = books.create("CreditMemo", books.invoice_fields(customer, item, 50))
    assert credit["RemainingCredit"] == 50.0
    lines = [pay_line(invoice, 50), pay_line(credit, 50, "CreditMemo")]
    assert books.payment(customer, 0, Line=lines)["UnappliedAmt"] == 0.0
    assert books.read("Invoice", invoice["Id"])["Balance"] == 190.0
    assert books.read("CreditMemo", credit["Id"])["RemainingCredit"] == 0.0


def test_bill_payment_pays_a_bill_and_its_void_opens_it(books: Books) -> None:
    vendor = books.create("Vendor", {"DisplayName": "Stripe"})
    ref = {"value": vendor["Id"]}
    lines = [expense_line(books.account("Travel"), 200)]
    bill = books.create("Bill", {"VendorRef": ref, "Line": lines})
    assert bill["Balance"] == 200.0
    fields = {
        "VendorRef": ref,
        "PayType": "Check",
        "TotalAmt": 200,
        "CheckPayment": {"BankAccountRef": {"value": books.account("Checking")}},
        "Line": [pay_line(bill, 200, "Bill")],
    }
    paid = books.create("BillPayment", fields)
    assert books.read("Bill", bill["Id"])["Balance"] == 0.0
    body = {"Id": paid["Id"], "SyncToken": paid["SyncToken"], "sparse": True}
    voided = books.post("billpayment", body, operation="update", include="void").json()
    assert voided["BillPayment"]["TotalAmt"] == 0.0
    assert books.read("Bill", bill["Id"])["Balance"] == 200.0


def deposit(books: Books, paid: Json, *more: Json) -> Json:
    fields = {
        "DepositToAccountRef": {"value": books.account("Checking")},
        "Line": [pay_line(paid, paid["TotalAmt"], "Payment"), *more],
    }
    return books.create("Deposit", fields)


def test_deposit_holds_payments_and_direct_lines(books: Books, customer: Json) -> None:
    fee = {
        "Amount": -6.96,
        "DetailType": "DepositLineDetail",
        "DepositLineDetail": {"AccountRef": {"value": books.account("Bank Charges")}},
    }
    assert deposit(books, books.payment(customer, 240), fee)["TotalAmt"] == 233.04


def test_deposited_payment_cannot_be_changed_until_it_is_taken_out(
    books: Books, customer: Json
) -> None:
    paid = books.payment(customer, 240)
    held = deposit(books, paid)
    locked = books.read("Payment", paid["Id"])
    assert {"TxnId": held["Id"], "TxnType": "Deposit"} in locked["LinkedTxn"]
    acts = (
        lambda: books.update("Payment", locked, PrivateNote="x"),
        lambda: books.delete("Payment", locked),
        lambda: books.void("Payment", locked),
    )
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "6540"
        assert refused.value.detail.startswith("This transaction has been deposited.")
    books.delete("Deposit", held)
    free = books.read("Payment", paid["Id"])
    assert books.update("Payment", free, PrivateNote="x")["PrivateNote"] == "x"


def test_payment_lies_in_one_deposit_only(books: Books, customer: Json) -> None:
    paid = books.payment(customer, 240)
    deposit(books, paid)
    with pytest.raises(Refused) as refused:
        deposit(books, paid)
    assert refused.value.code == "6540"


def test_payment_straight_into_a_bank_cannot_be_deposited(books: Books, customer: Json) -> None:
    bank = {"value": books.account("Savings")}
    paid = books.payment(customer, 240, DepositToAccountRef=bank)
    with pytest.raises(Refused) as refused:
        deposit(books, paid)
    assert refused.value.code == "620"


def test_invoice_of_another_customer_loses_its_payments(
    books: Books, customer: Json, invoice: Json
) -> None:
    paid = books.payment(customer, 240, invoice)
    bo = books.customer("Bo")
    current = books.read("Invoice", invoice["Id"])
    books.update("Invoice", current, CustomerRef={"value": bo["Id"]})
    assert books.read("Payment", paid["Id"])["UnappliedAmt"] == 240.0
    assert books.read("Invoice", invoice["Id"])["Balance"] == 240.0


def test_amount_brings_a_voided_payment_back(books: Books, customer: Json, invoice: Json) -> None:
    voided = books.void("Payment", books.payment(customer, 100, invoice))
    books.update("Payment", voided, TotalAmt=50, Line=[pay_line(invoice, 50)])
    assert books.read("Invoice", invoice["Id"])["Balance"] == 190.0


def test_payment_line_of_zero_links_nothing(books: Books, customer: Json, invoice: Json) -> None:
    made = books.payment(customer, 100, Line=[pay_line(invoice, 0)])
    assert made["Line"] == []
    assert books.read("Invoice", invoice["Id"])["LinkedTxn"] == []


def test_line_of_a_payment_tells_the_open_balance_and_number(
    books: Books, customer: Json, invoice: Json
) -> None:
    [line] = books.payment(customer, 100, invoice)["Line"]
    facts = {fact["value"]["Name"]: fact["value"]["Value"] for fact in line["LineEx"]["any"]}
    assert facts == {
        "txnId": invoice["Id"],
        "txnOpenBalance": "140.00",
        "txnReferenceNumber": invoice["DocNumber"],
    }


def test_payment_may_be_written_back_as_it_was_read(
    books: Books, customer: Json, invoice: Json
) -> None:
    paid = books.payment(customer, 100, invoice)
    again = books.post("payment", paid).json()["Payment"]
    assert again["UnappliedAmt"] == 0.0
    assert again["SyncToken"] == "1"


def test_payment_line_without_a_link_is_taken_as_it_is(books: Books, customer: Json) -> None:
    assert books.payment(customer, 100, Line=[{"Amount": 5}])["UnappliedAmt"] == 100.0


def test_memo_of_a_payment_leaves_its_invoice_alone(
    books: Books, customer: Json, invoice: Json
) -> None:
    paid = books.payment(customer, 100, invoice)
    books.update("Payment", paid, PrivateNote="x")
    assert books.read("Invoice", invoice["Id"])["SyncToken"] == "1"
