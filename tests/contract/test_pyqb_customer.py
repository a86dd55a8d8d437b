"""Customer, as upstream's tests/integration/test_customer.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Address, Customer, EmailAddress, PhoneNumber

from tests.contract.objects import MAIN_STREET, built, first, reread, saved, values_of

NAMES = {
    "Title": "Dr",
    "GivenName": "Mary",
    "MiddleName": "F",
    "FamilyName": "Somerville",
    "Suffix": "Sr",
    "FullyQualifiedName": "Somerville Observatory",
    "CompanyName": "Somerville Observatory",
    "DisplayName": "Somerville Observatory",
}


def test_create(qb: QuickBooks) -> None:
    reached = {
        "BillAddr": built(Address, **MAIN_STREET),
        "PrimaryPhone": built(PhoneNumber, FreeFormNumber="555-555-0117"),
        "PrimaryEmailAddr": built(EmailAddress, Address="mary@observatory.example"),
    }
    customer = saved(qb, Customer, **NAMES, **reached)
    after = reread(qb, customer)
    assert values_of(after, NAMES) == NAMES
    assert values_of(after.BillAddr, MAIN_STREET) == MAIN_STREET
    assert after.PrimaryPhone.FreeFormNumber == "555-555-0117"
    assert after.PrimaryEmailAddr.Address == "mary@observatory.example"


def test_update(qb: QuickBooks) -> None:
    customer = first(qb, Customer)
    customer.GivenName = "Grace Brewster"
    customer.save(qb=qb)
    assert reread(qb, customer).GivenName == "Grace Brewster"
