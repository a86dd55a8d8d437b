"""RefundReceipt, as upstream's tests/integration/test_refundreceipt.py uses it."""

from __future__ import annotations

from quickbooks import QuickBooks
from quickbooks.objects import (
    Account,
    CustomerMemo,
    DetailLine,
    Item,
    RefundReceipt,
    SalesItemLineDetail,
)
from quickbooks.objects.refundreceipt import RefundReceiptCheckPayment

from tests.contract.objects import built, first, reread, saved

CHECK = {
    "CheckNum": "1001",
    "NameOnAcct": "Grace Hopper",
    "AcctNum": "0000000000",
    "BankName": "Harbour Bank",
}


def test_create(qb: QuickBooks, item: Item) -> None:
    account = first(qb, Account, "Name = 'checking'")
    detail = built(SalesItemLineDetail, ItemRef=item.to_ref())
    kind = "SalesItemLineDetail"
    line = built(DetailLine, DetailType=kind, Amount=200, SalesItemLineDetail=detail)
    refund = saved(
        qb,
        RefundReceipt,
        DocNumber="DocNum123",
        TotalAmt=100,
        Balance=100,
        PrivateNote="Agreed by telephone",
        PaymentType="Check",
        CustomerMemo=built(CustomerMemo, value="Sorry"),
        CheckPayment=built(RefundReceiptCheckPayment, **CHECK),
        DepositToAccountRef=account.to_ref(),
        Line=[line],
    )
    after = reread(qb, refund)
    assert after.DocNumber == "DocNum123"
    assert after.Line[0].Amount == 200
    assert after.DepositToAccountRef.value == account.Id
