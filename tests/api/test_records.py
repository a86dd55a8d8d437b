"""The calls of the six kinds: what they answer, and whom they answer."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from tests.api.conftest import LINES, Program, problems
from webapp.extensions import db
from webapp.models import Account, Invoice, Issue, Link

KINDS = ("accounts", "services", "invoices", "payments", "refunds", "expenses")
Records = dict[str, dict[str, Any]]


def test_each_kind_answers_with_its_fields_in_the_words_it_takes(one_of_each: Records) -> None:
    shown = {
        kind: {
            field: value
            for field, value in record.items()
            if field not in ("id", "created_at", "updated_at", "sync", "external_id")
        }
        for kind, record in one_of_each.items()
    }
    account, service, invoice, payment = (one_of_each[kind]["id"] for kind in KINDS[:4])
    assert shown == {
        "accounts": {"name": "Ada Byron", "email": "ada@example.com", "kind": "business"},
        "services": {
            "name": "Bookkeeping",
            "description": None,
            "rate": "80.50",
            "income_account": None,
        },
        "invoices": {
            "account": account,
            "number": "1001",
            "number_assigned": True,
            "date": "2026-08-01",
            "due_date": "2026-08-31",
            "currency": "USD",
            "memo": None,
            "total": "1161.00",
            "lines": [
                {
                    "service": service,
                    "description": None,
                    "quantity": "2",
                    "rate": "80.50",
                    "amount": "161.00",
                },
                {
                    "service": None,
                    "description": "Bookkeeping",
                    "quantity": "2",
                    "rate": "500.00",
                    "amount": "1000.00",
                },
            ],
        },
        "payments": {
            "account": account,
            "invoice": invoice,
            "date": "2026-08-02",
            "amount": "400.00",
            "currency": "USD",
            "method": "credit_card",
            "reference": None,
        },
        "refunds": {
            "payment": payment,
            "date": "2026-08-03",
            "amount": "50.00",
            "currency": "USD",
            "reason": "Sorry",
        },
        "expenses": {
            "payment": payment,
            "date": "2026-08-03",
            "amount": "11.90",
            "currency": "USD",
            "description": "Fee",
        },
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_can_be_read_alone_and_in_its_list(
    program: Program, one_of_each: Records, kind: str
) -> None:
    record = one_of_each[kind]
    assert program.get(f"{kind}/{record['id']}").json == record
    assert program.get(kind).json == {"items": [record], "next_cursor": None}
    named = program.get(f"{kind}?external_id={record['external_id']}").json
    assert named["items"] == [record]
    assert program.get(f"{kind}?external_id=other").json["items"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_another_firms_record_is_not_found(
    program: Program, stranger: Program, one_of_each: Records, kind: str
) -> None:
    path = f"{kind}/{one_of_each[kind]['id']}"
    assert stranger.get(path).status_code == 404
    assert stranger.patch(path, {"name": "Mine"}).status_code == 404
    assert stranger.delete(path).status_code == 404
    assert stranger.get(kind).json["items"] == []
    assert program.get(path).json == one_of_each[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_that_no_database_can_hold_is_not_found(program: Program, kind: str) -> None:
    assert program.get(f"{kind}/{2**70}").status_code == 404


def test_a_known_external_id_updates_instead_of_making_another(
    program: Program, one_of_each: Records
) -> None:
    again = program.post("accounts", {"external_id": "c-1", "email": "new@example.com"})
    assert again.status_code == 200
    assert again.json["id"] == one_of_each["accounts"]["id"]
    assert (again.json["name"], again.json["email"]) == ("Ada Byron", "new@example.com")
    assert len(program.get("accounts").json["items"]) == 1


def test_a_change_keeps_what_it_does_not_name(program: Program, one_of_each: Records) -> None:
    path = f"invoices/{one_of_each['invoices']['id']}"
    changed = program.patch(path, {"memo": "Thank you", "due_date": None}).json
    assert changed["memo"] == "Thank you"
    assert changed["due_date"] is None
    assert changed["lines"] == one_of_each["invoices"]["lines"]


def test_new_lines_take_the_place_of_the_old(
    app: Flask, program: Program, one_of_each: Records
) -> None:
    path = f"invoices/{one_of_each['invoices']['id']}"
    assert program.patch(path, {"lines": LINES}).json["total"] == "1000.00"
    with app.app_context():
        assert len(db.session.get_one(Invoice, one_of_each["invoices"]["id"]).lines) == 1


def test_a_removed_record_is_gone_and_its_external_id_free(program: Program) -> None:
    account = program.made("accounts", name="Ada", external_id="c-9")
    assert program.delete(f"accounts/{account['id']}").status_code == 204
    assert program.get(f"accounts/{account['id']}").status_code == 404
    assert program.delete(f"accounts/{account['id']}").status_code == 404
    assert program.made("accounts", name="Ada", external_id="c-9")["id"] != account["id"]


def test_what_others_rest_on_is_not_removed(program: Program, one_of_each: Records) -> None:
    for kind in ("accounts", "invoices", "payments"):
        response = program.delete(f"{kind}/{one_of_each[kind]['id']}")
        assert response.status_code == 409
        assert set(problems(response)) == {kind.removesuffix("s")}


def test_a_refusal_has_one_entry_per_field_and_changes_nothing(program: Program) -> None:
    response = program.post("invoices", {"date": "soon", "lines": [{"rate": "1.001"}]})
    assert response.status_code == 422
    assert set(problems(response)) == {
        "account",
        "date",
        "lines.0.description",
        "lines.0.rate",
    }
    assert program.get("invoices").json["items"] == []


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"1" * 5000, "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"name=Ada", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    program: Program, body: bytes, content_type: str, status: int
) -> None:
    response = program.client.post(
        "/api/v1/accounts", data=body, content_type=content_type, headers=program.headers
    )
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert "JSON" in response.json.get("detail", str(response.json.get("errors")))


def test_pages_follow_their_cursor_to_the_end(program: Program) -> None:
    names = [f"Client {number}" for number in range(5)]
    for name in names:
        program.made("accounts", name=name)
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        page = program.get(f"accounts?limit=2&cursor={cursor}").json
        seen += [account["name"] for account in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert (seen, pages) == (names, 3)


def test_pages_follow_their_links_to_the_end(program: Program) -> None:
    ids = [program.made("accounts", name=f"Client {number}")["id"] for number in range(5)]
    seen, address = [], "/api/v1/accounts?external_id=&limit=2"
    while address:
        page = program.client.get(address, headers=program.headers)
        seen += [account["id"] for account in page.json["items"]]
        link = page.headers.get("Link", "")
        assert not link or link.endswith('>; rel="next"')
        address = link[1:].split(">")[0]
    assert seen == ids


def test_a_page_holds_two_hundred_however_many_are_asked_for(program: Program) -> None:
    body = [{"kind": "account", "name": f"Client {number}"} for number in range(201)]
    assert program.post("bulk", body).status_code == 200
    page = program.get("accounts?limit=1000").json
    assert (len(page["items"]), page["next_cursor"] is None) == (200, False)
    rest = program.get(f"accounts?limit=1000&cursor={page['next_cursor']}").json
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "cursor=-1"])
def test_an_unfit_page_is_refused_by_field(program: Program, query: str) -> None:
    response = program.get(f"accounts?{query}")
    assert response.status_code == 422
    assert set(problems(response)) == {query.split("=")[0]}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("accounts?limit=0&cursor=x", "Escriba un número entero"),
        ("issues?kind=robot&state=shut", "Elija una de estas opciones"),
        ("accounts/4711", "dirección"),
        ("nothing", "dirección"),
        ("bulk", "dirección"),
    ],
)
def test_refusals_speak_the_callers_language(program: Program, path: str, said: str) -> None:
    refusal = program.get(path, headers={"Accept-Language": "es-MX"})
    told = [*problems(refusal).values(), refusal.json.get("detail")]
    assert refusal.status_code in (404, 405, 422)
    assert all(said in words for words in told if words)
    assert any(told)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_asks_as_much_for_many_as_for_one(
    app: Flask, program: Program, one_of_each: Records, kind: str
) -> None:
    alone = _statements(app, program, kind)
    for number in range(3):
        _another(program, one_of_each, number)
    assert len(program.get(kind).json["items"]) == 4
    assert _statements(app, program, kind) == alone


def _another(program: Program, records: Records, number: int) -> None:
    about = {"date": "2026-08-04", "amount": "1.00"}
    program.made("accounts", name=f"Client {number}")
    program.made("services", name=f"Service {number}")
    account = records["accounts"]["id"]
    program.made("invoices", account=account, date="2026-08-04", lines=LINES)
    program.made("payments", account=account, **about)
    program.made("refunds", payment=records["payments"]["id"], **about)
    program.made("expenses", **about)


def _statements(app: Flask, program: Program, path: str) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        program.get(path)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_a_record_tells_where_it_stands(app: Flask, program: Program, one_of_each: Records) -> None:
    record_id = one_of_each["accounts"]["id"]
    assert one_of_each["accounts"]["sync"] == {
        "state": "waiting",
        "quickbooks_id": None,
        "issue": None,
        "enabled": True,
    }
    with app.app_context():
        account = db.session.get_one(Account, record_id)
        entry = account.entry()
        assert entry is not None
        entry.rejected(None)
        about = {"firm_id": account.firm_id, "kind": "account", "record_id": record_id}
        issue = Issue(**about, cause="edited", title="Ada")
        db.session.add_all([issue, Link(**about, quickbooks_id="58", sync_token="0")])
        db.session.commit()
        issue_id = issue.id
    assert program.get(f"accounts/{record_id}").json["sync"] == {
        "state": "failed",
        "quickbooks_id": "58",
        "issue": issue_id,
        "enabled": True,
    }


def test_syncing_is_switched_by_a_change_of_the_account(program: Program) -> None:
    account = program.made("accounts", name="Ada")
    changed = program.patch(f"accounts/{account['id']}", {"sync": False}).json
    assert (changed["sync"]["enabled"], changed["sync"]["state"]) == (False, "off")
    again = program.patch(f"accounts/{account['id']}", {"sync": True}).json
    assert (again["sync"]["enabled"], again["sync"]["state"]) == (True, "waiting")


def test_an_account_that_is_not_to_be_copied_is_off_from_the_start(program: Program) -> None:
    account = program.made("accounts", name="Ada", sync=False)
    assert account["sync"]["state"] == "off"
    renamed = program.patch(f"accounts/{account['id']}", {"name": "Ada Byron"}).json
    assert renamed["sync"]["state"] == "off"
    assert program.get("sync").json["counts"]["account"]["off"] == 1


def test_a_new_record_tells_its_address(program: Program) -> None:
    body, key = {"name": "Ada", "external_id": "c-1"}, {"Idempotency-Key": "k"}
    for _ in range(2):  # told again with the first answer
        answer = program.post("accounts", body, headers=key)
        assert answer.location == f"/api/v1/accounts/{answer.json['id']}"
        assert program.client.get(answer.location, headers=program.headers).status_code == 200
    assert "Location" not in program.post("accounts", body).headers
