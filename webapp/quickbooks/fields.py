"""Which field of an object over there tells each of its facts, and how is it emptied?"""

from __future__ import annotations

from typing import Any

FIELDS = {
    "Customer": {
        "name": "DisplayName",
        "company": "CompanyName",
        "email": "PrimaryEmailAddr",
    },
    "Item": {
        "name": "Name",
        "description": "Description",
        "rate": "UnitPrice",
        "income_account": "IncomeAccountRef",
    },
    "Invoice": {
        "number": "DocNumber",
        "customer": "CustomerRef",
        "date": "TxnDate",
        "due_date": "DueDate",
        "memo": "CustomerMemo",
        "total": "Line",
        "lines": "Line",
        "quantities": "Line",
    },
    "Payment": {
        "customer": "CustomerRef",
        "date": "TxnDate",
        "total": "TotalAmt",
        "reference": "PaymentRefNum",
        "method": "PaymentMethodRef",
        "account": "DepositToAccountRef",
        "links": "Line",
    },
    "RefundReceipt": {
        "customer": "CustomerRef",
        "date": "TxnDate",
        "total": "Line",
        "account": "DepositToAccountRef",
        "refund_method": "PaymentMethodRef",
        "lines": "Line",
    },
    "Purchase": {
        "date": "TxnDate",
        "total": "Line",
        "account": "AccountRef",
        "vendor": "EntityRef",
        "payment_type": "PaymentType",
        "expense_lines": "Line",
    },
}
"""The field that tells each fact."""

FILLED_IN = frozenset({"due_date"})
"""QuickBooks gives these a value where none is sent."""

EMPTY: dict[str, Any] = {
    "CompanyName": "",
    "PrimaryEmailAddr": None,
    "Description": "",
    "DueDate": None,
    "CustomerMemo": {"value": ""},
    "PaymentRefNum": "",
    "PaymentMethodRef": None,
    "Line": [],
}
"""How an update empties a field. Only a payment has no lines: it is unapplied then."""
