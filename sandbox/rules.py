"""Which rules of the books belong to which kind of object?

Each function completes or refuses one kind of body; `RULES` says which apply, in order. Sources:
Intuit's page of the entity, unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from sandbox import errors
from sandbox.clock import Clock
from sandbox.company import Draft
from sandbox.entities import Entity
from sandbox.list_schema import ACCOUNT_TYPES
from sandbox.records import ZERO, Record
from sandbox.wire import Body, cents

Rule = Callable[[Draft, Body, Record | None], None]

MONEY_ACCOUNTS = ("Bank", "Other Current Asset")
SUBTYPES = {
    "Checking": "Bank",
    "Savings": "Bank",
    "CashOnHand": "Bank",
    "UndepositedFunds": "Other Current Asset",
    "OtherCurrentAssets": "Other Current Asset",
    "Inventory": "Other Current Asset",
    "AccountsReceivable": "Accounts Receivable",
    "AccountsPayable": "Accounts Payable",
    "CreditCard": "Credit Card",
    "SalesOfProductIncome": "Income",
    "ServiceFeeIncome": "Income",
    "OtherPrimaryIncome": "Income",
    "SuppliesMaterialsCogs": "Cost of Goods Sold",
    "Travel": "Expense",
    "BankCharges": "Expense",
    "OtherMiscellaneousServiceCost": "Expense",
    "OpeningBalanceEquity": "Equity",
}


def today(draft: Draft) -> date:
    clock = Clock()
    clock.offset_s = draft.now.timestamp() - clock.timestamp()
    return clock.today()


def _default(body: Body, **values: object) -> None:
    for name, value in values.items():
        if body.get(name) is None:
            body[name] = value


def currency(draft: Draft, body: Body, before: Record | None) -> None:
    """Fixed once the object exists."""
    home = {"value": draft.company.home_currency, "name": "United States Dollar"}
    if before is None:
        _default(body, CurrencyRef=home)
        return
    kept = before.body.get("CurrencyRef", home)
    if (body.get("CurrencyRef") or kept)["value"] != kept["value"]:
        raise errors.business("The currency can't be changed.", "CurrencyRef")
    body["CurrencyRef"] = kept


def dated(draft: Draft, body: Body, before: Record | None) -> None:
    _default(body, TxnDate=today(draft).isoformat())


def due(draft: Draft, body: Body, before: Record | None) -> None:
    """DueDate defaults to TxnDate plus the terms."""
    term = draft.find("Term", (body.get("SalesTermRef") or {}).get("value", ""))
    days = int(term.amount("DueDays")) if term else 0
    due_date = date.fromisoformat(body["TxnDate"]) + timedelta(days=min(days, 3650))
    _default(body, DueDate=due_date.isoformat())


def sales_form(draft: Draft, body: Body, before: Record | None) -> None:
    _default(body, ApplyTaxAfterDiscount=False, EmailStatus="NotSet", PrintStatus="NeedToPrint")
    customer = draft.find("Customer", (body.get("CustomerRef") or {}).get("value", ""))
    if customer is not None:
        for name in ("BillAddr", "ShipAddr"):
            if name in customer.body:
                _default(body, **{name: customer.body[name]})
    if body["EmailStatus"] == "NeedToSend" and not body.get("BillEmail"):
        raise errors.email_needed()
    for line in body.get("Line") or []:
        _sales_line(draft, line)


def _sales_line(draft: Draft, line: Body) -> None:
    """US lines carry TAX or NON (6100); an item's own flag decides when the line is silent."""
    detail = line.get("SalesItemLineDetail")
    if detail is None:
        return
    item = draft.find("Item", (detail.get("ItemRef") or {}).get("value", ""))
    taxable = bool(item and item.body.get("Taxable"))
    _default(detail, TaxCodeRef={"value": "TAX" if taxable else "NON"})
    if item is not None and "IncomeAccountRef" in item.body:
        _default(detail, ItemAccountRef=item.body["IncomeAccountRef"])
    if detail["TaxCodeRef"]["value"] not in ("TAX", "NON"):
        raise errors.tax_code_not_us()


def payment(draft: Draft, body: Body, before: Record | None) -> None:
    if body.get("TotalAmt") is None:
        raise errors.business("You must set a transaction amount.", "TotalAmt")
    body["TotalAmt"] = cents(body["TotalAmt"])
    if body["TotalAmt"] < 0:
        raise errors.business("Transaction amount must be 0 or greater.", "TotalAmt")
    _default(body, ProcessPayment=False, UnappliedAmt=ZERO, Line=[])
    if not body.get("DepositToAccountRef"):
        body["DepositToAccountRef"] = _undeposited_funds(draft)
    money_account(draft, body, before)


def _undeposited_funds(draft: Draft) -> Body:
    for account in draft.company.live("Account"):
        if account.body.get("AccountSubType") == "UndepositedFunds":
            return {"value": account.id, "name": account.body["Name"]}
    raise errors.invalid_reference("DepositToAccountRef")


def money_account(draft: Draft, body: Body, before: Record | None) -> None:
    """Money goes to, and refunds leave, a bank or another current asset."""
    if body.get("DepositToAccountRef"):
        _account_type(draft, body, "DepositToAccountRef", MONEY_ACCOUNTS)


def _account_type(draft: Draft, body: Body, name: str, allowed: tuple[str, ...]) -> None:
    account = draft.find("Account", (body.get(name) or {}).get("value", ""))
    if account is not None and account.body["AccountType"] not in allowed:
        detail = "You need to select a different type of account for this transaction."
        raise errors.Refusal(
            "6430", "Invalid account type", f"Invalid account type: {detail}", name
        )


def purchase(draft: Draft, body: Body, before: Record | None) -> None:
    allowed = {"Check": ("Bank",), "CreditCard": ("Credit Card",)}
    _account_type(
        draft,
        body,
        "AccountRef",
        allowed.get(body["PaymentType"], (*MONEY_ACCOUNTS, "Credit Card")),
    )
    _default(body, Credit=False)
    if body["PaymentType"] == "Check":
        _default(body, PrintStatus="NotSet")


def person(draft: Draft, body: Body, before: Record | None) -> None:
    if before is None and body.get("OpenBalanceDate") is None:
        body.pop("OpenBalanceDate", None)


def customer(draft: Draft, body: Body, before: Record | None) -> None:
    parent = bool(body.get("ParentRef"))
    _default(
        body,
        Taxable=False,
        Job=parent,
        BillWithParent=False,
        IsProject=False,
        PreferredDeliveryMethod="Print",
    )
    if body["Job"] and not parent:
        raise errors.required("ParentRef")


def vendor(draft: Draft, body: Body, before: Record | None) -> None:
    _default(body, Balance=ZERO, Vendor1099=False)


def item(draft: Draft, body: Body, before: Record | None) -> None:
    _default(body, Type="Service")
    kind = body["Type"]
    needed = {
        "Service": ("IncomeAccountRef",),
        "Inventory": ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef"),
    }
    for name in needed.get(kind, ()):
        if not body.get(name):
            raise errors.required(name)
    if kind == "Inventory":
        _inventory(body)
    _account_type(draft, body, "IncomeAccountRef", ("Income", "Other Income"))
    _default(body, UnitPrice=ZERO, PurchaseCost=ZERO, Taxable=False, TrackQtyOnHand=False)


def _inventory(body: Body) -> None:
    for name in ("TrackQtyOnHand", "QtyOnHand", "InvStartDate"):
        if body.get(name) is None:
            raise errors.required(name)


def account(draft: Draft, body: Body, before: Record | None) -> None:
    """One of AccountType or AccountSubType is enough; the classification follows."""
    kind = body.get("AccountType") or SUBTYPES.get(body.get("AccountSubType") or "")
    if kind is None:
        raise errors.account_type_missing()
    if kind not in ACCOUNT_TYPES:
        raise errors.invalid_enumeration(kind, "AccountType")
    body["AccountType"] = kind
    body["Classification"] = ACCOUNT_TYPES[kind]
    first = next((sub for sub, of in SUBTYPES.items() if of == kind), kind.replace(" ", ""))
    _default(
        body,
        AccountSubType=first,
        SubAccount=bool(body.get("ParentRef")),
        CurrentBalance=ZERO,
        CurrentBalanceWithSubAccounts=ZERO,
    )


def payment_method(draft: Draft, body: Body, before: Record | None) -> None:
    _default(body, Type="NON_CREDIT_CARD")


def term(draft: Draft, body: Body, before: Record | None) -> None:
    body["Type"] = "DATE_DRIVEN" if body.get("DayOfMonthDue") else "STANDARD"


def company_currency(draft: Draft, body: Body, before: Record | None) -> None:
    _default(body, Name=body["Code"])


def open_books(draft: Draft, body: Body | None, before: Record | None) -> None:
    """No transaction may be written, changed or removed on or before the closing date (6210)."""
    closed = draft.company.preference("AccountingInfoPrefs", "BookCloseDate")
    if not closed:
        return
    dates = [
        b["TxnDate"] for b in (body, before.body if before else None) if b and b.get("TxnDate")
    ]
    if any(day <= closed for day in dates):
        raise errors.books_closed()


SALE_RULES: tuple[Rule, ...] = (currency, dated, sales_form)
MONEY_RULES: tuple[Rule, ...] = (currency, dated)

RULES: dict[str, tuple[Rule, ...]] = {
    "Customer": (currency, person, customer),
    "Vendor": (currency, person, vendor),
    "Employee": (person,),
    "Item": (item,),
    "Account": (currency, account),
    "PaymentMethod": (payment_method,),
    "Term": (term,),
    "CompanyCurrency": (company_currency,),
    "Invoice": (*SALE_RULES, due),
    "Estimate": SALE_RULES,
    "SalesReceipt": (*SALE_RULES, money_account),
    "RefundReceipt": (*SALE_RULES, money_account),
    "CreditMemo": SALE_RULES,
    "Payment": (*MONEY_RULES, payment),
    "Purchase": (*MONEY_RULES, purchase),
    "Bill": (*MONEY_RULES, due),
    "BillPayment": MONEY_RULES,
    "Deposit": MONEY_RULES,
    "JournalEntry": MONEY_RULES,
    "VendorCredit": MONEY_RULES,
    "PurchaseOrder": MONEY_RULES,
    "Transfer": MONEY_RULES,
    "TimeActivity": (dated,),
}


def apply(draft: Draft, entity: Entity, body: Body, before: Record | None) -> None:
    for rule in RULES.get(entity.name, ()):
        rule(draft, body, before)
