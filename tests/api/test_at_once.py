"""Requests that arrive at the same time: the books come out as if one had waited."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event, insert

from tests.api.conftest import LINES, Program
from tests.conftest import FirmFixture
from webapp.extensions import db
from webapp.models import Account

PROGRAMS = 6


def at_once(app: Flask, firm: FirmFixture, call: Callable[[Program], Any]) -> list[Any]:
    """What each of several programs got, all of them starting together."""
    answers: list[Any] = []
    start = threading.Barrier(PROGRAMS)

    def run() -> None:
        program = Program(app, firm.token)
        start.wait()
        answers.append(call(program))

    threads = [threading.Thread(target=run) for _ in range(PROGRAMS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == PROGRAMS
    return answers


def test_an_invoice_is_paid_only_once(app: Flask, firm: FirmFixture, program: Program) -> None:
    account = program.made("accounts", name="Ada")["id"]
    invoice = program.made("invoices", account=account, date="2026-08-01", lines=LINES)["id"]
    payment = {"invoice": invoice, "date": "2026-08-02", "amount": "600.00"}
    answers = at_once(app, firm, lambda one: one.post("payments", payment).status_code)
    assert sorted(answers) == [201] + [422] * (PROGRAMS - 1)


def test_assigned_numbers_are_all_different(
    app: Flask, firm: FirmFixture, program: Program
) -> None:
    account = program.made("accounts", name="Ada")["id"]
    invoice = {"account": account, "date": "2026-08-01", "lines": LINES}
    numbers = at_once(app, firm, lambda one: one.post("invoices", invoice).json["number"])
    assert sorted(numbers) == [str(1001 + number) for number in range(PROGRAMS)]


def test_an_external_id_makes_one_record(app: Flask, firm: FirmFixture) -> None:
    account = {"external_id": "c-1", "name": "Ada"}
    answers = at_once(app, firm, lambda one: one.post("accounts", account))
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sorted(answer.status_code for answer in answers) == [200] * (PROGRAMS - 1) + [201]


def test_an_item_that_the_database_refuses_spoils_no_other(
    app: Flask, firm: FirmFixture, program: Program
) -> None:
    """Another request makes the same record between our look and our insert, each time."""

    def intrude(_mapper: Any, connection: Any, account: Account) -> None:
        if account.external_id == "c-2":
            connection.execute(
                insert(Account).values(firm_id=firm.id, external_id="c-2", name="Intruder")
            )

    event.listen(Account, "before_insert", intrude)
    try:
        items = [
            {"kind": "account", "external_id": f"c-{number}", "name": "Ada"} for number in (1, 2, 3)
        ]
        results = program.post("bulk", items).json
    finally:
        event.remove(Account, "before_insert", intrude)
    assert [result["status"] for result in results] == [201, 409, 201]
    with app.app_context():
        names = db.session.scalars(db.select(Account.external_id).order_by(Account.id)).all()
    assert names == ["c-1", "c-3"]
