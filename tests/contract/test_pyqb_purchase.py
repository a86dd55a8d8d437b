"""Purchase, as upstream's tests/integration/test_purchase.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Account, Customer, Item, Purchase, TaxCode

from tests.contract.objects import built, first, item_line, reread, values_of


def test_create(qb: QuickBooks, customer: Customer) -> None:
    card = first(qb, Account, "Name = 'Visa'")
    code = TaxCode.all(max_results=1, qb=qb)[0]
    item = first(qb, Item, "Type = 'Inventory'")
    refs = {"CustomerRef": customer, "TaxCodeRef": code, "ItemRef": item}
    line = item_line(100, **{name: thing.to_ref() for name, thing in refs.items()})
    fields = {"DocNumber": "Doc123", "TotalAmt": 100}
    purchase = built(
        Purchase, PaymentType="CreditCard", AccountRef=card.to_ref(), Line=[line], **fields
    )
    purchase.save(qb=qb, params={"include": "allowduplicatedocnum"})
    after = reread(qb, purchase)
    assert after.AccountRef.value == card.Id
    assert values_of(after, fields) == fields
    detail = after.Line[0].ItemBasedExpenseLineDetail
    assert (after.Line[0].Amount, detail.UnitPrice, detail.Qty) == (100, 100, 1)
    assert detail.CustomerRef.value == customer.Id
    assert detail.TaxCodeRef.value == code.Name
    assert detail.ItemRef.value == item.Id
