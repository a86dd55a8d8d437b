"""SalesReceipt, as upstream's tests/integration/test_salesreceipt.py uses it."""

from __future__ import annotations

from datetime import date

import pytest
from quickbooks import QuickBooks
from quickbooks.objects import Customer, Item, SalesReceipt

from tests.contract.objects import reread, sale_line, saved


@pytest.fixture
def receipt(qb: QuickBooks, customer: Customer, item: Item) -> SalesReceipt:
    sold = {"Qty": 1, "UnitPrice": 100.0, "ServiceDate": date.today().isoformat()}
    line = sale_line(item, 100.0, sold)
    return saved(qb, SalesReceipt, TotalAmt=100.0, CustomerRef=customer.to_ref(), Line=[line])


def test_create(qb: QuickBooks, receipt: SalesReceipt) -> None:
    after = reread(qb, receipt)
    assert (after.TotalAmt, after.Line[0].Amount) == (100, 100)
    detail = after.Line[0].SalesItemLineDetail
    assert (detail["Qty"], detail["UnitPrice"]) == (1, 100)


def test_void(qb: QuickBooks, receipt: SalesReceipt) -> None:
    before = reread(qb, receipt)
    assert before.TotalAmt == 100
    assert "Voided" not in before.PrivateNote
    receipt.void(qb=qb)
    after = reread(qb, receipt)
    assert after.TotalAmt == 0
    assert "Voided" in after.PrivateNote
