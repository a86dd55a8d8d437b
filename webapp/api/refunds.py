"""Refunds as the API shows and takes them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from webapp import money as amounts
from webapp.api.document import Answer, Fields, day, money, reference, text
from webapp.api.records import Noun, area_of
from webapp.models import Refund


class RefundFields(Fields):
    external_id = text(200)
    payment = reference("payment")
    date = day()
    amount = money()
    reason = text(1000)


class RefundAnswer(Answer):
    payment = ma.fields.Integer(required=True)
    date = ma.fields.Date(required=True)
    amount = ma.fields.String(required=True)
    currency = ma.fields.String(required=True)
    reason = ma.fields.String(required=True, allow_none=True)


def _fields(refund: Refund) -> dict[str, Any]:
    return {
        "payment": refund.payment_id,
        "date": refund.date.isoformat(),
        "amount": amounts.to_text(refund.amount_minor, refund.currency),
        "currency": refund.currency,
        "reason": refund.reason,
    }


noun = Noun(
    model=Refund,
    body=RefundFields,
    required=("payment", "date", "amount"),
    answer=RefundAnswer,
    fields=_fields,
    description="Money given back of a payment.",
)
area = area_of(noun)
