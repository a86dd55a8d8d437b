"""CreditMemo, as upstream's tests/integration/test_creditmemo.py uses it."""

from __future__ import annotations

from typing import Any

from quickbooks import QuickBooks
from quickbooks.objects import CreditMemo, Customer, Item

from tests.contract.objects import first, reread, sale_line, saved, values_of


def test_create(qb: QuickBooks, customer: Customer, item: Item) -> None:
    shown: dict[str, Any] = {"LineNum": 1, "Description": "Lesson missed", "Amount": 100}
    line = sale_line(item, **shown, DetailType="SalesItemLineDetail")
    memo = saved(qb, CreditMemo, CustomerRef=customer.to_ref(), Line=[line])
    after = reread(qb, memo)
    assert after.CustomerRef.value == customer.Id
    assert values_of(after.Line[0], shown) == shown
    assert after.Line[0].SalesItemLineDetail.ItemRef.value == item.Id


def test_update(qb: QuickBooks) -> None:
    memo = first(qb, CreditMemo)
    memo.PrivateNote = "Agreed by telephone"
    memo.save(qb=qb)
    assert reread(qb, memo).PrivateNote == "Agreed by telephone"
