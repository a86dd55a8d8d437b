"""How the API describes itself at ``/api/v1/openapi.json``.

The schemas only describe: what a field may hold is decided in ``webapp.intake``, for every way in.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Flask, Response
from flask_babel import lazy_gettext as _l
from flask_smorest import Api, Blueprint
from flask_smorest.spec import prepare_response
from webargs.flaskparser import FlaskParser

from webapp.api.callers import authenticate
from webapp.api.problems import problem
from webapp.intake import Refused

PREFIX = "/api/v1"
PROBLEM = "application/problem+json"


def whole(least: int, most: int, *, strict: bool = True, **options: Any) -> ma.fields.Field:
    """A whole number of an address, both ends included; without ``strict`` the view cuts it off at
    the most."""
    message = _l("Write a whole number from %(least)s to %(most)s.", least=least, most=most)
    return ma.fields.Integer(
        validate=ma.validate.Range(least, most if strict else None, error=message),
        error_messages={"invalid": [message]},
        **options,
    )


def one_of(options: Sequence[str]) -> ma.fields.Field:
    """A word of an address."""
    message = _l("Choose one of: %(options)s.", options=", ".join(options))
    return ma.fields.String(validate=ma.validate.OneOf(options, error=message))


class FieldProblem(ma.Schema):
    field = ma.fields.String(required=True, metadata={"example": "lines.0.rate"})
    message = ma.fields.String(required=True)


class Problem(ma.Schema):
    """RFC 9457, with one entry per field."""

    type = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    detail = ma.fields.String()
    errors = ma.fields.List(ma.fields.Nested(FieldProblem))


class Fields(ma.Schema):
    """A body. What is not named in it is ignored."""

    class Meta:
        unknown = ma.INCLUDE


class QueryParser(FlaskParser):
    REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY
    DEFAULT_VALIDATION_STATUS = REFUSED.value

    def handle_error(self, error: ma.ValidationError, *_args: Any, **_kwargs: Any) -> None:  # type: ignore[override]
        raise Refused({field: list(map(str, found)) for field, found in _messages(error).items()})


def _messages(error: ma.ValidationError) -> dict[str, list[str]]:
    by_location: dict[str, dict[str, list[str]]] = error.normalized_messages()
    return {field: found for fields in by_location.values() for field, found in fields.items()}


class Description(Api):
    """The document. Errors stay with the application's own handlers."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Refusals look the same wherever they come from."""

    def _register_pagination_header(self) -> None:
        """Pages carry their cursor in the body."""

    def _register_responses(self) -> None:
        for name in (self.DEFAULT_ERROR_RESPONSE_NAME, QueryParser.REFUSED.name):
            response = {"description": "What is wrong, and with which field.", "schema": Problem}
            prepare_response(response, self.spec, PROBLEM)
            self.spec.components.response(name, response, lazy=True)


class Area(Blueprint):
    """A part of the API: every call in it needs a token."""

    ARGUMENTS_PARSER = QueryParser()

    def __init__(self, name: str, description: str):
        super().__init__(
            f"api_{name}", __name__, url_prefix=f"{PREFIX}/{name}", description=description
        )
        self.before_request(authenticate)
        self.register_error_handler(Refused, _refused)


def _refused(refused: Refused) -> Response:
    return problem(422, fields=refused.errors)


def describe(app: Flask) -> Description:
    return Description(
        app,
        spec_kwargs={
            "title": "Cuadra",
            "version": "v1",
            "openapi_version": "3.1.0",
            "info": {"description": "A firm's records, and how far they are in QuickBooks."},
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
            "security": [{"token": []}],
        },
    )


IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "The same key gets the first answer again.",
    "schema": {"type": "string", "maxLength": 255},
}


def takes(
    schema: type[ma.Schema], required: tuple[str, ...] = (), optional: bool = False
) -> dict[str, Any]:
    """What ``Area.doc`` needs for a JSON body that the view reads by itself."""
    body: dict[str, Any] = {"allOf": [schema]}
    if required:
        body["required"] = list(required)
    return {
        "requestBody": {
            "required": not optional,
            "content": {"application/json": {"schema": body}},
        },
        "parameters": [IDEMPOTENCY_KEY],
    }


def text(longest: int, **metadata: Any) -> ma.fields.Field:
    return ma.fields.String(allow_none=True, metadata={"maxLength": longest, **metadata})


def money() -> ma.fields.Field:
    """An amount as text: JSON's numbers are not exact everywhere."""
    return ma.fields.String(
        metadata={"pattern": r"^[+-]?[0-9]{1,13}(\.[0-9]{1,4})?$", "example": "1850.00"}
    )


def day() -> ma.fields.Field:
    return ma.fields.String(metadata={"format": "date", "example": "2026-08-14"})


def currency() -> ma.fields.Field:
    return ma.fields.String(metadata={"pattern": "^[A-Z]{3}$", "example": "USD"})


def reference(kind: str) -> ma.fields.Field:
    """A record by its id or its external id."""
    return ma.fields.Raw(
        metadata={
            "description": f"The {kind}: its id or its external id.",
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {
                    "type": "object",
                    "properties": {"external_id": {"type": "string"}},
                    "required": ["external_id"],
                },
            ],
        }
    )


class Sync(ma.Schema):
    """Where a record stands with QuickBooks."""

    state = ma.fields.String(
        required=True,
        metadata={"enum": ["waiting", "syncing", "synced", "failed", "ignored", "off"]},
    )
    quickbooks_id = ma.fields.String(required=True, allow_none=True)
    issue = ma.fields.Integer(
        required=True, allow_none=True, metadata={"description": "The issue's id."}
    )


class Answer(ma.Schema):
    """What every record carries."""

    id = ma.fields.Integer(required=True)
    external_id = ma.fields.String(required=True, allow_none=True)
    created_at = ma.fields.DateTime(required=True)
    updated_at = ma.fields.DateTime(required=True)
    sync = ma.fields.Nested(Sync, required=True)
