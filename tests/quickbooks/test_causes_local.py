"""Are the refusals of the local QuickBooks understood, in the words it has them?"""

from __future__ import annotations

import pytest

from sandbox import errors
from webapp.quickbooks.causes import classify
from webapp.quickbooks.errors import Fault

pytestmark = pytest.mark.smoke


@pytest.mark.parametrize(
    ("refusal", "on", "cause"),
    [
        (errors.unrecognized("Foo", "Invoice"), "invoice create", "unsupported_value"),
        (errors.required("Line"), "invoice create", "no_lines"),
        (errors.too_long("DisplayName", 100, 120), "account create", "too_long"),
        (errors.too_long("DocNumber", 21, 25), "invoice create", "number_too_long"),
        (errors.invalid_text("DisplayName"), "account create", "illegal_character"),
        (errors.invalid_number("Amount", "1,5"), "payment create", "number_format"),
        (errors.invalid_email("ana@"), "account update", "email_invalid"),
        (errors.inactive_reference("CustomerRef", "610"), "invoice create", "customer_inactive"),
        (errors.inactive_reference("CustomerRef", "2500"), "invoice create", "customer_inactive"),
        (errors.inactive_reference("ItemRef", "610"), "invoice create", "inactive_service"),
        (errors.inactive_reference("AccountRef", "2500"), "expense create", "account_inactive"),
        (errors.not_found(), "account update", "customer_inactive"),
        (errors.deleted_transaction(), "invoice void", "record_deleted"),
        (errors.cannot_link("93"), "payment create", "cannot_link"),
        (errors.stale(), "payment update", "edited"),
        (errors.wrong_amount(58), "invoice create", "amount_mismatch"),
        (errors.tax_code_not_us(), "invoice create", "tax_code"),
        (errors.duplicate_number("1042", "Invoice", "93"), "invoice update", "dup_number"),
        (errors.too_deep(), "account create", "too_deep"),
        (errors.subscription_lapsed(200), "refund create", "subscription_lapsed"),
        (errors.books_closed(), "refund create", "closed"),
        (errors.duplicate_name("Id=58"), "account create", "name_taken"),
        (errors.email_needed(), "invoice create", "email_missing"),
        (errors.deposited(), "payment delete", "deposited"),
        (errors.unsupported("void"), "refund void", "operation_unsupported"),
        (errors.duplicate_request(), "payment create", "duplicate_request"),
        (errors.forbidden(), "payment create", "permission_missing"),
        (errors.no_access(), "payment create", "access_lost"),
        (errors.wrong_realm(), "payment create", "access_expired"),
        (errors.under_maintenance(), "payment create", "company_locked"),
    ],
)
def test_local_quickbooks_is_understood(refusal: errors.Refusal, on: str, cause: str) -> None:
    kind, operation = on.split()
    fault = Fault(refusal.code, refusal.message, refusal.detail, refusal.element or "")
    assert classify(fault, kind, operation)[0] == cause
