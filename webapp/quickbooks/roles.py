"""The accounts and lists of the company that set-up chooses, each by the part it plays."""

from __future__ import annotations

from dataclasses import dataclass

INCOME, DEPOSIT, CLEARING = "income", "deposit", "clearing"
FEE_ACCOUNT, FEE_VENDOR, REFUND_ITEM = "fee_account", "fee_vendor", "refund_item"


@dataclass(frozen=True)
class Role:
    """``entity`` is the list it is chosen from, ``types`` the account types that will do."""

    entity: str
    types: frozenset[str] = frozenset()


_BANK = frozenset({"Bank", "Other Current Asset"})

ROLES = {
    INCOME: Role("Account", frozenset({"Income", "Other Income"})),
    DEPOSIT: Role("Account", _BANK),
    CLEARING: Role("Account", _BANK),
    FEE_ACCOUNT: Role("Account", frozenset({"Expense", "Cost of Goods Sold", "Other Expense"})),
    FEE_VENDOR: Role("Vendor"),
    REFUND_ITEM: Role("Item"),
}
