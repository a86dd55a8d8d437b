"""TaxRate, as upstream's tests/integration/test_taxrate.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import TaxRate


def test_read(qb: QuickBooks) -> None:
    assert len(TaxRate.all(max_results=1, qb=qb)) == 1
