"""TaxCode, as upstream's tests/integration/test_taxcode.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import TaxCode

EXTRA = 3
"""How many more than asked for QuickBooks answers: a bug of its own that upstream relies on."""


def test_get_all(qb: QuickBooks) -> None:
    assert len(TaxCode.all(max_results=1, qb=qb)) == 1 + EXTRA
