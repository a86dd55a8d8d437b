"""CompanyCurrency, as upstream's tests/integration/test_companycurrency.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects.companycurrency import CompanyCurrency


def test_get_all(qb: QuickBooks) -> None:
    assert CompanyCurrency.all(qb=qb)


def test_get(qb: QuickBooks) -> None:
    assert CompanyCurrency.get(1, qb=qb).Name == "Canadian Dollar"
