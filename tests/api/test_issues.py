"""Issues as programs see them, and the acts that settle them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.api.conftest import LINES, Program, problems
from webapp.extensions import db
from webapp.models import Entry, Invoice, Issue, MirrorNumber, Service
from webapp.models.columns import utc_now
from webapp.quickbooks import issues
from webapp.quickbooks.errors import Fault


@pytest.fixture
def invoice(program: Program) -> dict[str, Any]:
    account = program.made("accounts", name="Ada Byron")["id"]
    return program.made(
        "invoices",
        external_id="i-1",
        account=account,
        number="1042",
        date="2026-08-01",
        lines=LINES,
    )


@pytest.fixture
def issue(app: Flask, invoice: dict[str, Any]) -> int:
    """A rejected invoice whose number is taken in QuickBooks."""
    with app.app_context():
        record = db.session.get_one(Invoice, invoice["id"])
        fault = Fault("6140", "Duplicate Document Number Error", "Already used", "ValidationFault")
        found = issues.open_issue(record, "dup_number", {"n": "1042", "next": "1043"}, fault)
        entry = record.entry()
        assert entry is not None
        entry.rejected(None)
        db.session.commit()
        return found.id


def state_of(app: Flask) -> tuple[str, str]:
    with app.app_context():
        entry = db.session.scalar(select(Entry).where(Entry.kind == "invoice"))
        found = db.session.scalar(select(Issue))
        assert entry is not None
        assert found is not None
        return entry.state, found.state


def test_an_issue_tells_its_cause_its_fix_and_what_quickbooks_said(
    program: Program, issue: int, invoice: dict[str, Any]
) -> None:
    shown = program.get(f"issues/{issue}").json
    assert shown["record"] == {"id": invoice["id"], "external_id": "i-1", "title": "#1042"}
    assert (shown["kind"], shown["state"], shown["cause"]) == ("invoice", "open", "dup_number")
    assert shown["message"].startswith("Number 1042 is already used in QuickBooks.")
    assert shown["fix"] == "Change the number to 1043, then resync."
    assert shown["quickbooks"]["code"] == "6140"
    assert {"use-number", "resync", "ignore"} <= set(shown["actions"])
    assert program.get("issues").json["items"] == [shown]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=invoice&state=open&cause=dup_number", 1),
        ("kind=payment", 0),
        ("state=ignored", 0),
        ("cause=edited", 0),
        ("kind=&state=&cause=", 1),
        ("kind=&state=ignored&cause=&cursor=", 0),
    ],
)
def test_issues_are_filtered(program: Program, issue: int, query: str, found: int) -> None:
    assert len(program.get(f"issues?{query}").json["items"]) == found


def test_an_unknown_filter_value_is_refused(program: Program) -> None:
    assert set(problems(program.get("issues?kind=robot"))) == {"kind"}


def test_another_firms_issue_is_not_found(
    app: Flask, program: Program, stranger: Program, issue: int
) -> None:
    assert stranger.get("issues").json["items"] == []
    assert stranger.get(f"issues/{issue}").status_code == 404
    assert stranger.post(f"issues/{issue}/resync").status_code == 404
    assert program.get(f"issues/{2**70}").status_code == 404
    assert state_of(app) == ("rejected", "open")


def test_resync_makes_the_record_due_again(app: Flask, program: Program, issue: int) -> None:
    assert program.post(f"issues/{issue}/resync").status_code == 200
    assert state_of(app) == ("ready", "open")


def test_ignore_and_restore_answer_with_the_issue(app: Flask, program: Program, issue: int) -> None:
    ignored = program.post(f"issues/{issue}/ignore").json
    assert (ignored["state"], ignored["actions"]) == ("ignored", ["restore"])
    assert state_of(app) == ("ignored", "ignored")
    assert program.post(f"issues/{issue}/restore", {}).json["state"] == "open"


def test_an_act_that_is_not_offered_is_refused(app: Flask, program: Program, issue: int) -> None:
    response = program.post(f"issues/{issue}/restore")
    assert response.status_code == 409
    assert response.json["detail"]
    assert program.post(f"issues/{issue}/explode").status_code == 404
    assert state_of(app) == ("rejected", "open")


def test_no_act_forgets_a_request_without_an_answer(
    app: Flask, program: Program, issue: int
) -> None:
    """What is offered works; the rest is refused with a reason."""
    with app.app_context():
        entry = db.session.scalar(select(Entry).where(Entry.kind == "invoice"))
        assert entry is not None
        entry.mark_sent(utc_now(), timedelta(seconds=125))
        db.session.commit()
    assert program.get(f"issues/{issue}").json["actions"] == ["resync", "ignore"]
    refused = program.post(f"issues/{issue}/use-number", {"number": "2000"})
    assert refused.status_code == 409
    assert "not known yet whether it arrived" in refused.json["detail"]
    assert program.post(f"issues/{issue}/resync", {}).status_code == 200
    assert program.post(f"issues/{issue}/ignore", {}).status_code == 200
    assert state_of(app) == ("sent", "ignored")


def test_an_unfit_argument_is_refused_by_its_field(program: Program, issue: int) -> None:
    for number in ("x" * 22, "x" * 501, "10\x0042", ["1"]):
        response = program.post(f"issues/{issue}/use-number", {"number": number})
        assert response.status_code == 422
        assert set(problems(response)) == {"number"}


def test_a_number_given_to_the_act_is_used(
    program: Program, issue: int, invoice: dict[str, Any]
) -> None:
    assert program.post(f"issues/{issue}/use-number", {"number": "2001"}).status_code == 200
    assert program.get(f"invoices/{invoice['id']}").json["number"] == "2001"


def test_an_act_under_a_key_happens_once(app: Flask, program: Program, issue: int) -> None:
    key = {"Idempotency-Key": "k"}
    first = program.post(f"issues/{issue}/use-number", headers=key)
    again = program.post(f"issues/{issue}/use-number", headers=key)
    assert (first.status_code, first.data) == (200, again.data)


def test_deleting_a_failing_service_removes_it(app: Flask, program: Program) -> None:
    service_id = program.made("services", name="Payroll")["id"]
    with app.app_context():
        service = db.session.get_one(Service, service_id)
        issue_id = issues.open_issue(service, "income_account", {}).id
        db.session.commit()
    assert program.post(f"issues/{issue_id}/delete").status_code == 200
    assert program.get(f"services/{service_id}").status_code == 404


def test_a_number_is_free_taken_here_or_taken_in_quickbooks(
    app: Flask, program: Program, invoice: dict[str, Any], firm: Any
) -> None:
    with app.app_context():
        db.session.add(
            MirrorNumber(
                firm_id=firm.id,
                txn_type="Invoice",
                quickbooks_id="1187",
                number="INV/7",
                prefix="INV/",
                value="7".zfill(22),
                created_at=utc_now(),
            )
        )
        db.session.commit()
    free = {"taken": False, "where": None, "suggestion": None}
    assert program.get("invoice-numbers/77").json == free
    assert program.get("invoice-numbers/1042").json["where"] == "here"
    there = program.get("invoice-numbers/INV%2F7").json
    assert (there["taken"], there["where"]) == (True, "quickbooks")
    assert program.get(f"invoice-numbers/{'1' * 22}").status_code == 422
    assert program.get("invoice-numbers/%00").status_code == 422
