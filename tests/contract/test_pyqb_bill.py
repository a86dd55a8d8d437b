"""Bill, as upstream's tests/integration/test_bill.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Address, Bill, Vendor

from tests.contract.objects import MAIN_STREET, account_line, built, reread, saved, values_of

ACCOUNT_ID = 1
"""A number, where QuickBooks itself writes a string."""


def test_create(qb: QuickBooks, vendor: Vendor) -> None:
    address = built(Address, **MAIN_STREET)
    lines = [account_line(200, ACCOUNT_ID)]
    bill = saved(qb, Bill, VendorRef=vendor.to_ref(), VendorAddr=address, Line=lines)
    after = reread(qb, bill)
    assert [line.Amount for line in after.Line] == [200]
    assert values_of(after.VendorAddr, MAIN_STREET) == MAIN_STREET
