"""Which entities does QuickBooks have, and what can be done with each?

Their properties are in `list_schema` and `transaction_schema`; rules that look at the books are in
`rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sandbox import list_schema as lists
from sandbox import transaction_schema as transactions
from sandbox.fields import Field, Fields, declare


@dataclass(frozen=True)
class Entity:
    """One kind of object. `name_field` is what must be unique, within `names_with` kinds."""

    name: str
    fields: Fields
    is_transaction: bool = False
    name_field: str = ""
    names_with: str = ""
    creatable: bool = True
    deletable: bool = False
    voidable: bool = False
    in_cdc: bool = True
    in_webhooks: bool = True

    @property
    def path(self) -> str:
        return self.name.lower()

    @cached_property
    def required(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if field.required)


def _named(
    name: str, fields: Fields, field: str = "Name", shared: str = "", in_cdc: bool = True
) -> Entity:
    return Entity(name, fields, name_field=field, names_with=shared or name, in_cdc=in_cdc)


def _transaction(name: str, fields: Fields, voidable: bool = False) -> Entity:
    return Entity(name, fields, is_transaction=True, deletable=True, voidable=voidable)


_ALL = (
    _named("Customer", lists.CUSTOMER, "DisplayName", "people"),
    _named("Vendor", lists.VENDOR, "DisplayName", "people"),
    _named("Employee", lists.EMPLOYEE, "DisplayName", "people"),
    _named("Item", lists.ITEM),
    _named("Account", lists.ACCOUNT),
    _named(
        "PaymentMethod",
        declare("Name text:31 required\nType enum:CREDIT_CARD|NON_CREDIT_CARD", lists.NAMED),
    ),
    _named("Term", lists.TERM),
    _named(
        "Class",
        declare(
            "Name text:100 required\nSubClass flag\nParentRef ref:Class\n"
            "FullyQualifiedName text readonly",
            lists.NAMED,
        ),
    ),
    _named(
        "Department",
        declare(
            "Name text:100 required\nSubDepartment flag\nParentRef ref:Department\n"
            "FullyQualifiedName text readonly\nAddress object",
            lists.NAMED,
        ),
    ),
    _named("TaxCode", lists.TAX_CODE, in_cdc=False),
    _named("TaxRate", lists.TAX_RATE, in_cdc=False),
    _named("TaxAgency", lists.TAX_AGENCY, "DisplayName", in_cdc=False),
    _named("CompanyCurrency", declare("Name text:100\nCode text:3 required", lists.NAMED), "Code"),
    _transaction("Invoice", transactions.INVOICE, voidable=True),
    _transaction("Payment", transactions.PAYMENT, voidable=True),
    _transaction("SalesReceipt", transactions.SALES_RECEIPT, voidable=True),
    _transaction("RefundReceipt", transactions.REFUND_RECEIPT),
    _transaction("CreditMemo", transactions.CREDIT_MEMO),
    _transaction("Estimate", transactions.ESTIMATE),
    _transaction("Purchase", transactions.PURCHASE),
    _transaction("Bill", transactions.BILL),
    _transaction("BillPayment", transactions.BILL_PAYMENT, voidable=True),
    _transaction("Deposit", transactions.DEPOSIT),
    _transaction("JournalEntry", transactions.JOURNAL_ENTRY),
    _transaction("VendorCredit", transactions.VENDOR_CREDIT),
    _transaction("PurchaseOrder", transactions.PURCHASE_ORDER),
    _transaction("Transfer", transactions.TRANSFER),
    _transaction("TimeActivity", transactions.TIME_ACTIVITY),
    Entity("Attachable", lists.ATTACHABLE, deletable=True, in_webhooks=False),
    *(Entity(name, lists.READ_ONLY, creatable=False) for name in ("Budget", "CustomerType")),
    Entity("ExchangeRate", lists.READ_ONLY, creatable=False, in_cdc=False),
    Entity("JournalCode", lists.READ_ONLY, creatable=False, in_cdc=False),
    Entity("CompanyInfo", lists.COMPANY_INFO, creatable=False, in_webhooks=False),
    Entity("Preferences", lists.PREFERENCES, creatable=False),
)

ENTITIES: dict[str, Entity] = {entity.name: entity for entity in _ALL}
BY_PATH: dict[str, Entity] = {entity.path: entity for entity in _ALL}
