"""Payments that QuickBooks has, and whose answer never came."""

from __future__ import annotations

from tests.quickbooks.office import Office


def large_invoice(office: Office) -> int:
    """An invoice of 2,400.00 that is there, for payments on it."""
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service, lines=[{"service": service, "quantity": "20"}])
    office.work()
    return invoice


def lost_payment(office: Office) -> int:
    invoice = large_invoice(office)
    office.fault("commit_then_drop", entity="Payment", operation="create", times=1)
    payment = office.payment(invoice, "10.00")
    office.work()
    return payment


def lost_batch(office: Office, size: int = 8) -> list[int]:
    invoice = large_invoice(office)
    office.fault("commit_then_drop", path="/batch", times=1)
    payments = [office.payment(invoice, "10.00", hurry=False) for _ in range(size)]
    office.work()
    assert len(office.objects("Payment")) == size
    return payments
