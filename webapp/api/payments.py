"""Payments as the API shows and takes them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from webapp import money as amounts
from webapp.api.document import Answer, Fields, currency, day, money, reference, text
from webapp.api.records import Noun, area_of
from webapp.models import Payment
from webapp.models.payment import METHODS


class PaymentFields(Fields):
    """An account or an invoice is needed."""

    external_id = text(200)
    account = reference("account")
    invoice = reference("invoice")
    date = day()
    amount = money()
    currency = currency()
    method = ma.fields.String(metadata={"enum": list(METHODS), "default": "other"})
    reference = text(100)


class PaymentAnswer(Answer):
    account = ma.fields.Integer(required=True)
    invoice = ma.fields.Integer(required=True, allow_none=True)
    date = ma.fields.Date(required=True)
    amount = ma.fields.String(required=True)
    currency = ma.fields.String(required=True)
    method = ma.fields.String(required=True, metadata={"enum": list(METHODS)})
    reference = ma.fields.String(required=True, allow_none=True)


def _fields(payment: Payment) -> dict[str, Any]:
    return {
        "account": payment.account_id,
        "invoice": payment.invoice_id,
        "date": payment.date.isoformat(),
        "amount": amounts.to_text(payment.amount_minor, payment.currency),
        "currency": payment.currency,
        "method": payment.method,
        "reference": payment.reference,
    }


noun = Noun(
    model=Payment,
    body=PaymentFields,
    required=("date", "amount"),
    answer=PaymentAnswer,
    fields=_fields,
    description="Money received, usually for an invoice.",
)
area = area_of(noun)
