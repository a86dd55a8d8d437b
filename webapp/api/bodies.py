"""The JSON that a request carries."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from webapp.intake import Refused


def json_object() -> dict[str, Any]:
    """The body's object. Answers 400 or 415 for what is not JSON; raises Refused for other JSON."""
    body = _json()
    if not isinstance(body, dict):
        raise Refused({"body": [gettext("Write one JSON object.")]})
    return body


def optional_object() -> dict[str, Any]:
    return json_object() if request.get_data(cache=True) else {}


def json_array(longest: int) -> list[Any]:
    body = _json()
    if not isinstance(body, list):
        raise Refused({"body": [gettext("Write a JSON array.")]})
    if len(body) > longest:
        raise Refused({"body": [gettext("Send %(n)s items or fewer.", n=longest)]})
    return body


def _json() -> Any:
    try:
        return request.get_json()
    except RecursionError:
        raise BadRequest(gettext("The JSON is nested too deeply.")) from None
    except UnsupportedMediaType:
        message = gettext("Send JSON, and say so: Content-Type: application/json")
        raise UnsupportedMediaType(message) from None
    except BadRequest:
        raise BadRequest(gettext("The body is not JSON that can be read.")) from None
