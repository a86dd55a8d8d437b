"""Term, as upstream's tests/integration/test_term.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Term

from tests.contract.objects import first, reread, saved


def test_create(qb: QuickBooks) -> None:
    term = reread(qb, saved(qb, Term, Name="Net 10", DueDays=10))
    assert (term.Name, term.DueDays) == ("Net 10", 10)


def test_update(qb: QuickBooks) -> None:
    term = first(qb, Term)
    term.DueDays = 61
    term.save(qb=qb)
    assert reread(qb, term).DueDays == 61
