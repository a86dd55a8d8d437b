"""Accounts, the firm's clients, as the API shows and takes them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from webapp.api.document import Answer, Fields, Sync, text
from webapp.api.records import Noun, area_of
from webapp.models import Account
from webapp.models.account import BUSINESS, INDIVIDUAL


def _kind(**options: Any) -> ma.fields.Field:
    return ma.fields.String(metadata={"enum": [BUSINESS, INDIVIDUAL]}, **options)


class AccountFields(Fields):
    external_id = text(200)
    name = ma.fields.String(
        metadata={"maxLength": 500, "description": "Without colons, tabs and line breaks."}
    )
    email = text(100)
    kind = _kind()
    sync = ma.fields.Boolean(metadata={"default": True})


class AccountSync(Sync):
    enabled = ma.fields.Boolean(
        required=True, metadata={"description": "What `sync` was set to: off keeps it out."}
    )


class AccountAnswer(Answer):
    name = ma.fields.String(required=True)
    email = ma.fields.String(required=True, allow_none=True)
    kind = _kind(required=True)
    sync = ma.fields.Nested(AccountSync, required=True)


def _fields(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "email": account.email,
        "kind": account.account_kind,
        "sync": {"enabled": account.sync},
    }


noun = Noun(
    model=Account,
    body=AccountFields,
    required=("name",),
    answer=AccountAnswer,
    fields=_fields,
    description="The firm's clients; customers in QuickBooks.",
)
area = area_of(noun)
