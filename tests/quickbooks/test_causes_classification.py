"""Does the wire text of each refusal lead to its cause, and to the facts it gives away?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.models.record import KINDS
from webapp.quickbooks.causes import CAUSES, UNKNOWN, classify
from webapp.quickbooks.errors import Fault

pytestmark = pytest.mark.smoke

Refusal = tuple[Fault, str, str]
"""A fault, the kind of record and the operation."""

INACTIVE = (
    "Object Not Found : Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)
INVALID_INACTIVE = INACTIVE.replace("Object Not Found", "Invalid Reference Id")
DUPLICATE = (
    "Duplicate Document Number Error : You must specify a different number. This number has "
    "already been used. DocNumber=MR-2026-0042 is assigned to TxnType=Invoice with TxnId=1187"
)
NAME = (
    "The name supplied already exists. : Another customer, vendor or employee is already using "
    "this name. Please use a different name."
)
PERIOD = (
    "The account period has closed and the account books cannot be updated through the QBO "
    "Services API. Please use the QBO website to make these changes."
)
STALE = (
    "Stale Object Error : You and root were working on this at the same time. root finished "
    "before you did, so your work was not saved."
)
DEPOSITED = (
    "This transaction has been deposited. If you want to change or delete it, you must edit the "
    "deposit it appears on and remove it first."
)
LAPSED = (
    "Subscription period has ended or canceled or there was a billing problem : You can't add "
    "data to QuickBooks Online Essentials because your trial or subscription period ended."
)
LENGTH = (
    "String length specified does not match the supported length. Min:0 Max:{} supported. "
    "Supplied length:{}"
)


def business(text: str) -> str:
    return f"Business Validation Error: {text}"


def says(code: str, detail: str = "", element: str = "", on: str = "invoice create") -> Refusal:
    kind, operation = on.split()
    return Fault(code=code, detail=detail, element=element, status=400), kind, operation


REFUSALS = {
    "signed_out": [
        says("invalid_grant", "Incorrect Token type or clientID"),
    ],
    "access_expired": [
        says("3200", "Token expired"),
        says("003200", "Token revoked"),
        says("100", "SRV-110-Authentication Failure"),
        says("110"),
    ],
    "access_lost": [
        says("120", "-11014-You do not have access"),
    ],
    "permission_missing": [
        says("3100", "no sufficient scope"),
        says("5020", "Permission Denied Error", on="expense create"),
        says(
            "5020", "Permission Denied Error : you are not allowed to do this", on="expense create"
        ),
    ],
    "subscription_lapsed": [
        says("6190", LAPSED),
    ],
    "company_locked": [
        says("140", "Company Locked Out"),
        says("150", "Company Under Maintenance"),
    ],
    "busy": [
        says("10000", "System Failure Error: x"),
        says("003001", "The request limit was reached."),
    ],
    "duplicate_request": [
        says("600", "Duplicate Request ID", on="payment create"),
        says("630", "Duplicate Object", on="payment create"),
    ],
    "inactive": [
        says("610", INACTIVE),
    ],
    "customer_inactive": [
        says("610", INACTIVE, "CustomerRef"),
        says("610", INACTIVE, on="account update"),
    ],
    "inactive_service": [
        says("610", INACTIVE, "Line.SalesItemLineDetail.ItemRef"),
        says("610", INACTIVE, on="service update"),
        says("2500", INVALID_INACTIVE, "Line.SalesItemLineDetail.ItemRef"),
    ],
    "account_inactive": [
        says("610", INACTIVE, "DepositToAccountRef", on="payment create"),
    ],
    "method_inactive": [
        says("610", INACTIVE, "PaymentMethodRef", on="payment create"),
    ],
    "vendor_inactive": [
        says("610", INACTIVE, "EntityRef", on="expense create"),
    ],
    "customer_deleted": [
        says("610", "Object Not Found : deleted", on="account update"),
        says("6250", "The customer is deleted"),
        says("6000", business("The customer Alba has been deleted")),
    ],
    "record_deleted": [
        says(
            "610",
            "Object Not Found : Another user has deleted this transaction.",
            on="invoice update",
        ),
    ],
    "reference_deleted": [
        says(
            "610",
            "Object Not Found : Another user has deleted this transaction.",
            on="payment create",
        ),
    ],
    "cannot_link": [
        says("620", "The transaction ID (93) can't be linked", "LinkedTxn", on="payment create"),
    ],
    "item_without_income_account": [
        says("2390", "The item has no income account"),
    ],
    "reference_gone": [
        says("2500", "Invalid Reference Id : Line.SalesItemLineDetail.ItemRef"),
        says("2500", "Invalid Reference Id : CustomerRef", "CustomerRef"),
    ],
    "income_account": [
        says("610", INACTIVE, "IncomeAccountRef", on="service update"),
        says("2500", INVALID_INACTIVE, on="service create"),
        says("2500", "Invalid Reference Id : IncomeAccountRef", on="service create"),
    ],
    "customer_missing": [
        says("2020", "Required parameter CustomerRef is missing in the request"),
    ],
    "no_lines": [
        says("2020", "Required parameter Line is missing in the request", "Line"),
    ],
    "line_without_service": [
        says("2020", "Required parameter ItemRef is missing"),
        says("6440", "The line has no item"),
    ],
    "name_missing": [
        says("2020", "Required parameter DisplayName is missing", on="account create"),
        says("6080", "No Name Provided", on="account create"),
        says("2050", LENGTH.format(100, 0), "Name", on="service create"),
    ],
    "value_missing": [
        says("2020", "Required parameter SyncToken is missing", on="invoice update"),
    ],
    "illegal_character": [
        says("2040", "Invalid String : DisplayName", "DisplayName", on="account create"),
    ],
    "name_colon": [
        says("2040", "Invalid String : a colon is not allowed", "Name", on="service create"),
    ],
    "too_long": [
        says("2050", LENGTH.format(100, 120), "Name", on="service create"),
    ],
    "number_too_long": [
        says("2050", LENGTH.format(21, 25), "DocNumber"),
        says("6000", business("at most 21 characters in doc_num")),
    ],
    "email_invalid": [
        says("2210", "RFC 822. Supplied value:nobody@", "EmailAddr", on="account create"),
    ],
    "email_missing": [
        says("6420", "An email address is needed to send", "BillEmail"),
    ],
    "currency_mismatch": [
        says("2220", "Currency mismatch", "CurrencyRef"),
        says("6000", business("The currency can't be changed."), on="invoice update"),
    ],
    "currency": [
        says("6000", business("Multi Currency should be enabled to perform this operation.")),
    ],
    "number_format": [
        says("2080", "Invalid number"),
        says("2090", "Invalid Number : 1,5", "Amount"),
        says("2110", "Invalid date"),
    ],
    "amount_mismatch": [
        says("6070", "Amount is not equal to UnitPrice * Qty. Supplied value:58", "Line.Amount"),
    ],
    "amount_negative": [
        says("6000", business("Transaction amount must be 0 or greater."), "TotalAmt"),
    ],
    "unsupported_value": [
        says("2010", 'Property Name:Unrecognized field "Foo"', "Foo"),
        says("2170", "Invalid Enumeration : HAS_BEEN_BILLED", on="expense create"),
    ],
    "edited": [
        says("5010", STALE, on="invoice update"),
    ],
    "feature_unsupported": [
        says("5030", "Requested feature is not supported"),
        says("500", "The feature is not supported"),
        says("5020", "Your edition lacks purchase orders", on="expense create"),
    ],
    "operation_unsupported": [
        says("500", "Operation X is not supported."),
        says("500", "Unsupported character encoding"),
    ],
    "tax_code": [
        says("6100", "Line TaxCode must be TAX or NON", "Line.TaxCodeRef"),
        says("6160"),
        says("6230"),
        says("6470"),
        says("6000", business("Make sure all your transactions have a VAT rate before you save.")),
        says("6000", business("Make sure all your transactions have a GST/HST rate")),
        says("2500", "Invalid Reference Id : Line.SalesItemLineDetail.TaxCodeRef"),
        says("2500", "Invalid Reference Id : Tax Code element id NON not found"),
    ],
    "tax_rate": [
        says("6000", business("There is no tax rate for this date")),
    ],
    "dup_number": [
        says("6140", DUPLICATE),
        says("6210", DUPLICATE),
        says("6140", on="invoice update"),
    ],
    "too_deep": [
        says(
            "6180", "Sub-customers can be at most 5 levels deep", "ParentRef", on="account create"
        ),
    ],
    "parent_billing": [
        says("6130", "Bill with parent conflict", on="account update"),
        says("6000", business("A project must be a subcustomer"), on="account update"),
    ],
    "closed": [
        says("6200", PERIOD),
        says("6210", PERIOD, on="payment delete"),
        says("6000", business("The books are closed before 12/31/2025")),
    ],
    "delete_blocked": [
        says("6220", "The customer has a balance", on="account update"),
        says("6280", "The customer has unbilled charges", on="account update"),
        says("800", "Cannot delete object", on="payment delete"),
    ],
    "name_taken": [
        says("6240", NAME, on="account create"),
    ],
    "service_name_taken": [
        says("6240", f"{NAME} Id=58", on="service create"),
    ],
    "wrong_account_type": [
        says("6430", "Wrong account type", on="service create"),
    ],
    "settled": [
        says("6450", "The transaction is settled", on="payment void"),
    ],
    "bank_matched": [
        says("6480", "Matched Transaction Delete Error", on="expense delete"),
        says("6000", business("This is matched to a downloaded transaction"), on="expense delete"),
    ],
    "deposited": [
        says("6540", DEPOSITED, on="payment update"),
    ],
    "void_paid": [
        says("6000", business("The invoice has payments applied to it"), on="invoice void"),
    ],
    "company_reset": [
        says("10200", "Company reset"),
    ],
    "exceeds_balance": [
        says(
            "6000",
            business("The amount applied is more than the open balance of the transaction."),
            on="payment create",
        ),
    ],
    UNKNOWN: [
        says("6000", business("Something nobody has seen")),
        says("7777", "Something nobody has seen"),
    ],
}
"""For each cause, what QuickBooks says."""


@pytest.mark.parametrize(
    ("cause", "refusal"),
    [(cause, refusal) for cause, refusals in REFUSALS.items() for refusal in refusals],
)
def test_wire_text_leads_to_its_cause(cause: str, refusal: Refusal) -> None:
    assert classify(*refusal)[0] == cause


FOUND_BY_OURSELVES = {
    "account_conflict",
    "auto_apply",
    "customer_linked_elsewhere",
    "customer_merged",
    "customer_twice",
    "differs",
    "invoice_paid",
    "link_undone",
    "lost_in_reset",
    "no_customer",
    "no_number",
    "payment_method",
    "set_up_missing",
    "stopped_worker",
    "voided",
    "wrong_company",
}
"""What QuickBooks has no code for: a look at our books, its lists or its answers shows it."""


def test_every_cause_is_either_in_the_table_or_found_by_ourselves() -> None:
    assert REFUSALS.keys() | FOUND_BY_OURSELVES == CAUSES.keys()


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (401, "access_expired"),
        (403, "permission_missing"),
        (429, "busy"),
        (500, "busy"),
        (503, "busy"),
        (400, UNKNOWN),
    ],
)
def test_answer_without_a_code_is_judged_by_its_status(status: int, cause: str) -> None:
    assert classify(Fault(status=status), "invoice", "create") == (cause, {})


@pytest.mark.parametrize(
    ("detail", "element", "facts"),
    [
        (
            DUPLICATE,
            "",
            {
                "n": "MR-2026-0042",
                "holder_type": "Invoice",
                "holder_id": "1187",
                "field": "number",
            },
        ),
        (f"{NAME}: Id=58", "", {}),
        (f"{NAME}: null", "", {}),
        (LENGTH.format(21, 25), "DocNumber", {"limit": "21", "length": "25", "field": "number"}),
        ("Closed up to 12/31/2025.", "", {"closed_to": "2025-12-31"}),
        ("Closed up to 2025-12-31.", "", {"closed_to": "2025-12-31"}),
        ("Closed up to 13/31/2025.", "", {}),
        ("Invalid Reference Id : Line.SalesItemLineDetail.ItemRef", "", {"field": "service"}),
        (
            "Amount is not equal to UnitPrice * Qty. Supplied value:58",
            "Line.Amount",
            {"value": "58", "field": "amount"},
        ),
    ],
)
def test_facts_are_read_from_the_detail(detail: str, element: str, facts: dict[str, str]) -> None:
    fault = Fault(code="6140", detail=detail, element=element)
    assert classify(fault, "invoice", "create")[1] == facts


SAID = [fault for refusals in REFUSALS.values() for fault, _kind, _operation in refusals]
CODES = sorted({fault.code for fault in SAID})
DETAILS = sorted({fault.detail for fault in SAID})


@given(
    code=st.sampled_from(CODES) | st.text(),
    message=st.text(),
    detail=st.lists(st.sampled_from(DETAILS) | st.text(), max_size=3).map("".join),
    element=st.text(),
    status=st.integers(),
    kind=st.sampled_from(KINDS),
    operation=st.sampled_from(["create", "update", "delete", "void"]),
)
def test_any_fault_has_a_cause(
    code: str, message: str, detail: str, element: str, status: int, kind: str, operation: str
) -> None:
    fault = Fault(code, message, detail, element, status=status)
    cause, facts = classify(fault, kind, operation)
    assert cause in CAUSES
    assert all(isinstance(value, str) for value in facts.values())
