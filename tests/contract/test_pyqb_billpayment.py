"""BillPayment, as upstream's tests/integration/test_billpayment.py uses it."""

from __future__ import annotations

import pytest
from quickbooks import QuickBooks
from quickbooks.objects import (
    Account,
    Bill,
    BillPayment,
    BillPaymentLine,
    CheckPayment,
    Vendor,
)

from tests.contract.objects import account_line, built, first, reread, saved


@pytest.fixture
def paid(qb: QuickBooks, vendor: Vendor) -> BillPayment:
    """A bill of 200, paid by check."""
    bill = saved(qb, Bill, VendorRef=vendor.to_ref(), Line=[account_line(200, 1)])
    bank = first(qb, Account, "AccountSubType = 'Checking'")
    payable = first(qb, Account, "AccountSubType = 'AccountsPayable'")
    return saved(
        qb,
        BillPayment,
        PayType="Check",
        TotalAmt=200,
        PrivateNote="By courier",
        VendorRef=vendor.to_ref(),
        CheckPayment=built(CheckPayment, BankAccountRef=bank.to_ref()),
        APAccountRef=payable.to_ref(),
        Line=[built(BillPaymentLine, Amount=200, LinkedTxn=[bill.to_linked_txn()])],
    )


def test_create(qb: QuickBooks, paid: BillPayment) -> None:
    after = reread(qb, paid)
    assert (after.PayType, after.TotalAmt, after.PrivateNote) == ("Check", 200, "By courier")
    assert [line.Amount for line in after.Line] == [200]


def test_void(qb: QuickBooks, paid: BillPayment) -> None:
    assert "Voided" not in reread(qb, paid).PrivateNote
    paid.void(qb=qb)
    after = reread(qb, paid)
    assert after.TotalAmt == 0
    assert "Voided" in after.PrivateNote
