"""Which cause is behind a Fault? Read from its code and from its text, since a code means several.

6000 is Intuit's "business validation", 610 covers both deleted and inactive, and an Intuit post
prints 6210, the code of closed books, for a duplicate number. Where QuickBooks' wording is not
documented, the patterns look for the words it cannot do without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.quickbooks.causes.content import UNKNOWN
from webapp.quickbooks.errors import Fault


@dataclass(frozen=True)
class Rule:
    """Holds for a fault of one of ``codes`` whose text ``says`` this; left empty, either is any."""

    key: str
    codes: frozenset[str]
    says: re.Pattern[str] | None
    kinds: frozenset[str]
    operations: frozenset[str]

    def holds(self, code: str, text: str, kind: str, operation: str) -> bool:
        return (
            (not self.codes or code in self.codes)
            and (not self.kinds or kind in self.kinds)
            and (not self.operations or operation in self.operations)
            and (self.says is None or self.says.search(text) is not None)
        )


def _when(key: str, codes: str = "", says: str = "", on: str = "", doing: str = "") -> Rule:
    pattern = re.compile(says, re.IGNORECASE | re.DOTALL) if says else None
    return Rule(
        key, frozenset(codes.split()), pattern, frozenset(on.split()), frozenset(doing.split())
    )


_INACTIVE = r"made inactive|\binactive\b"
_CHANGING = "update delete void"

RULES = (
    # The text is surer than the code.
    _when("signed_out", says=r"\binvalid_grant\b"),
    _when("dup_number", says=r"duplicate document number|DocNumber=.+ is assigned to"),
    _when("busy", "6000", r"unexpected error|wait a few minutes"),
    _when("number_too_long", "2050 6000", r"DocNumber|doc_num|21 characters"),
    _when("payment_method", says=r"payment method.*credit card|not a credit card"),
    # Business validation, whose causes only its detail tells apart.
    _when("currency", "6000", r"multi.?currency|home currency"),
    _when("currency_mismatch", "6000", r"currency"),
    _when("tax_rate", "6000", r"tax rate"),
    _when("tax_code", "6000", r"tax ?code|\b(VAT|GST|HST|PST|IVA)\b.* (rate|code)"),
    _when("parent_billing", "6000", r"sub-?customer|bill.*parent|parent.*bill"),
    _when("customer_deleted", "6000", r"customer.*(has been|was|is) deleted"),
    _when("bank_matched", "6000", r"matched to|downloaded transaction"),
    _when("deposited", "6000", r"deposited|in a deposit"),
    _when("void_paid", "620 6000", r"payment|applied|linked", doing="void"),
    _when("exceeds_balance", "6000", r"(more|greater|larger) than .*balance|exceed"),
    _when("amount_negative", "6000", r"0 or greater|negative|must set a transaction amount"),
    _when("closed", "6000", r"\bclosed\b|closing date"),
    _when("service_name_taken", "6000", r"already (using|exists)", on="service"),
    _when("name_taken", "6000", r"already (using this name|exists)", on="account"),
    _when("auto_apply", "6000", r"automatically appl"),
    _when("item_without_income_account", "6000", r"income account"),
    # What is referred to and is not there, or not in use.
    # Deleting an account of the books makes it inactive, and it is all that a service refers to.
    _when("income_account", "610 2500 6000", rf"({_INACTIVE}).*AccountRef", on="service"),
    _when("income_account", "610 2500 6000", _INACTIVE, on="service", doing="create"),
    _when("customer_inactive", "610 2500", _INACTIVE, on="account", doing=_CHANGING),
    _when("inactive_service", "610 2500", _INACTIVE, on="service", doing=_CHANGING),
    _when("inactive_service", "610 2500 6000", rf"ItemRef.*({_INACTIVE})|({_INACTIVE}).*ItemRef"),
    _when(
        "customer_inactive",
        "610 2500 6000",
        rf"CustomerRef.*({_INACTIVE})|({_INACTIVE}).*CustomerRef",
    ),
    _when("method_inactive", "610 2500 6000", rf"({_INACTIVE}).*PaymentMethodRef"),
    _when("account_inactive", "610 2500 6000", rf"({_INACTIVE}).*AccountRef"),
    _when("vendor_inactive", "610 2500 6000", rf"({_INACTIVE}).*(Entity|Vendor)Ref"),
    _when("inactive", "610 2500 6000", _INACTIVE),
    _when("customer_deleted", "610", on="account"),
    _when("record_deleted", "610", doing=_CHANGING),
    _when("reference_deleted", "610"),
    _when("income_account", "2500", r"IncomeAccountRef", on="service"),
    _when("tax_code", "2500", r"tax ?code"),
    _when("reference_gone", "2500"),
    _when("customer_deleted", "6250"),
    _when("cannot_link", "620"),
    # One code, one cause; or one that the element tells apart.
    _when("customer_missing", "2020", r"CustomerRef"),
    _when("name_missing", "2020", r"DisplayName|\bName\b", on="account service"),
    _when("line_without_service", "2020", r"ItemRef|AccountRef"),
    _when("no_lines", "2020", r"\bLine\b", on="invoice"),
    _when("value_missing", "2020"),
    _when("name_missing", "2050", r"Supplied length:\s*0\b", on="account service"),
    _when("value_missing", "2050", r"Supplied length:\s*0\b"),
    _when("too_long", "2050"),
    _when("name_colon", "2040", r"colon|':'|\":\""),
    _when("illegal_character", "2040"),
    _when("dup_number", "6140"),
    _when("service_name_taken", "6240", on="service"),
    _when("name_taken", "6240"),
    _when("duplicate_request", "600 630"),
    _when("edited", "5010"),
    _when("item_without_income_account", "2390"),
    _when("email_invalid", "2210"),
    _when("email_missing", "6420"),
    _when("currency_mismatch", "2220"),
    _when("number_format", "2080 2090 2100 2110"),
    _when("amount_mismatch", "6070"),
    _when("unsupported_value", "2010 2030 2130 2170 6010 1040 1050 4000 4001 4002"),
    _when("name_missing", "6080"),
    _when("tax_code", "6100 6160 6230 6470"),
    _when("too_deep", "6180"),
    _when("parent_billing", "6130"),
    _when("closed", "6200 6210"),
    _when("delete_blocked", "6220 6280 800"),
    _when("wrong_account_type", "6430"),
    _when("line_without_service", "6440"),
    _when("settled", "6450"),
    _when("bank_matched", "6480"),
    _when("deposited", "6540"),
    _when("operation_unsupported", "500", r"encod|operation"),
    _when("feature_unsupported", "500 5030"),
    _when("busy", "3001 10000"),
    _when("access_lost", "120"),
    _when("feature_unsupported", "5020", r"\b(edition|plan|feature)\b"),
    _when("permission_missing", "3100 5020"),
    _when("access_expired", "100 110 3200"),
    _when("company_locked", "130 140 150"),
    _when("subscription_lapsed", "6190"),
    _when("company_reset", "10200"),
)
"""The first that holds decides."""

BY_STATUS = {401: "access_expired", 403: "permission_missing", 408: "busy", 429: "busy"}
"""For an answer without a code, such as a load balancer's page."""


def classify(fault: Fault, kind: str, operation: str) -> tuple[str, dict[str, Any]]:
    """The cause's key, and the facts that can be read from the fault itself.

    ``operation`` is ``create``, ``update``, ``delete`` or ``void``. The facts are text: ``n``,
    ``holder_id``, ``holder_type`` (who has the number), ``limit`` and ``length`` (in
    characters), ``value`` (what was sent), ``closed_to`` (an ISO date), ``field``.
    """
    code = fault.code.strip().lstrip("0")
    text = " ".join((fault.code, fault.message, fault.detail, fault.element))
    for rule in RULES:
        if rule.holds(code, text, kind, operation):
            return rule.key, _facts(fault)
    return (UNKNOWN if code else _by_status(fault.status)), _facts(fault)


def _by_status(status: int) -> str:
    return "busy" if status >= 500 else BY_STATUS.get(status, UNKNOWN)


# -- what the text gives away --------------------------------------------------------------------

_PATTERNS = {
    "n": re.compile(r"\bDocNumber=(.{1,100}?) is assigned", re.DOTALL),
    "holder_type": re.compile(r"\bTxnType=(\w{1,40})"),
    # Not a bare "Id=": of a name that is taken it may be a vendor's, and a customer has it as well.
    "holder_id": re.compile(r"\bTxnId=(\w{1,40})"),
    "limit": re.compile(r"\bMax:\s*(\d{1,9})"),
    "length": re.compile(r"\bSupplied length:\s*(\d{1,9})"),
    "value": re.compile(r"\bSupplied value:\s*(\S.{0,199})", re.DOTALL),
}
_DAY = re.compile(r"\b(?:(\d{4})-(\d\d)-(\d\d)|(\d\d?)/(\d\d?)/(\d{4}))\b")

_FIELDS = (
    ("IncomeAccountRef", "income_account"),
    ("PaymentMethodRef", "method"),
    ("PaymentRefNum", "reference"),
    ("AccountRef", "account"),
    ("CustomerMemo", "memo"),
    ("CustomerRef", "customer"),
    ("CurrencyRef", "currency"),
    ("TaxCodeRef", "tax_code"),
    ("ClassRef", "class"),
    ("ParentRef", "parent"),
    ("EntityRef", "vendor"),
    ("VendorRef", "vendor"),
    ("ItemRef", "service"),
    ("LinkedTxn", "invoice"),
    ("DocNumber", "number"),
    ("EmailAddr", "email"),
    ("BillEmail", "email"),
    ("PrivateNote", "note"),
    ("Description", "description"),
    ("TxnDate", "date"),
    ("DueDate", "due_date"),
    ("TotalAmt", "total"),
    ("UnitPrice", "rate"),
    ("Amount", "amount"),
    ("Qty", "quantity"),
    ("DisplayName", "name"),
    ("Name", "name"),
    ("Line", "lines"),
)
"""QuickBooks' elements and our fields, the telling part of a path first."""


def _facts(fault: Fault) -> dict[str, Any]:
    found = {name: pattern.search(fault.detail) for name, pattern in _PATTERNS.items()}
    facts: dict[str, Any] = {name: match[1].strip() for name, match in found.items() if match}
    if field := _field(fault.element) or _field(fault.detail):
        facts["field"] = field
    if day := _day(fault.detail):
        facts["closed_to"] = day.isoformat()
    return facts


def _field(path: str) -> str | None:
    return next((field for part, field in _FIELDS if re.search(rf"{part}\b", path)), None)


def _day(text: str) -> date | None:
    """A day in ISO's spelling or in QuickBooks' American one."""
    match = _DAY.search(text)
    if match is None:
        return None
    year, month, day = match[1], match[2], match[3]
    if year is None:
        month, day, year = match[4], match[5], match[6]
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
