"""The document at ``/api/v1/openapi.json`` is true: nothing that it invites breaks the API, and no
answer is outside it.

Requests are generated from the document itself, fit and unfit ones; every second one that names a
record by its id names one that exists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Program
from webapp.extensions import db
from webapp.models import Account
from webapp.quickbooks import issues

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
A_FEW, MANY = 4, 150
FULL_CASES = 10_000
SIGNED_OUT: dict[str, str] = {}


def test_the_document_names_every_call(app: Flask) -> None:
    with app.test_client() as client:
        paths = client.get("/api/v1/openapi.json").json["paths"]
    documented = {
        (path, method.upper())
        for path, methods in paths.items()
        for method in methods
        if method != "parameters"
    }
    routed = {
        (_as_documented(rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and "openapi" not in rule.rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert documented == routed


def _as_documented(rule: str) -> str:
    """``<int:record_id>`` as ``{record_id}``."""
    parts = rule.replace(">", "<").split("<")
    return "".join(
        "{" + part.rsplit(":", 1)[-1] + "}" if place % 2 else part
        for place, part in enumerate(parts)
    )


def test_a_few_requests_of_each_call_stay_within_the_document(
    app: Flask, program: Program, one_of_each: dict[str, dict[str, Any]]
) -> None:
    assert _try_every_call(app, program.headers, A_FEW).total() > A_FEW


@pytest.mark.full
def test_many_requests_of_each_call_stay_within_the_document(
    app: Flask, program: Program, one_of_each: dict[str, dict[str, Any]]
) -> None:
    assert _try_every_call(app, program.headers, MANY).total() >= FULL_CASES


def test_a_few_requests_without_a_token_are_all_turned_away(
    app: Flask, one_of_each: dict[str, dict[str, Any]]
) -> None:
    assert _try_every_call(app, SIGNED_OUT, A_FEW, only_turned_away).total() > A_FEW


@pytest.mark.full
@pytest.mark.one_database
def test_many_requests_without_a_token_are_all_turned_away(
    app: Flask, one_of_each: dict[str, dict[str, Any]]
) -> None:
    assert _try_every_call(app, SIGNED_OUT, MANY, only_turned_away).total() >= FULL_CASES


def only_turned_away(_context: Any, response: Any, _case: Case) -> None:
    """Otherwise refused is only what is no address, as an id without digits, or holds a NUL."""
    turned_away = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST)
    assert response.status_code in turned_away


def _try_every_call(
    app: Flask, headers: Mapping[str, str], examples: int, *more: Callable[..., None]
) -> Counter[str]:
    """How many requests each call got. Raises at the first answer outside the document."""
    _open_issue(app)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    tried: Counter[str] = Counter()
    for operation in _operations(schema):
        for mode in GenerationMode:
            _try(operation, mode, headers, [*CHECKS, *more], examples, tried)
    return tried


def _operations(schema: Any) -> Iterator[Any]:
    for result in schema.get_all_operations():
        yield result.ok()


def _open_issue(app: Flask) -> None:
    with app.app_context():
        account = db.session.query(Account).one()
        issues.open_issue(account, "no_customer", {"client": account.name})
        db.session.commit()


def _try(
    operation: Any,
    mode: GenerationMode,
    headers: Mapping[str, str],
    checks: list[Callable[..., Any]],
    examples: int,
    tried: Counter[str],
) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Case) -> None:
        for name in ("record_id", "issue_id"):
            if name in case.path_parameters and tried.total() % 2:
                case.path_parameters[name] = 1
        tried[operation.label] += 1
        case.call_and_validate(headers=dict(headers), checks=checks)

    try:
        one()
    except Exception as error:
        if "Unsatisfiable" not in type(error).__name__:
            raise
