"""Our records as QuickBooks' JSON: pure functions, in QuickBooks' own words.

Amounts are exact decimals. A create sends all of it, an update what is new (see ``updates``). No
tax is sent yet: every line is NON and the total tax 0, or QuickBooks would add its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp import money
from webapp.models import Account, Expense, Invoice, Payment, Record, Refund, Service
from webapp.models.invoice import InvoiceLine
from webapp.models.payment import CREDIT_CARD
from webapp.quickbooks import roles

ENTITIES = {
    "account": "Customer",
    "service": "Item",
    "invoice": "Invoice",
    "payment": "Payment",
    "refund": "RefundReceipt",
    "expense": "Purchase",
}
MAXIMUM_REFERENCE = 21  # Intuit: payment page, PaymentRefNum

Body = dict[str, Any]

_MARKER = re.compile(r"cuadra:([0-9a-f]{32})\b")


@dataclass(frozen=True)
class References:
    """The QuickBooks ids that a payload names."""

    links: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """(kind, record id) to QuickBooks id."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Set-up's choices, see ``roles.ROLES``."""
    card_method: str | None = None
    """The payment method that is marked as a credit card."""
    cash_method: str | None = None
    check_method: str | None = None
    currency: str = "USD"
    """The firm's: what a service's rate is in."""

    def to(self, record: Record) -> dict[str, str]:
        return {"value": self.links[record.kind, record.id]}

    def role(self, name: str) -> dict[str, str]:
        return {"value": self.roles[name]}


def marker(uid: str) -> str:
    """What tells our own object from another's, in the note that QuickBooks keeps of it."""
    return f"cuadra:{uid}"


def uid_in(body: Mapping[str, Any]) -> str | None:
    """Whose mark an object carries, if any: a person may have written around it in the note."""
    found = _MARKER.search(str(body.get("PrivateNote") or ""))
    return found[1] if found else None


def body_of(record: Record, references: References, uid: str) -> Body:
    """The whole of a record, as a create sends it."""
    builder = _BUILDERS[record.kind]
    built: Body = builder(record, references, uid)
    return built


def removal_of(quickbooks_id: str, sync_token: str) -> Body:
    return {"Id": quickbooks_id, "SyncToken": sync_token}


def _customer(account: Account, _references: References, _uid: str) -> Body:
    body: Body = {"DisplayName": account.display_name}
    if account.account_kind == "business":
        body["CompanyName"] = account.name[:100]
    if account.email:
        body["PrimaryEmailAddr"] = {"Address": account.email}
    return body


def _item(service: Service, references: References, _uid: str) -> Body:
    income = service.income_account_id or references.roles.get(roles.INCOME)
    body: Body = {
        "Name": service.display_name,
        "Type": "Service",
        "IncomeAccountRef": {"value": income},
        "UnitPrice": money.to_decimal(service.rate_minor, references.currency),
    }
    if service.description:
        body["Description"] = service.description
    return body


def _invoice(invoice: Invoice, references: References, uid: str) -> Body:
    body: Body = {
        "CustomerRef": references.to(invoice.account),
        "DocNumber": invoice.number,
        "TxnDate": invoice.date.isoformat(),
        "CurrencyRef": {"value": invoice.currency},
        "Line": [_sales_line(line, invoice.currency, references) for line in invoice.lines],
        "TxnTaxDetail": {"TotalTax": 0},
        "PrivateNote": marker(uid),
    }
    if invoice.due_date:
        body["DueDate"] = invoice.due_date.isoformat()
    if invoice.memo:
        body["CustomerMemo"] = {"value": invoice.memo}
    return body


def _sales_line(line: InvoiceLine, currency: str, references: References) -> Body:
    detail: Body = {
        "Qty": line.quantity,
        "UnitPrice": money.to_decimal(line.rate_minor, currency),
        "TaxCodeRef": {"value": "NON"},
    }
    if line.service is not None:
        detail["ItemRef"] = references.to(line.service)
    body: Body = {
        "Amount": money.to_decimal(line.amount_minor, currency),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }
    if line.description:
        body["Description"] = line.description
    return body


def _payment(payment: Payment, references: References, uid: str) -> Body:
    """Card payments go gross to the clearing account, which fees and refunds then leave."""
    amount = money.to_decimal(payment.amount_minor, payment.currency)
    card = payment.method == CREDIT_CARD
    body: Body = {
        "CustomerRef": references.to(payment.account),
        "TotalAmt": amount,
        "TxnDate": payment.date.isoformat(),
        "CurrencyRef": {"value": payment.currency},
        "DepositToAccountRef": references.role(roles.CLEARING if card else roles.DEPOSIT),
        "PrivateNote": marker(uid),
    }
    if payment.reference:
        body["PaymentRefNum"] = payment.reference[:MAXIMUM_REFERENCE]
    if method := _method(payment.method, references):
        body["PaymentMethodRef"] = {"value": method}
    if payment.invoice is not None and payment.invoice.live:
        linked = {"TxnId": references.to(payment.invoice)["value"], "TxnType": "Invoice"}
        body["Line"] = [{"Amount": amount, "LinkedTxn": [linked]}]
    return body


def _method(method: str, references: References) -> str | None:
    return {
        CREDIT_CARD: references.card_method,
        "cash": references.cash_method,
        "check": references.check_method,
    }.get(method)


def _refund(refund: Refund, references: References, uid: str) -> Body:
    amount = money.to_decimal(refund.amount_minor, refund.currency)
    card = refund.payment.method == CREDIT_CARD
    line: Body = {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {
            "ItemRef": references.role(roles.REFUND_ITEM),
            "Qty": 1,
            "UnitPrice": amount,
            "TaxCodeRef": {"value": "NON"},
        },
    }
    if refund.reason:
        line["Description"] = refund.reason
    body: Body = {
        "CustomerRef": references.to(refund.account),
        "TxnDate": refund.date.isoformat(),
        "CurrencyRef": {"value": refund.currency},
        "DepositToAccountRef": references.role(roles.CLEARING if card else roles.DEPOSIT),
        "Line": [line],
        "TxnTaxDetail": {"TotalTax": 0},
        "PrivateNote": marker(uid),
    }
    if method := _method(refund.payment.method, references):
        body["PaymentMethodRef"] = {"value": method}
    return body


def _expense(expense: Expense, references: References, uid: str) -> Body:
    """The fee left the clearing account before the money reached the bank."""
    line: Body = {
        "Amount": money.to_decimal(expense.amount_minor, expense.currency),
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {
            "AccountRef": references.role(roles.FEE_ACCOUNT),
            "BillableStatus": "NotBillable",
            "TaxCodeRef": {"value": "NON"},
        },
    }
    if expense.description:
        line["Description"] = expense.description
    body: Body = {
        "PaymentType": "Cash",
        "AccountRef": references.role(roles.CLEARING),
        "TxnDate": expense.date.isoformat(),
        "CurrencyRef": {"value": expense.currency},
        "Line": [line],
        "PrivateNote": marker(uid),
    }
    if roles.FEE_VENDOR in references.roles:
        body["EntityRef"] = {**references.role(roles.FEE_VENDOR), "type": "Vendor"}
    return body


_BUILDERS: Mapping[str, Any] = {
    "account": _customer,
    "service": _item,
    "invoice": _invoice,
    "payment": _payment,
    "refund": _refund,
    "expense": _expense,
}
