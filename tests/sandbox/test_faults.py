"""What goes wrong on purpose: before doing it, after doing it, late, and half."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.sandbox.books import Books, Json, Refused
from tests.sandbox_process import Switch

Fault = Callable[..., None]
ADA = {"DisplayName": "Ada"}


def names(books: Books) -> list[str]:
    return [row["DisplayName"] for row in books.found("Customer")]


def lost(books: Books, **query: str) -> None:
    """The request is answered by the end of the connection."""
    with pytest.raises(requests.RequestException):
        books.post("customer", ADA, **query)


def test_reset_does_nothing(books: Books, fault: Fault) -> None:
    fault("reset", entity="Customer", operation="create")
    lost(books)
    assert names(books) == []


def test_commit_then_drop_does_it_and_the_replay_tells(books: Books, fault: Fault) -> None:
    fault("commit_then_drop", entity="Customer", operation="create")
    lost(books, requestid="r")
    assert names(books) == ["Ada"]
    assert books.create("Customer", ADA, requestid="r")["Id"] == "1"
    assert names(books) == ["Ada"]


def test_commit_then_status_does_it(books: Books, fault: Fault) -> None:
    fault("commit_then_status", entity="Customer", status=502)
    assert books.post("customer", ADA).status_code == 502
    assert names(books) == ["Ada"]


def test_late_commit_appears_after_the_request_is_gone(books: Books, fault: Fault) -> None:
    fault("commit_late", entity="Customer", operation="create", seconds=0.6, hold=0.1)
    lost(books)
    assert names(books) == []
    time.sleep(0.8)
    assert names(books) == ["Ada"]


def test_same_requestid_waits_for_a_late_commit(books: Books, fault: Fault) -> None:
    fault("commit_late", entity="Customer", operation="create", seconds=0.5)
    lost(books, requestid="r")
    began = time.monotonic()
    assert books.create("Customer", ADA, requestid="r")["Id"] == "1"
    assert time.monotonic() - began > 0.3
    assert names(books) == ["Ada"]


def test_truncated_answer_was_done(books: Books, fault: Fault) -> None:
    fault("truncate", entity="Customer", operation="create")
    lost(books)
    assert names(books) == ["Ada"]


def test_malformed_answer_was_done(books: Books, fault: Fault) -> None:
    fault("malformed", entity="Customer", operation="create")
    answer = books.post("customer", ADA)
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    assert names(books) == ["Ada"]


def test_drip_comes_slowly_but_whole(books: Books, fault: Fault) -> None:
    fault("drip", entity="Customer", operation="create", seconds=0.4)
    began = time.monotonic()
    assert books.create("Customer", ADA)["Id"] == "1"
    assert time.monotonic() - began > 0.3


def test_delay_waits_and_answers(books: Books, fault: Fault) -> None:
    fault("delay", operation="query", seconds=0.3)
    began = time.monotonic()
    books.query("select * from Customer")
    assert time.monotonic() - began > 0.25


@pytest.mark.parametrize(
    ("action", "more", "status", "text"),
    [
        ("status", {"status": 503}, 503, ""),
        ("status", {"status": 500, "body": "oops"}, 500, "oops"),
        ("html", {"status": 502}, 502, "<html>"),
        ("xml", {"status": 500}, 500, "<IntuitResponse"),
        ("unauthorized", {}, 401, '"code":"3200"'),
        ("throttled", {}, 429, "ThrottleExceeded"),
        ("throttled", {"status": 403}, 403, "statusCode=403"),
    ],
)
def test_answers_without_doing_it(
    books: Books, fault: Fault, action: str, more: Json, status: int, text: str
) -> None:
    fault(action, entity="Customer", operation="create", **more)
    answer = books.post("customer", ADA)
    assert answer.status_code == status
    assert text in answer.text
    assert names(books) == []


def test_rule_acts_on_the_nth_match_so_many_times(books: Books, fault: Fault) -> None:
    fault("status", path="preferences", method="GET", nth=3, times=2)
    answers = [books.get("preferences").status_code for _ in range(6)]
    assert answers == [200, 200, 500, 500, 200, 200]


def test_rule_may_act_for_ever_or_never(books: Books, fault: Fault) -> None:
    fault("status", operation="query", probability=0.0, times=0)
    fault("status", operation="read", times=0)
    assert all(books.get("preferences").status_code == 500 for _ in range(3))
    assert books.query("select * from Customer") == {}


def test_rule_means_one_company(books: Books, fault: Fault) -> None:
    other = Books.open(books.sandbox)
    fault("status", realm=other.realm_id, times=0)
    assert books.get("preferences").status_code == 200
    assert other.get("preferences").status_code == 500


def test_chosen_fault_hits_the_write_that_holds_a_text(books: Books, fault: Fault) -> None:
    rule = {"code": "6480", "message": "Matched", "detail": "Matched to a bank line"}
    fault("fault", entity="Customer", contains="sync:7", times=0, **rule)
    books.create("Customer", {"DisplayName": "Bo", "Notes": "sync:8"})
    with pytest.raises(Refused) as refused:
        books.create("Customer", {**ADA, "Notes": "sync:7"})
    assert (refused.value.status, refused.value.code) == (400, "6480")
    items: list[dict[str, Any]] = [
        {"bId": n, "operation": "create", "Customer": {"DisplayName": n, "Notes": f"sync:{n}"}}
        for n in ("7", "9")
    ]
    answers = books.batch(*items)
    assert answers["7"]["Fault"]["Error"][0]["code"] == "6480"
    assert "Customer" in answers["9"]


def test_sign_in_can_fail_too(books: Books, fault: Fault) -> None:
    fault("status", operation="bearer", status=503)
    form = {"grant_type": "refresh_token", "refresh_token": books.refresh_token}
    assert books.token_call(**form).status_code == 503
    assert books.token_call(**form).status_code == 200


@pytest.mark.parametrize(
    "rule", [{"action": "explode"}, {"action": "delay", "foo": 1}, {"action": "delay", "path": "("}]
)
def test_bad_rule_is_refused(books: Books, rule: Json) -> None:
    with pytest.raises(RuntimeError):
        books.sandbox.control("faults", rule)


def test_latency_is_waited_out(books: Books, switch: Switch) -> None:
    switch(latency_ms=200)
    began = time.monotonic()
    books.get("preferences")
    assert time.monotonic() - began >= 0.2


def test_latency_per_batch_item_is_waited_out(books: Books, switch: Switch) -> None:
    switch(batch_item_ms=30)
    items = [{"bId": str(n), "Query": "select * from Vendor"} for n in range(10)]
    began = time.monotonic()
    books.batch(*items)
    assert time.monotonic() - began >= 0.3
