"""QuickBooks customers that a client could be, as the page suggests them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, jsonify

from webapp.api.callers import per_token
from webapp.api.document import Area, whole
from webapp.api.paging import Query
from webapp.intake import Refused, values
from webapp.intake.lookup import LARGEST_ID
from webapp.models import Account
from webapp.quickbooks import customers
from webapp.rights import firm_id, own

LONGEST_SEARCH = 500

area = Area("customers", "The company's customers.")


class CustomerQuery(Query):
    q = ma.fields.String(load_default="", metadata={"maxLength": LONGEST_SEARCH})
    account = whole(
        1,
        LARGEST_ID,
        metadata={"description": "The account to compare with; without q, what looks like it."},
    )


class Suggestion(ma.Schema):
    quickbooks_id = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    email = ma.fields.String(required=True, allow_none=True)
    active = ma.fields.Boolean(required=True)
    linked = ma.fields.Boolean(
        required=True, metadata={"description": "Another account has this customer."}
    )
    same_email = ma.fields.Boolean(required=True)
    same_name = ma.fields.Boolean(
        required=True, metadata={"description": "But for accents, case and spaces."}
    )


class CustomersAnswer(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(Suggestion), required=True)
    total = ma.fields.Integer(
        required=True,
        metadata={"description": "How many match, counted up to 1,000; the likeliest are given."},
    )


@area.route("", methods=["GET"])
@per_token
@area.arguments(CustomerQuery, location="query")
@area.response(200, CustomersAnswer)
def suggestions(query: dict[str, Any]) -> Response:
    account = own(Account, query["account"]) if "account" in query else None
    found = customers.suggest(firm_id(), _typed(query["q"]), account)
    return jsonify(items=[_shown(one) for one in found.candidates], total=found.total)


def _typed(q: str) -> str:
    try:
        typed: str = values.text(LONGEST_SEARCH)(q)
    except values.Unfit as unfit:
        raise Refused({"q": [str(unfit)]}) from None
    return typed


def _shown(candidate: customers.Candidate) -> dict[str, Any]:
    customer = candidate.customer
    return {
        "quickbooks_id": customer.quickbooks_id,
        "name": customer.name,
        "email": customer.email,
        "active": customer.active,
        "linked": candidate.linked,
        "same_email": candidate.same_email,
        "same_name": candidate.same_name,
    }
