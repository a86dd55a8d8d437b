"""Vendor, as upstream's tests/integration/test_vendor.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Address, EmailAddress, PhoneNumber, Vendor, WebAddress

from tests.contract.objects import MAIN_STREET, built, reread, saved, values_of

FIELDS = {
    "AcctNum": "241124",
    "Title": "Ms.",
    "GivenName": "Maria",
    "FamilyName": "Mitchell",
    "Suffix": "Sr.",
    "CompanyName": "Mitchell Lenses",
    "DisplayName": "Mitchell Lenses",
    "PrintOnCheckName": "Mitchell Lenses",
}


def test_create(qb: QuickBooks) -> None:
    reached = {
        "BillAddr": built(Address, **MAIN_STREET),
        "PrimaryPhone": built(PhoneNumber, FreeFormNumber="555-555-0117"),
        "PrimaryEmailAddr": built(EmailAddress, Address="maria@lenses.example"),
        "WebAddr": built(WebAddress, URI="http://lenses.example"),
    }
    vendor = saved(qb, Vendor, TaxIdentifier="99-9999999", **FIELDS, **reached)
    after = reread(qb, vendor)
    assert values_of(after, FIELDS) == FIELDS
    assert values_of(after.BillAddr, MAIN_STREET) == MAIN_STREET
    assert after.PrimaryPhone.FreeFormNumber == "555-555-0117"
    assert after.PrimaryEmailAddr.Address == "maria@lenses.example"
    assert after.WebAddr.URI == "http://lenses.example"
