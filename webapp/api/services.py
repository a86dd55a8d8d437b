"""Services as the API shows and takes them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import g

from webapp import money as amounts
from webapp.api.document import Answer, Fields, money, text
from webapp.api.records import Noun, area_of
from webapp.models import Service


class ServiceFields(Fields):
    external_id = text(200)
    name = ma.fields.String(
        metadata={"maxLength": 100, "description": "Without colons, tabs and line breaks."}
    )
    description = text(4000)
    rate = money()
    income_account = text(
        20, description="A QuickBooks account id; absent, the firm's default is used."
    )


class ServiceAnswer(Answer):
    name = ma.fields.String(required=True)
    description = ma.fields.String(required=True, allow_none=True)
    rate = ma.fields.String(required=True)
    income_account = ma.fields.String(required=True, allow_none=True)


def _fields(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "description": service.description,
        "rate": amounts.to_text(service.rate_minor, g.api_firm.currency),
        "income_account": service.income_account_id,
    }


noun = Noun(
    model=Service,
    body=ServiceFields,
    required=("name",),
    answer=ServiceAnswer,
    fields=_fields,
    description="What the firm sells; items in QuickBooks.",
)
area = area_of(noun)
