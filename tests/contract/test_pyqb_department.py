"""Department, as upstream's tests/integration/test_department.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Department

from tests.contract.objects import first, reread, saved


def test_create(qb: QuickBooks) -> None:
    department = saved(qb, Department, Name="South")
    assert reread(qb, department).Name == "South"


def test_update(qb: QuickBooks) -> None:
    department = first(qb, Department)
    department.Name = "North and west"
    department.save(qb=qb)
    assert reread(qb, department).Name == "North and west"
