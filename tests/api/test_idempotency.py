"""A request that is sent twice happens once."""

from __future__ import annotations

import threading
from datetime import timedelta

from flask import Flask

from tests.api.conftest import Program, problems
from tests.conftest import FirmFixture
from webapp.extensions import db
from webapp.models.idempotency import IdempotencyKey

KEY = {"Idempotency-Key": "k-1"}


def test_the_same_key_gets_the_first_answer_again(program: Program) -> None:
    first = program.post("accounts", {"name": "Ada"}, headers=KEY)
    program.patch(f"accounts/{first.json['id']}", {"name": "Grace"})
    again = program.post("accounts", {"name": "Ada"}, headers=KEY)
    assert (again.status_code, again.data) == (201, first.data)
    assert again.content_type == first.content_type
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(program.get("accounts").json["items"]) == 1


def test_a_refusal_is_also_given_again(program: Program) -> None:
    payment = {"account": {"external_id": "c-1"}, "date": "2026-08-01", "amount": "5"}
    first = program.post("payments", payment, headers=KEY)
    program.made("accounts", name="Ada", external_id="c-1")
    again = program.post("payments", payment, headers=KEY)
    assert first.status_code == again.status_code == 422
    assert first.data == again.data


def test_another_request_under_the_same_key_is_refused(program: Program) -> None:
    program.post("accounts", {"name": "Ada"}, headers=KEY)
    for response in (
        program.post("accounts", {"name": "Grace"}, headers=KEY),
        program.post("services", {"name": "Ada"}, headers=KEY),
    ):
        assert response.status_code == 422
        assert set(problems(response)) == {"Idempotency-Key"}
    assert len(program.get("accounts").json["items"]) == 1


def test_who_was_cut_off_may_ask_again_a_minute_later(
    app: Flask, firm: FirmFixture, program: Program
) -> None:
    body = {"name": "Ada"}
    with app.app_context():
        first = IdempotencyKey.claim(firm.id, "k-1", "of the request that was cut off")
        db.session.commit()
        id_ = first.id
    assert program.post("accounts", body, headers=KEY).status_code == 409
    with app.app_context():
        db.session.get_one(IdempotencyKey, id_).created_at -= timedelta(seconds=61)
        db.session.commit()
    made = program.post("accounts", body, headers=KEY)
    assert made.status_code == 201
    assert program.post("accounts", body, headers=KEY).data == made.data


def test_keys_of_two_firms_have_nothing_to_do_with_each_other(
    program: Program, stranger: Program
) -> None:
    for firm in (program, stranger):
        assert firm.post("accounts", {"name": "Ada"}, headers=KEY).status_code == 201


def test_a_key_that_is_empty_or_too_long_is_refused(program: Program) -> None:
    for key in ("", "x" * 256):
        response = program.post("accounts", {"name": "Ada"}, headers={"Idempotency-Key": key})
        assert response.status_code == 422


def test_a_removal_and_a_bulk_request_are_repeatable(program: Program) -> None:
    items = [{"kind": "account", "name": "Ada"}]
    first = program.post("bulk", items, headers=KEY)
    assert program.post("bulk", items, headers=KEY).data == first.data
    path = f"accounts/{first.json[0]['id']}"
    removals = [program.call("DELETE", path, headers={"Idempotency-Key": "k-2"}) for _ in "ab"]
    assert [removal.status_code for removal in removals] == [204, 204]


def test_the_same_key_at_the_same_time_makes_one_record(app: Flask, firm: FirmFixture) -> None:
    answers: list[int] = []

    def post() -> None:
        response = Program(app, firm.token).post("accounts", {"name": "Ada"}, headers=KEY)
        answers.append(response.json["id"])

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1
