"""A program that calls the API with a firm's token."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import FirmFixture

LINES = [{"description": "Bookkeeping", "quantity": "2", "rate": "500.00"}]


class Program:
    def __init__(self, app: Flask, token: str):
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        return self.client.open(
            f"/api/v1/{path}", method=method, json=json, headers=self.headers | (headers or {})
        )

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, json, **options)

    def patch(self, path: str, json: Any) -> TestResponse:
        return self.call("PATCH", path, json)

    def delete(self, path: str) -> TestResponse:
        return self.call("DELETE", path)

    def made(self, path: str, **fields: Any) -> dict[str, Any]:
        """A new record's answer."""
        response = self.post(path, fields)
        assert response.status_code == 201, response.text
        return dict(response.json)


@pytest.fixture
def program(app: Flask, firm: FirmFixture) -> Program:
    return Program(app, firm.token)


@pytest.fixture
def stranger(app: Flask, other_firm: FirmFixture) -> Program:
    """A program of another firm."""
    return Program(app, other_firm.token)


@pytest.fixture
def one_of_each(program: Program) -> dict[str, dict[str, Any]]:
    """A record of every kind, by the name of its list."""
    made = program.made
    account = made("accounts", external_id="c-1", name="Ada Byron", email="ada@example.com")
    service = made("services", external_id="s-1", name="Bookkeeping", rate="80.50")
    invoice = made(
        "invoices",
        external_id="i-1",
        account={"external_id": "c-1"},
        date="2026-08-01",
        due_date="2026-08-31",
        lines=[{"service": service["id"], "quantity": "2"}, *LINES],
    )
    payment = made(
        "payments",
        external_id="p-1",
        invoice=invoice["id"],
        date="2026-08-02",
        amount="400.00",
        method="credit_card",
    )
    about = {"payment": {"external_id": "p-1"}, "date": "2026-08-03"}
    refund = made("refunds", external_id="r-1", amount="50.00", reason="Sorry", **about)
    expense = made("expenses", external_id="e-1", amount="11.90", description="Fee", **about)
    return {
        "accounts": account,
        "services": service,
        "invoices": invoice,
        "payments": payment,
        "refunds": refund,
        "expenses": expense,
    }


def problems(response: TestResponse) -> dict[str, str]:
    """The messages of a refusal by field."""
    assert response.content_type == "application/problem+json"
    return {entry["field"]: entry["message"] for entry in response.json.get("errors", [])}
