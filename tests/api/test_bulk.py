"""Many records in one request."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from tests.api.conftest import LINES, Program, problems
from webapp.extensions import db
from webapp.models import Entry


def test_items_are_answered_in_order_and_may_name_those_before(program: Program) -> None:
    about = {"date": "2026-08-01", "amount": "10.00"}
    invoice = {"account": {"external_id": "c"}, "date": "2026-08-01", "lines": LINES}
    results = program.post(
        "bulk",
        [
            {"kind": "account", "external_id": "c", "name": "Ada", "account_kind": "individual"},
            {"kind": "service", "external_id": "s", "name": "Payroll", "rate": "80"},
            {"kind": "invoice", "external_id": "i", **invoice},
            {"kind": "payment", "external_id": "p", "invoice": {"external_id": "i"}, **about},
            {"kind": "refund", "external_id": "r", "payment": {"external_id": "p"}, **about},
            {"kind": "expense", "external_id": "e", "payment": {"external_id": "p"}, **about},
            {"kind": "account", "external_id": "c", "email": "ada@example.com"},
        ],
    ).json
    assert [result["status"] for result in results] == [201] * 6 + [200]
    assert results[6]["id"] == results[0]["id"]
    account = program.get(f"accounts/{results[0]['id']}").json
    assert (account["kind"], account["email"]) == ("individual", "ada@example.com")


def test_a_bad_item_spoils_no_other(app: Flask, program: Program) -> None:
    results = program.post(
        "bulk",
        [
            {"kind": "account", "name": "Ada"},
            {"kind": "account", "name": ""},
            {"kind": "robot"},
            {"kind": ["account"]},
            {},
            "account",
            None,
            {"kind": "payment", "invoice": 99, "date": "2026-08-01", "amount": "1"},
            {"kind": "account", "name": "Grace"},
        ],
    ).json
    assert [result["status"] for result in results] == [201, *[422] * 7, 201]
    assert results[1]["errors"][0]["field"] == "name"
    assert results[7]["errors"] == [
        {"field": "invoice", "message": "Not found. Name one by its id or external_id."}
    ]
    names = [account["name"] for account in program.get("accounts").json["items"]]
    assert names == ["Ada", "Grace"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 2


def test_assigned_numbers_in_one_request_are_all_different(program: Program) -> None:
    program.made("accounts", external_id="c", name="Ada")
    invoice = {"account": {"external_id": "c"}, "date": "2026-08-01", "lines": LINES}
    program.post("bulk", [{"kind": "invoice", **invoice}] * 20)
    numbers = [invoice["number"] for invoice in program.get("invoices").json["items"]]
    assert numbers == [str(number) for number in range(1001, 1021)]


def test_balances_count_the_items_before(program: Program) -> None:
    account = program.made("accounts", name="Ada")
    invoice = program.made("invoices", account=account["id"], date="2026-08-01", lines=LINES)
    payment = {"kind": "payment", "invoice": invoice["id"], "date": "2026-08-01", "amount": "600"}
    results = program.post("bulk", [payment, payment]).json
    assert [result["status"] for result in results] == [201, 422]


def test_another_firms_records_cannot_be_named(program: Program, stranger: Program) -> None:
    theirs = stranger.made("accounts", external_id="c", name="Ada")
    about = {"kind": "payment", "date": "2026-08-01", "amount": "1"}
    references = (theirs["id"], {"external_id": "c"}, {"id": theirs["id"]})
    results = program.post("bulk", [about | {"account": named} for named in references]).json
    assert [result["status"] for result in results] == [422, 422, 422]


def test_a_long_body_is_taken_here_and_nowhere_else(program: Program) -> None:
    long = {"kind": "account", "name": "Ada", "notes": "x" * (5 * 1024 * 1024)}
    assert program.post("bulk", [long]).json[0]["status"] in (201, 422)
    assert program.post("bulk", [long], headers={"Idempotency-Key": "k"}).status_code == 200
    assert program.post("accounts", long).status_code == 413


def test_more_than_a_thousand_items_are_refused(program: Program) -> None:
    response = program.post("bulk", [{}] * 1001)
    assert response.status_code == 422
    assert set(problems(response)) == {"body"}
    assert program.post("bulk", {"kind": "account"}).status_code == 422
