"""Deposit, as upstream's tests/integration/test_deposit.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import Account, Deposit, DepositLine, DepositLineDetail

from tests.contract.objects import built, reread, saved


def test_create(qb: QuickBooks) -> None:
    source, target = Account.filter(AccountType="Bank", max_results=2, qb=qb)
    detail = built(DepositLineDetail, AccountRef=source.to_ref())
    kind = "DepositLineDetail"
    line = built(DepositLine, Amount=20.00, DetailType=kind, DepositLineDetail=detail)
    deposit = saved(qb, Deposit, DepositToAccountRef=target.to_ref(), Line=[line])
    assert reread(qb, deposit).Id == deposit.Id
    assert reread(qb, deposit).TotalAmt == 20
