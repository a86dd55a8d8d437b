"""Expenses as the API shows and takes them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from webapp import money as amounts
from webapp.api.document import Answer, Fields, currency, day, money, reference, text
from webapp.api.records import Noun, area_of
from webapp.models import Expense


class ExpenseFields(Fields):
    external_id = text(200)
    payment = reference("payment")
    date = day()
    amount = money()
    currency = currency()
    description = text(1000)


class ExpenseAnswer(Answer):
    payment = ma.fields.Integer(required=True, allow_none=True)
    date = ma.fields.Date(required=True)
    amount = ma.fields.String(required=True)
    currency = ma.fields.String(required=True)
    description = ma.fields.String(required=True, allow_none=True)


def _fields(expense: Expense) -> dict[str, Any]:
    return {
        "payment": expense.payment_id,
        "date": expense.date.isoformat(),
        "amount": amounts.to_text(expense.amount_minor, expense.currency),
        "currency": expense.currency,
        "description": expense.description,
    }


noun = Noun(
    model=Expense,
    body=ExpenseFields,
    required=("date", "amount"),
    answer=ExpenseAnswer,
    fields=_fields,
    description="The fees that a card processor kept.",
)
area = area_of(noun)
