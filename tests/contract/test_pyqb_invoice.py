"""Invoice, as upstream's tests/integration/test_invoice.py uses it."""

from __future__ import annotations

from uuid import uuid4

from quickbooks import QuickBooks
from quickbooks.objects import Customer, CustomerMemo, EmailAddress, Invoice, Item

from tests.contract.objects import built, reread, sale_line, saved


def unsaved(customer: Customer, item: Item) -> Invoice:
    return built(
        Invoice,
        CustomerRef=customer.to_ref(),
        CustomerMemo=built(CustomerMemo, value="Thank you"),
        Line=[sale_line(item, LineNum=1, Description="One lesson")],
    )


def test_query_by_customer_ref(qb: QuickBooks, customer: Customer) -> None:
    found = Invoice.query(f"select * from Invoice where CustomerRef = '{customer.Id}'", qb=qb)
    assert found[0].CustomerRef.name == customer.DisplayName


def test_where(qb: QuickBooks, customer: Customer) -> None:
    found = Invoice.where(f"CustomerRef = '{customer.Id}'", qb=qb)
    assert found[0].CustomerRef.name == customer.DisplayName


def test_create(qb: QuickBooks, customer: Customer, item: Item) -> None:
    after = reread(qb, unsaved(customer, item).save(qb=qb))
    assert after.CustomerRef.name == customer.DisplayName
    assert after.CustomerMemo.value == "Thank you"
    assert (after.Line[0].Description, after.Line[0].Amount) == ("One lesson", 100)


def test_create_idempotence(qb: QuickBooks, customer: Customer, item: Item) -> None:
    request_id = str(uuid4())
    one = unsaved(customer, item).save(qb=qb, request_id=request_id)
    again = unsaved(customer, item).save(qb=qb, request_id=request_id)
    assert one.Id == again.Id


def test_delete(qb: QuickBooks, invoice: Invoice) -> None:
    invoice.delete(qb=qb)
    assert Invoice.filter(Id=invoice.Id, qb=qb) == []


def test_void(qb: QuickBooks, invoice: Invoice) -> None:
    invoice.void(qb=qb)
    after = reread(qb, invoice)
    assert (after.Balance, after.TotalAmt) == (0, 0)
    assert "Voided" in after.PrivateNote


def test_invoice_link(qb: QuickBooks, customer: Customer, item: Item) -> None:
    invoice = saved(
        qb,
        Invoice,
        CustomerRef=customer.to_ref(),
        DueDate="2026-12-31",
        AllowOnlineCreditCardPayment=True,
        AllowOnlineACHPayment=True,
        BillEmail=built(EmailAddress, Address="grace@harbour.example"),
        Line=[sale_line(item)],
    )
    after = Invoice.get(invoice.Id, qb=qb, params={"include": "invoiceLink"})
    assert after.InvoiceLink.startswith("https")
