"""TaxAgency, as upstream's tests/integration/test_taxagency.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import TaxAgency

from tests.contract.objects import reread, saved


def test_read(qb: QuickBooks) -> None:
    assert len(TaxAgency.all(max_results=1, qb=qb)) == 1


def test_create(qb: QuickBooks) -> None:
    agency = saved(qb, TaxAgency, DisplayName="Harbour Board")
    assert reread(qb, agency).DisplayName == "Harbour Board"
