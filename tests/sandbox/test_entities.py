"""What each kind of object needs, defaults to and computes. Intuit: the entity pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.sandbox.books import Books, Json, Refused, expense_line, pay_line, sale_line


def refusal(books: Books, entity: str, fields: Json) -> Refused:
    with pytest.raises(Refused) as refused:
        books.create(entity, fields)
    return refused.value


# -- the new company ----------------------------------------------------------------------------


def test_new_company_has_a_us_chart_of_accounts(books: Books) -> None:
    accounts = {row["Name"]: row for row in books.found("Account", "MAXRESULTS 1000")}
    assert len(accounts) > 20
    assert accounts["Travel"]["AccountType"] == "Expense"
    assert accounts["Undeposited Funds"]["AccountSubType"] == "UndepositedFunds"
    kinds = {row["AccountType"] for row in accounts.values()}
    assert {"Bank", "Accounts Receivable", "Accounts Payable", "Income", "Credit Card"} <= kinds


def test_new_company_has_the_default_payment_methods_with_their_ids(books: Books) -> None:
    found = {row["Name"]: (row["Id"], row["Type"]) for row in books.found("PaymentMethod")}
    assert found == {
        "Cash": ("1", "NON_CREDIT_CARD"),
        "Check": ("2", "NON_CREDIT_CARD"),
        "Visa": ("3", "CREDIT_CARD"),
        "MasterCard": ("4", "CREDIT_CARD"),
        "Discover": ("5", "CREDIT_CARD"),
        "American Express": ("6", "CREDIT_CARD"),
        "Diners Club": ("7", "CREDIT_CARD"),
    }


def test_new_company_is_clean_but_for_default_lists(books: Books) -> None:
    for entity in ("Customer", "Item", "Vendor", "Invoice", "Payment"):
        assert books.query(f"select * from {entity}") == {}
    codes = {row["Id"] for row in books.found("TaxCode")}
    assert {"TAX", "NON"} <= codes


def test_preferences_tell_numbers_closing_date_currency_and_tax(books: Books) -> None:
    preferences = books.read("Preferences", "")
    assert preferences["CurrencyPrefs"]["HomeCurrency"]["value"] == "USD"
    assert preferences["CurrencyPrefs"]["MultiCurrencyEnabled"] is False
    assert preferences["TaxPrefs"]["UsingSalesTax"] is True
    assert "BookCloseDate" not in preferences["AccountingInfoPrefs"]


# -- lists --------------------------------------------------------------------------------------


def test_unknown_field_is_2010_with_its_class(books: Books) -> None:
    refused = refusal(books, "Customer", {"DisplayName": "A", "Foo": 1})
    assert refused.code == "2010"
    assert 'Unrecognized field "Foo"' in refused.detail
    assert "class com.intuit.schema.finance.v3.Customer" in refused.detail


@pytest.mark.parametrize(
    "fields",
    [{"DisplayName": {"a": 1}}, {"DisplayName": "A", "Active": "maybe"}, {"DisplayName": [1]}],
)
def test_wrong_type_is_2010(books: Books, fields: Json) -> None:
    assert "failed to parse json object" in refusal(books, "Customer", fields).detail


@pytest.mark.parametrize("kind", ["Service", "Inventory"])
def test_item_needs_an_income_account(books: Books, kind: str) -> None:
    refused = refusal(books, "Item", {"Name": "X", "Type": kind})
    assert refused.code == "2020"
    assert refused.detail == "Required parameter IncomeAccountRef is missing in the request"


def test_inventory_item_needs_quantities_and_three_accounts(books: Books) -> None:
    fields: Json = {
        "Name": "Book",
        "Type": "Inventory",
        "IncomeAccountRef": {"value": books.account("Sales of Product Income")},
        "ExpenseAccountRef": {"value": books.account("Cost of Goods Sold")},
        "AssetAccountRef": {"value": books.account("Inventory Asset")},
    }
    assert refusal(books, "Item", fields).code == "2020"
    full = {**fields, "TrackQtyOnHand": True, "QtyOnHand": 10, "InvStartDate": "2015-01-01"}
    assert books.create("Item", full)["QtyOnHand"] == 10.0


def test_item_cannot_earn_into_a_bank_account(books: Books) -> None:
    fields = {"Name": "X", "IncomeAccountRef": {"value": books.account("Checking")}}
    assert refusal(books, "Item", fields).code == "6430"


def test_references_come_back_with_their_names(books: Books, item: Json) -> None:
    assert item["IncomeAccountRef"]["name"] == "Services"


def test_account_needs_a_type_or_a_subtype(books: Books) -> None:
    assert refusal(books, "Account", {"Name": "X"}).code == "6010"
    made = books.create("Account", {"Name": "X", "AccountSubType": "CashOnHand"})
    assert (made["AccountType"], made["Classification"]) == ("Bank", "Asset")


@pytest.mark.parametrize("name", ['a"b', "a:b"])
def test_account_name_has_no_quote_or_colon(books: Books, name: str) -> None:
    assert refusal(books, "Account", {"Name": name, "AccountType": "Bank"}).code == "2040"


def test_payment_method_is_no_credit_card_unless_said(books: Books) -> None:
    assert books.create("PaymentMethod", {"Name": "Barter"})["Type"] == "NON_CREDIT_CARD"
    assert refusal(books, "PaymentMethod", {"Name": "X", "Type": "GOLD"}).code == "2170"


# -- sales forms ----------------------------------------------------------------------------------


def test_invoice_needs_a_customer_and_a_line(books: Books, customer: Json, item: Json) -> None:
    fields = books.invoice_fields(customer, item)
    for name in ("CustomerRef", "Line"):
        refused = refusal(books, "Invoice", {k: v for k, v in fields.items() if k != name})
        assert refused.code == "2020"
        assert refused.detail == f"Required parameter {name} is missing in the request"
        assert refused.element == name


@pytest.mark.parametrize("missing", ["Amount", "DetailType"])
def test_line_needs_an_amount_and_a_detail_type(
    books: Books, customer: Json, item: Json, missing: str
) -> None:
    line = {k: v for k, v in sale_line(item, 5).items() if k != missing}
    fields = books.invoice_fields(customer, item, Line=[line])
    assert refusal(books, "Invoice", fields).code == "2020"


def test_amount_must_be_quantity_times_price(books: Books, customer: Json, item: Json) -> None:
    wrong = books.invoice_fields(customer, item, Line=[sale_line(item, 58, Qty=2, UnitPrice=30)])
    refused = refusal(books, "Invoice", wrong)
    assert (refused.code, refused.element) == ("6070", "Line.Amount")
    assert refused.detail == "Amount is not equal to UnitPrice * Qty. Supplied value:58"


def test_two_zeroes_for_quantity_and_price_mean_not_given(
    books: Books, customer: Json, item: Json
) -> None:
    line = sale_line(item, 100, Qty=0, UnitPrice=0)
    made = books.create("Invoice", books.invoice_fields(customer, item, Line=[line]))
    assert made["TotalAmt"] == 100.0


def test_product_of_quantity_and_price_is_rounded_to_cents(
    books: Books, customer: Json, item: Json
) -> None:
    line = sale_line(item, 33.33, Qty=3.333, UnitPrice=10)
    made = books.create("Invoice", books.invoice_fields(customer, item, Line=[line]))
    assert made["TotalAmt"] == 33.33


def test_invoice_comes_back_complete(books: Books, customer: Json, invoice: Json) -> None:
    assert invoice["Line"][0]["Id"] == "1"
    assert invoice["Line"][0]["LineNum"] == 1
    assert invoice["Line"][-1]["DetailType"] == "SubTotalLineDetail"
    assert invoice["Line"][-1]["Amount"] == 240.0
    assert invoice["TxnTaxDetail"] == {"TotalTax": 0.0}
    assert invoice["LinkedTxn"] == []
    assert invoice["CurrencyRef"]["value"] == "USD"
    assert invoice["ApplyTaxAfterDiscount"] is False
    assert (invoice["EmailStatus"], invoice["PrintStatus"]) == ("NotSet", "NeedToPrint")
    assert invoice["CustomerRef"]["name"] == "Ada Byron"


def test_subtotal_lines_that_come_back_are_dropped(books: Books, invoice: Json) -> None:
    changed = books.update("Invoice", invoice, Line=invoice["Line"])
    assert len(changed["Line"]) == 2


def test_dates_default_to_today_and_the_terms(books: Books, customer: Json, item: Json) -> None:
    term = books.found("Term", "WHERE Name = 'Net 30'")[0]
    fields = books.invoice_fields(customer, item, SalesTermRef={"value": term["Id"]})
    assert books.create("Invoice", fields)["DueDate"] == "2026-12-20"
    undated = books.create("Invoice", {k: v for k, v in fields.items() if k != "TxnDate"})
    assert date.fromisoformat(undated["TxnDate"])


def test_need_to_send_requires_an_address(books: Books, customer: Json, item: Json) -> None:
    fields = books.invoice_fields(customer, item, EmailStatus="NeedToSend")
    assert "Fault" in books.post("invoice", fields).json()
    fields["BillEmail"] = {"Address": "ada@example.org"}
    assert books.create("Invoice", fields)["EmailStatus"] == "NeedToSend"
    assert refusal(books, "Invoice", {**fields, "EmailStatus": "Lost"}).code == "2170"


def test_link_to_pay_needs_an_address_and_online_payment(
    books: Books, customer: Json, item: Json
) -> None:
    online = {"AllowOnlineACHPayment": True}
    address = {"BillEmail": {"Address": "ada@byron.example"}}
    links = []
    for fields in (online, address, {**online, **address}):
        invoice = books.invoice(customer, item, **fields)
        shown = books.get(f"invoice/{invoice['Id']}", include="invoiceLink").json()["Invoice"]
        links.append(shown.get("InvoiceLink", ""))
    assert links[:2] == ["", ""]
    assert links[2].startswith("https://")


@pytest.mark.parametrize(
    ("field", "value"),
    [("PrivateNote", "x" * 4001), ("CustomerMemo", {"value": "x" * 1001})],
)
def test_notes_have_their_lengths(
    books: Books, customer: Json, item: Json, field: str, value: Any
) -> None:
    fields = books.invoice_fields(customer, item, **{field: value})
    assert refusal(books, "Invoice", fields).code == "2050"


def test_missing_reference_is_2500_with_its_path(books: Books, customer: Json) -> None:
    fields = books.invoice_fields(customer, {"Id": "999"})
    refused = refusal(books, "Invoice", fields)
    assert refused.code == "2500"
    assert refused.detail == "Invalid Reference Id : Line.SalesItemLineDetail.ItemRef"


def test_category_on_a_line_is_2500(books: Books, customer: Json) -> None:
    category = books.create("Item", {"Name": "Courses", "Type": "Category"})
    assert refusal(books, "Invoice", books.invoice_fields(customer, category)).code == "2500"


def test_discount_lines_lower_the_total(books: Books, customer: Json, item: Json) -> None:
    discount = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10},
    }
    lines = [sale_line(item, 100), {**discount, "Amount": 10}]
    made = books.create("Invoice", books.invoice_fields(customer, item, Line=lines))
    assert made["TotalAmt"] == 90.0


def test_engine_taxes_lines_marked_tax(books: Books, customer: Json, item: Json) -> None:
    line = sale_line(item, 100, TaxCodeRef={"value": "TAX"})
    made = books.create("Invoice", books.invoice_fields(customer, item, Line=[line]))
    assert made["TotalAmt"] == 108.0
    explicit = {"TotalTax": 0}
    fields = books.invoice_fields(customer, item, Line=[line], TxnTaxDetail=explicit)
    assert books.create("Invoice", fields)["TotalAmt"] == 100.0


def test_tax_is_ignored_where_the_company_uses_none(
    books: Books, customer: Json, item: Json
) -> None:
    books.control("preferences", group="TaxPrefs", values={"UsingSalesTax": False})
    fields = books.invoice_fields(customer, item, TxnTaxDetail={"TotalTax": 7})
    assert books.create("Invoice", fields)["TotalAmt"] == 240.0


def test_us_line_is_tax_or_non(books: Books, customer: Json, item: Json) -> None:
    line = sale_line(item, 100, TaxCodeRef={"value": "2"})
    assert refusal(books, "Invoice", books.invoice_fields(customer, item, Line=[line])).code == (
        "6100"
    )


def test_foreign_currency_needs_multicurrency(books: Books, customer: Json, item: Json) -> None:
    fields = books.invoice_fields(customer, item, CurrencyRef={"value": "EUR"})
    assert refusal(books, "Invoice", fields).code == "6000"


# -- money ----------------------------------------------------------------------------------------


def test_payment_needs_a_customer_and_a_total(books: Books, customer: Json) -> None:
    assert refusal(books, "Payment", {"TotalAmt": 5}).code == "2020"
    refused = refusal(books, "Payment", {"CustomerRef": {"value": customer["Id"]}})
    assert refused.code == "6000"
    assert refused.detail == "Business Validation Error: You must set a transaction amount."


def test_payment_goes_to_undeposited_funds_unless_said(books: Books, customer: Json) -> None:
    made = books.payment(customer, 10)
    assert made["DepositToAccountRef"]["name"] == "Undeposited Funds"
    assert made["ProcessPayment"] is False
    assert made["UnappliedAmt"] == 10.0


def test_refund_receipt_needs_lines_and_an_account_with_money(books: Books, item: Json) -> None:
    fields = {"Line": [sale_line(item, 50)]}
    assert refusal(books, "RefundReceipt", fields).code == "2020"
    income = {"value": books.account("Services")}
    assert refusal(books, "RefundReceipt", {**fields, "DepositToAccountRef": income}).code == (
        "6430"
    )
    bank = {"value": books.account("Checking")}
    made = books.create("RefundReceipt", {**fields, "DepositToAccountRef": bank})
    assert made["TotalAmt"] == 50.0


def purchase(books: Books, **changes: Any) -> Json:
    return {
        "PaymentType": "CreditCard",
        "AccountRef": {"value": books.account("Mastercard")},
        "Line": [expense_line(books.account("Bank Charges"), 19.99)],
        **changes,
    }


@pytest.mark.parametrize("missing", ["AccountRef", "PaymentType", "Line"])
def test_purchase_needs_an_account_a_type_and_a_line(books: Books, missing: str) -> None:
    fields = {k: v for k, v in purchase(books).items() if k != missing}
    assert refusal(books, "Purchase", fields).code == "2020"


def test_purchase_names_its_payee_with_a_type(books: Books) -> None:
    vendor = books.create("Vendor", {"DisplayName": "Stripe"})
    payee = {"value": vendor["Id"], "type": "Vendor"}
    made = books.create("Purchase", purchase(books, EntityRef=payee))
    assert made["EntityRef"] == {**payee, "name": "Stripe"}
    assert made["TotalAmt"] == 19.99


def test_full_update_of_a_purchase_resets_credit(books: Books) -> None:
    made = books.create("Purchase", purchase(books, Credit=True))
    assert made["Credit"] is True
    changed = books.update("Purchase", made, sparse=False, **purchase(books))
    assert changed["Credit"] is False


@pytest.mark.parametrize("kind", ["Check", "CreditCard"])
def test_purchase_is_paid_from_the_right_kind_of_account(books: Books, kind: str) -> None:
    wrong = {"value": books.account("Services")}
    fields = purchase(books, PaymentType=kind, AccountRef=wrong)
    assert refusal(books, "Purchase", fields).code == "6430"


def test_journal_entry_balances(books: Books) -> None:
    def line(kind: str, account: str, amount: float) -> Json:
        detail = {"PostingType": kind, "AccountRef": {"value": books.account(account)}}
        return {
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": detail,
        }

    good = [line("Debit", "Travel", 5), line("Credit", "Checking", 5)]
    assert books.create("JournalEntry", {"Line": good})["TotalAmt"] == 5.0
    bad = [line("Debit", "Travel", 5), line("Credit", "Checking", 4)]
    assert refusal(books, "JournalEntry", {"Line": bad}).code == "6000"


# -- closed books ---------------------------------------------------------------------------------


def test_closed_books_refuse_every_change_on_or_before_the_day(
    books: Books, customer: Json, item: Json, invoice: Json
) -> None:
    books.control("close-books", date="2026-11-20")
    text = (
        "The account period has closed and the account books cannot be updated through the QBO "
        "Services API. Please use the QBO website to make these changes."
    )
    refused = refusal(books, "Invoice", books.invoice_fields(customer, item))
    assert (refused.code, refused.message, refused.detail) == (
        "6210",
        "Account Period Closed",
        text,
    )
    for act in (books.delete, books.void):
        with pytest.raises(Refused) as again:
            act("Invoice", invoice)
        assert again.value.code == "6210"
    with pytest.raises(Refused) as again:
        books.update("Invoice", invoice, TxnDate="2026-11-25")
    assert again.value.code == "6210"
    assert books.invoice(customer, item, TxnDate="2026-11-21")["Id"]
    assert books.read("Preferences", "")["AccountingInfoPrefs"]["BookCloseDate"] == "2026-11-20"


def test_lapsed_subscription_stops_writing_but_not_reading(books: Books, customer: Json) -> None:
    books.control("companies/status", status="lapsed")
    refused = refusal(books, "Customer", {"DisplayName": "B"})
    assert (refused.code, refused.message) == ("6190", "Invalid Company Status")
    assert refused.detail.startswith(
        "Subscription period has ended or canceled or there was a billing problem : "
    )
    assert books.read("Customer", customer["Id"])["Id"] == customer["Id"]


def test_status_of_a_lapsed_subscription_is_a_switch(books: Books, switch: Any) -> None:
    switch(lapsed_status=200)
    books.control("companies/status", status="lapsed")
    answer = books.post("customer", {"DisplayName": "B"})
    assert answer.status_code == 200
    assert answer.json()["Fault"]["Error"][0]["code"] == "6190"


def test_person_without_access_is_401_120(books: Books) -> None:
    books.control("companies/status", status="no_access")
    answer = books.get("preferences")
    assert answer.status_code == 401
    assert answer.json()["Fault"]["Error"][0]["code"] == "120"


@pytest.mark.parametrize(("status", "code"), [("locked", "140"), ("maintenance", "150")])
def test_locked_company_answers_nothing_else(books: Books, status: str, code: str) -> None:
    books.control("companies/status", status=status)
    assert books.get("preferences").json()["Fault"]["Error"][0]["code"] == code


@pytest.mark.parametrize(("entity", "needed"), [("Bill", "VendorRef"), ("Purchase", "PaymentType")])
def test_sparse_update_still_needs_one_field(books: Books, entity: str, needed: str) -> None:
    vendor = {"value": books.create("Vendor", {"DisplayName": "Stripe"})["Id"]}
    lines = [expense_line(books.account("Travel"), 5)]
    fields = purchase(books) if entity == "Purchase" else {"VendorRef": vendor, "Line": lines}
    made = books.create(entity, fields)
    with pytest.raises(Refused) as refused:
        books.update(entity, made, PrivateNote="x")
    assert refused.value.detail == f"Required parameter {needed} is missing in the request"
    changed = books.update(entity, made, PrivateNote="x", **{needed: made[needed]})
    assert changed["PrivateNote"] == "x"


ALL = (
    "Account Attachable Bill BillPayment Budget Class CompanyInfo CompanyCurrency CreditMemo "
    "Customer CustomerType Department Deposit Employee Estimate Invoice Item JournalCode "
    "JournalEntry Payment PaymentMethod Preferences Purchase PurchaseOrder RefundReceipt "
    "SalesReceipt TaxAgency TaxCode TaxRate Term TimeActivity Transfer Vendor VendorCredit"
)


@pytest.mark.parametrize("entity", ALL.split())
def test_every_entity_can_be_queried(books: Books, entity: str) -> None:
    books.query(f"select * from {entity[0].lower()}{entity[1:]}")


def test_transfer_moves_between_accounts(books: Books) -> None:
    accounts = {
        "FromAccountRef": {"value": books.account("Checking")},
        "ToAccountRef": {"value": books.account("Savings")},
    }
    made = books.create("Transfer", {**accounts, "Amount": 5})
    assert books.read("Transfer", made["Id"])["Amount"] == 5.0


# -- facts of single pages ------------------------------------------------------------------------


def test_vendor_has_a_number_terms_and_the_1099_mark(books: Books) -> None:
    term = books.found("Term")[0]
    fields = {"Vendor1099": True, "AcctNum": "35372649", "TermRef": {"value": term["Id"]}}
    made = books.create("Vendor", {"DisplayName": "Stripe", **fields})
    assert (made["Vendor1099"], made["AcctNum"]) == (True, "35372649")
    assert made["TermRef"] == {"value": term["Id"], "name": term["Name"]}


def test_class_and_balance_of_an_account_are_read_only(books: Books) -> None:
    wished = {"Classification": "Equity", "CurrentBalance": 500}
    made = books.create("Account", {"Name": "X", "AccountType": "Bank", **wished})
    assert (made["Classification"], made["CurrentBalance"]) == ("Asset", 0.0)


def test_credit_memo_needs_a_customer_and_a_line(books: Books, customer: Json, item: Json) -> None:
    fields = books.invoice_fields(customer, item)
    for name in ("CustomerRef", "Line"):
        refused = refusal(books, "CreditMemo", {k: v for k, v in fields.items() if k != name})
        assert refused.code == "2020"


def test_balances_of_a_credit_memo_are_read_only(books: Books, customer: Json, item: Json) -> None:
    fields = books.invoice_fields(customer, item, 50, RemainingCredit=7, Balance=7)
    made = books.create("CreditMemo", fields)
    assert (made["RemainingCredit"], made["Balance"]) == (50.0, 50.0)


def test_payment_carries_a_reference_and_no_number(books: Books, customer: Json) -> None:
    made = books.payment(customer, 10, PaymentRefNum="ch_9f31")
    assert made["PaymentRefNum"] == "ch_9f31"
    assert "DocNumber" not in made


@pytest.mark.parametrize("kind", ["JournalEntry", "Expense"])
def test_payment_may_be_linked_to_journal_entries_and_expenses(
    books: Books, customer: Json, kind: str
) -> None:
    if kind == "Expense":
        target = books.create("Purchase", purchase(books))
    else:
        target = books.create("JournalEntry", {"Line": journal_lines(books)})
    lines = [pay_line(target, 5, kind)]
    made = books.payment(customer, 5, Line=lines)
    assert made["Line"][0]["LinkedTxn"][0]["TxnType"] == kind


def journal_lines(books: Books) -> list[Json]:
    return [
        {
            "Amount": 5,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {
                "PostingType": side,
                "AccountRef": {"value": books.account(account)},
            },
        }
        for side, account in (("Debit", "Travel"), ("Credit", "Checking"))
    ]


def test_companyinfo_tells_name_country_year_and_zone(books: Books) -> None:
    info = books.read("CompanyInfo", books.realm_id)
    assert (info["CompanyName"], info["LegalName"]) == ("Fresh", "Fresh")
    assert (info["Country"], info["FiscalYearStartMonth"]) == ("USA", "January")
    assert info["DefaultTimeZone"] == "America/Los_Angeles"
    assert {"SubscriptionStatus", "OfferingSku"} <= {pair["Name"] for pair in info["NameValue"]}


def test_automated_sales_tax_is_told_by_the_preferences(books: Books) -> None:
    assert books.read("Preferences", "")["TaxPrefs"]["PartnerTaxEnabled"] is True


def test_tax_code_tells_whether_it_taxes_and_by_which_rates(books: Books) -> None:
    codes = {code["Id"]: code for code in books.found("TaxCode")}
    assert (codes["TAX"]["Taxable"], codes["NON"]["Taxable"]) == (True, False)
    groups = [code for code in codes.values() if code["TaxGroup"]]
    for code in groups:
        [rate] = code["SalesTaxRateList"]["TaxRateDetail"]
        assert books.read("TaxRate", rate["TaxRateRef"]["value"])["RateValue"]
    assert groups


@pytest.mark.parametrize(
    ("amount", "kept"), [("999999999999.99", 999_999_999_999.99), ("10.005", 10.01)]
)
def test_amounts_have_fifteen_digits_and_are_rounded_to_cents(
    books: Books, customer: Json, item: Json, amount: str, kept: float
) -> None:
    line = {**sale_line(item, 0), "Amount": amount}
    made = books.create("Invoice", books.invoice_fields(customer, item, Line=[line]))
    assert made["TotalAmt"] == kept


def test_amount_of_more_than_fifteen_digits_is_2090(
    books: Books, customer: Json, item: Json
) -> None:
    line = {**sale_line(item, 0), "Amount": 10**15}
    refused = refusal(books, "Invoice", books.invoice_fields(customer, item, Line=[line]))
    assert refused.code == "2090"
