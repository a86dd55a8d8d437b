"""Item, as upstream's tests/integration/test_item.py uses it."""

from __future__ import annotations

import pytest
from quickbooks import QuickBooks
from quickbooks.objects import Account, Item, Ref

from tests.contract.objects import first, reread, saved, values_of

STOCKED = {
    "Name": "Exercise book",
    "Type": "Inventory",
    "Sku": "EX-1",
    "TrackQtyOnHand": True,
    "QtyOnHand": 10,
}


@pytest.fixture
def accounts(qb: QuickBooks) -> dict[str, Ref]:
    """Income, cost and stock, by the property of an item."""
    wanted = {
        "IncomeAccountRef": "AccountType = 'Income' and AccountSubType = 'SalesOfProductIncome'",
        "ExpenseAccountRef": "AccountSubType = 'SuppliesMaterialsCogs'",
        "AssetAccountRef": "AccountSubType = 'Inventory'",
    }
    return {name: first(qb, Account, where).to_ref() for name, where in wanted.items()}


def test_create(qb: QuickBooks, accounts: dict[str, Ref]) -> None:
    item = saved(qb, Item, **STOCKED, InvStartDate="2015-01-01", **accounts)
    after = reread(qb, item)
    assert values_of(after, STOCKED) == STOCKED
    for name, ref in accounts.items():
        assert getattr(after, name).value == ref.value


def test_sku_in_all(qb: QuickBooks, accounts: dict[str, Ref]) -> None:
    """Item.all() asks for `*, Sku`: by itself the star does not bring it."""
    income = {"IncomeAccountRef": accounts["IncomeAccountRef"]}
    item = saved(qb, Item, Name="Ruler", Type="Service", Sku="RU-1", **income)
    skus = {found.Id: found.Sku for found in Item.all(max_results=100, qb=qb)}
    assert skus[item.Id] == "RU-1"
