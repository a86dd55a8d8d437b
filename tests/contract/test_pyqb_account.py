"""Account, as upstream's tests/integration/test_account.py uses it."""

from __future__ import annotations

from typing import Any

from quickbooks import QuickBooks
from quickbooks.objects import Account

from tests.contract.objects import built, reread, values_of

CASH = {"AccountType": "Bank", "AccountSubType": "CashOnHand"}


def till(name: str, number: str) -> dict[str, Any]:
    return {"Name": name, "AcctNum": number, **CASH}


def test_create(qb: QuickBooks) -> None:
    fields = till("Till of the shop", "T1124091501")
    account = built(Account, **fields).save(qb=qb)
    assert int(account.Id) > 0
    assert values_of(reread(qb, account), fields) == fields


def test_update(qb: QuickBooks) -> None:
    account = built(Account, **till("Till of the fair", "T1124091502")).save(qb=qb)
    account.Name = "Till of the market"
    account.save(qb=qb)
    after = reread(qb, account)
    assert (after.Name, after.AcctNum) == ("Till of the market", "T1124091502")


def test_create_using_from_json(qb: QuickBooks) -> None:
    fields = till("Till of the kiosk", "T1124091503")
    account = Account.from_json(fields).save(qb=qb)
    assert values_of(reread(qb, account), fields) == fields
