"""Payment, as upstream's tests/integration/test_payment.py uses it."""

from __future__ import annotations

import pytest
from quickbooks import QuickBooks
from quickbooks.objects import Customer, Payment, PaymentMethod

from tests.contract.objects import first, reread, saved


@pytest.fixture
def method(qb: QuickBooks) -> PaymentMethod:
    return first(qb, PaymentMethod)


@pytest.fixture
def payment(qb: QuickBooks, customer: Customer, method: PaymentMethod) -> Payment:
    refs = {"CustomerRef": customer.to_ref(), "PaymentMethodRef": method.to_ref()}
    return saved(qb, Payment, TotalAmt=140.0, **refs)


def test_getall(qb: QuickBooks) -> None:
    payments = Payment.all(max_results=5, qb=qb)
    assert len(payments) == 5
    assert all(int(payment.Id) for payment in payments)


def test_create(
    qb: QuickBooks, customer: Customer, method: PaymentMethod, payment: Payment
) -> None:
    after = reread(qb, payment)
    assert after.CustomerRef.name == customer.DisplayName
    assert after.TotalAmt == 140
    assert after.PaymentMethodRef.value == method.Id


def test_void(qb: QuickBooks, payment: Payment) -> None:
    assert reread(qb, payment).TotalAmt == 140
    payment.void(qb=qb)
    after = reread(qb, payment)
    assert after.TotalAmt == 0
    assert "Voided" in after.PrivateNote
