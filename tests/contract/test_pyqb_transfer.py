"""Transfer, as upstream's tests/integration/test_transfer.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Account, Transfer

from tests.contract.objects import first, reread, saved

MONEY = "Classification = 'Asset' AND FullyQualifiedName != 'Accounts Receivable (A/R)'"


def test_create(qb: QuickBooks) -> None:
    source, target = Account.where(MONEY, max_results=2, qb=qb)
    between = {"FromAccountRef": source.to_ref(), "ToAccountRef": target.to_ref()}
    after = reread(qb, saved(qb, Transfer, Amount=100, **between))
    assert after.Amount == 100
    assert (after.FromAccountRef.value, after.ToAccountRef.value) == (source.Id, target.Id)


def test_update(qb: QuickBooks) -> None:
    transfer = first(qb, Transfer)
    transfer.Amount += 1
    transfer.save(qb=qb)
    assert reread(qb, transfer).Amount == transfer.Amount
