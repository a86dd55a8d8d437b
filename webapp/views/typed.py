"""What a form held when it was sent, for the intake and for showing it again."""

from __future__ import annotations

from flask import request

Values = dict[str, str]
Errors = dict[str, list[str]]


def typed(*fields: str) -> Values:
    """The posted fields of these names; one that was not on the form keeps its value."""
    return {name: request.form[name] for name in fields if name in request.form}
