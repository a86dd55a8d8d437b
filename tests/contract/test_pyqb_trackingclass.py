"""Class, as upstream's tests/integration/test_trackingclass.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Class

from tests.contract.objects import first, reread, saved


def test_create(qb: QuickBooks) -> None:
    assert reread(qb, saved(qb, Class, Name="Morning")).Name == "Morning"


def test_update(qb: QuickBooks) -> None:
    tracking_class = first(qb, Class)
    tracking_class.Name = "Late evening"
    tracking_class.save(qb=qb)
    assert reread(qb, tracking_class).Name == "Late evening"
