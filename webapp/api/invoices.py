"""Invoices as the API shows and takes them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from sqlalchemy.orm import selectinload

from webapp import money as amounts
from webapp.api.document import Answer, Fields, currency, day, money, reference, text
from webapp.api.records import Noun, area_of
from webapp.intake.lines import MOST_LINES
from webapp.models import Invoice, InvoiceLine
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH


class LineFields(Fields):
    """A service or a description is needed; without a rate, the service's is taken."""

    service = reference("service")
    description = text(4000)
    quantity = ma.fields.String(
        metadata={"pattern": r"^[0-9]{1,7}(\.[0-9]{1,4})?$", "default": "1"}
    )
    rate = money()


class InvoiceFields(Fields):
    external_id = text(200)
    account = reference("account")
    number = ma.fields.String(
        metadata={
            "minLength": 1,
            "maxLength": MAXIMUM_NUMBER_LENGTH,
            "description": "Absent, one is assigned.",
        }
    )
    allow_duplicate = ma.fields.Boolean(
        metadata={
            "default": True,
            "description": "Whether a number that another invoice has already is kept, and told of "
            "as an issue, or refused.",
        }
    )
    date = day()
    due_date = ma.fields.String(allow_none=True, metadata={"format": "date"})
    currency = currency()
    memo = text(1000)
    lines = ma.fields.List(
        ma.fields.Nested(LineFields), metadata={"minItems": 1, "maxItems": MOST_LINES}
    )


class LineAnswer(ma.Schema):
    service = ma.fields.Integer(required=True, allow_none=True)
    description = ma.fields.String(required=True, allow_none=True)
    quantity = ma.fields.String(required=True)
    rate = ma.fields.String(required=True)
    amount = ma.fields.String(required=True)


class InvoiceAnswer(Answer):
    account = ma.fields.Integer(required=True)
    number = ma.fields.String(required=True)
    number_assigned = ma.fields.Boolean(required=True)
    date = ma.fields.Date(required=True)
    due_date = ma.fields.Date(required=True, allow_none=True)
    currency = ma.fields.String(required=True)
    memo = ma.fields.String(required=True, allow_none=True)
    total = ma.fields.String(required=True)
    lines = ma.fields.List(ma.fields.Nested(LineAnswer), required=True)


def _fields(invoice: Invoice) -> dict[str, Any]:
    return {
        "account": invoice.account_id,
        "number": invoice.number,
        "number_assigned": invoice.number_assigned,
        "date": invoice.date.isoformat(),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "currency": invoice.currency,
        "memo": invoice.memo,
        "total": amounts.to_text(invoice.total_minor, invoice.currency),
        "lines": [_line(line, invoice.currency) for line in invoice.lines],
    }


def _line(line: InvoiceLine, currency_code: str) -> dict[str, Any]:
    return {
        "service": line.service_id,
        "description": line.description,
        "quantity": f"{line.quantity:f}",
        "rate": amounts.to_text(line.rate_minor, currency_code),
        "amount": amounts.to_text(line.amount_minor, currency_code),
    }


noun = Noun(
    model=Invoice,
    body=InvoiceFields,
    required=("account", "date", "lines"),
    answer=InvoiceAnswer,
    fields=_fields,
    loading=(selectinload(Invoice.lines),),
    description="Invoices with their lines.",
)
area = area_of(noun)
