"""Employee, as upstream's tests/integration/test_employee.py uses it."""

from __future__ import annotations

from datetime import date

from quickbooks import QuickBooks
from quickbooks.helpers import qb_date_format
from quickbooks.objects import Address, Employee, PhoneNumber

from tests.contract.objects import MAIN_STREET, built, first, reread, saved, values_of


def test_create(qb: QuickBooks) -> None:
    employee = saved(
        qb,
        Employee,
        SSN=None,
        GivenName="Annie",
        FamilyName="Cannon",
        HiredDate=qb_date_format(date(2020, 7, 22)),
        PrimaryAddr=built(Address, **MAIN_STREET),
        PrimaryPhone=built(PhoneNumber, FreeFormNumber="4085550117"),
    )
    after = reread(qb, employee)
    assert (after.GivenName, after.FamilyName) == ("Annie", "Cannon")
    assert values_of(after.PrimaryAddr, MAIN_STREET) == MAIN_STREET
    assert after.PrimaryPhone.FreeFormNumber == "4085550117"


def test_update(qb: QuickBooks) -> None:
    employee = first(qb, Employee)
    employee.FamilyName = "Lovelace"
    employee.save(qb=qb)
    assert reread(qb, employee).FamilyName == "Lovelace"
