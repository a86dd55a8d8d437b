"""Errors as ``application/problem+json`` (RFC 9457), with one entry per field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Response, jsonify

FieldErrors = Mapping[str, Sequence[str]]


def problem(status: int, detail: str | None = None, fields: FieldErrors | None = None) -> Response:
    """``fields`` maps a field's path, such as ``lines.0.rate``, to what is wrong with it."""
    body: dict[str, object] = {
        "type": "about:blank",
        "status": status,
        "title": HTTPStatus(status).phrase,
    }
    if detail:
        body["detail"] = detail
    if fields:
        body["errors"] = entries(fields)
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def entries(fields: FieldErrors) -> list[dict[str, str]]:
    """One entry per field and message."""
    return [
        {"field": field, "message": message}
        for field, messages in fields.items()
        for message in messages
    ]
