"""Many records in one request: one result per item, in order, and one bad item spoils no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import marshmallow as ma
from flask import Response, jsonify, request
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError

from webapp import intake
from webapp.api.bodies import json_array
from webapp.api.callers import per_token_in_bulk
from webapp.api.document import IDEMPOTENCY_KEY, Area, FieldProblem
from webapp.api.problems import FieldErrors, entries
from webapp.api.writing import writes
from webapp.extensions import db
from webapp.intake.keeping import take_turn
from webapp.intake.lookup import as_external_id
from webapp.models import KINDS, Firm
from webapp.rights import asking_firm

MOST_ITEMS = 1000
MOST_BYTES = 32 * 1024 * 1024
"""Room for a thousand invoices of fifty lines."""
Guard = Callable[[], AbstractContextManager[Any]]
NAMED = ("account", "service", "invoice", "payment")

area = Area("bulk", "Up to 1,000 records of any kind at once.")


@area.before_request
def _make_room() -> None:
    request.max_content_length = MOST_BYTES


class BulkResult(ma.Schema):
    status = ma.fields.Integer(required=True, metadata={"enum": [200, 201, 409, 422]})
    id = ma.fields.Integer(required=True, allow_none=True)
    errors = ma.fields.List(ma.fields.Nested(FieldProblem), required=True)


BULK_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "array",
                "maxItems": MOST_ITEMS,
                "items": {
                    "type": "object",
                    "description": "The kind, and the fields of that kind. Since `kind` is taken, "
                    "an account's own kind is `account_kind` here.",
                    "properties": {"kind": {"enum": list(KINDS)}},
                    "required": ["kind"],
                },
            }
        }
    },
}


@area.route("", methods=["POST"])
@per_token_in_bulk
@area.response(200, BulkResult(many=True))
@area.doc(requestBody=BULK_BODY, parameters=[IDEMPOTENCY_KEY])
@writes
def bulk() -> Response:
    items = json_array(MOST_ITEMS)
    try:
        return jsonify(_results(items, nullcontext))
    except IntegrityError:
        # Somebody made one of these records meanwhile: once more, with a savepoint for each.
        db.session.rollback()
        return jsonify(_results(items, db.session.begin_nested))


def _results(items: list[Any], guard: Guard) -> list[dict[str, Any]]:
    """A refused item has written nothing; ``guard`` contains what the database itself refuses."""
    firm = asking_firm()
    take_turn(firm.id)
    lookup = intake.Lookup(firm.id)
    _preload(lookup, items)
    return [_result(firm, item, lookup, guard) for item in items]


def _result(firm: Firm, item: Any, lookup: intake.Lookup, guard: Guard) -> dict[str, Any]:
    kind = item.get("kind") if isinstance(item, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        kinds = ", ".join(KINDS)
        return _refused(422, {"kind": [gettext("Choose one of: %(options)s.", options=kinds)]})
    try:
        with guard():
            record, new = intake.upsert(kind, firm, _fields(item), lookup=lookup, hurry=False)
    except intake.Refused as refused:
        return _refused(422, refused.errors)
    except IntegrityError:
        if guard is nullcontext:
            raise
        return _refused(409, {kind: [gettext("Another request has just changed this record.")]})
    return {"status": 201 if new else 200, "id": record.id, "errors": []}


def _refused(status: int, errors: FieldErrors) -> dict[str, Any]:
    return {"status": status, "id": None, "errors": entries(errors)}


def _fields(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item without ``kind``, which says what it is, not of which kind an account is."""
    fields = {name: value for name, value in item.items() if name not in ("kind", "account_kind")}
    if "account_kind" in item:
        fields["kind"] = item["account_kind"]
    return fields


def _preload(lookup: intake.Lookup, items: list[Any]) -> None:
    """One query per kind for all that the items are and name."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if isinstance(item, Mapping):
            for kind, external_id in _external_ids(item):
                named = as_external_id(external_id)
                if named is not None:
                    wanted[kind].add(named)
    for kind, external_ids in wanted.items():
        lookup.preload(kind, external_ids)


def _external_ids(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if item.get("kind") in KINDS:
        yield item["kind"], item.get("external_id")
    lines = item.get("lines")
    for part in (item, *(lines if isinstance(lines, list) else ())):
        for kind in NAMED:
            reference = part.get(kind) if isinstance(part, Mapping) else None
            if isinstance(reference, Mapping):
                yield kind, reference.get("external_id")
