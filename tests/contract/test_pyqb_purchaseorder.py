"""PurchaseOrder, as upstream's tests/integration/test_purchaseorder.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Account, Customer, Item, PurchaseOrder, TaxCode, Vendor

from tests.contract.objects import first, item_line, reread, saved


def test_create(qb: QuickBooks, customer: Customer, vendor: Vendor) -> None:
    payable = first(qb, Account, "AccountSubType = 'AccountsPayable'")
    code = TaxCode.all(max_results=1, qb=qb)[0]
    item = first(qb, Item, "Type = 'Inventory'")
    refs = {"CustomerRef": customer, "TaxCodeRef": code, "ItemRef": item}
    line = item_line(100, **{name: thing.to_ref() for name, thing in refs.items()})
    order = saved(
        qb,
        PurchaseOrder,
        VendorRef=vendor.to_ref(),
        APAccountRef=payable.to_ref(),
        TotalAmt=100,
        Line=[line],
    )
    after = reread(qb, order)
    assert after.VendorRef.value == vendor.Id
    assert after.APAccountRef.value == payable.Id
    assert after.TotalAmt == 100
    detail = after.Line[0].ItemBasedExpenseLineDetail
    assert (after.Line[0].Amount, detail.UnitPrice, detail.Qty) == (100, 100, 1)
    assert detail.CustomerRef.value == customer.Id
    assert detail.TaxCodeRef.value == code.Name
    assert detail.ItemRef.value == item.Id
