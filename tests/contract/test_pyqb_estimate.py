"""Estimate, as upstream's tests/integration/test_estimate.py uses it."""

from __future__ import annotations

from typing import Any

from quickbooks import QuickBooks
from quickbooks.objects import (
    Account,
    Address,
    Customer,
    CustomerMemo,
    DiscountLine,
    DiscountLineDetail,
    EmailAddress,
    Estimate,
    Item,
    Ref,
    TxnTaxDetail,
)

from tests.contract.objects import MAIN_STREET, built, first, reread, sale_line, saved, values_of

FORM = {
    "TotalAmt": 31.5,
    "ApplyTaxAfterDiscount": False,
    "PrintStatus": "NeedToPrint",
    "EmailStatus": "NotSet",
}
PLACE = {"Lat": "37.43", "Long": "-122.43"}


def ten_percent_off(account: Account) -> DiscountLine:
    ref = built(Ref, value=account.Id, name=account.Name)
    off = {"PercentBased": True, "DiscountPercent": 10, "DiscountAccountRef": ref}
    return built(
        DiscountLine,
        Amount=3.5,
        DetailType="DiscountLineDetail",
        DiscountLineDetail=built(DiscountLineDetail, **off),
    )


def test_create(qb: QuickBooks, customer: Customer, item: Item) -> None:
    account = first(qb, Account, "Name = 'Discounts given'")
    untaxed = {"UnitPrice": 35, "Qty": 1, "TaxCodeRef": built(Ref, value="NON")}
    shown: dict[str, Any] = {"LineNum": 1, "Description": "One lesson", "Amount": 35.0}
    estimate = saved(
        qb,
        Estimate,
        **FORM,
        BillAddr=built(Address, **MAIN_STREET, **PLACE),
        ShipAddr=built(Address, Id="2240117", **MAIN_STREET, **PLACE),
        BillEmail=built(EmailAddress, Address="grace@harbour.example"),
        CustomerMemo=built(CustomerMemo, value="Good until spring"),
        CustomerRef=built(Ref, value=customer.Id, name=customer.DisplayName),
        TxnTaxDetail=built(TxnTaxDetail, TotalTax=0),
        Line=[sale_line(item, detail=untaxed, **shown), ten_percent_off(account)],
    )
    after = reread(qb, estimate)
    assert values_of(after, FORM) == FORM
    for address in (after.BillAddr, after.ShipAddr):
        assert values_of(address, MAIN_STREET) == MAIN_STREET
    assert after.BillEmail.Address == "grace@harbour.example"
    assert after.CustomerMemo.value == "Good until spring"
    assert after.CustomerRef.value == customer.Id
    assert after.CustomerRef.name == customer.DisplayName
    assert after.TxnTaxDetail.TotalTax == 0
    sale, _subtotal, discount = after.Line
    assert values_of(sale, shown) == shown
    assert (sale.SalesItemLineDetail.UnitPrice, sale.SalesItemLineDetail.Qty) == (35, 1)
    assert discount.Amount == 3.5
    assert discount.DiscountLineDetail.PercentBased is True
    assert discount.DiscountLineDetail.DiscountPercent == 10
    assert discount.DiscountLineDetail.DiscountAccountRef.value == account.Id
    assert discount.DiscountLineDetail.DiscountAccountRef.name == "Discounts given"
