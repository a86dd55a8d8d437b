"""Throttling: how much is admitted, and what one too many is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.books import Books, Json
from tests.sandbox_process import SandboxProcess, Switch


@pytest.fixture(autouse=True)
def limited(sandbox: SandboxProcess, switch: Switch) -> Iterator[None]:
    switch(limits=True, requests_per_second=1000)
    sandbox.control("counters", method="DELETE")
    yield
    sandbox.control("counters", method="DELETE")


def statuses(books: Books, number: int) -> list[int]:
    return [books.get("preferences").status_code for _ in range(number)]


def test_ten_requests_a_second_are_admitted(books: Books, switch: Switch) -> None:
    switch(requests_per_second=10)
    assert statuses(books, 11) == [200] * 10 + [429]
    books.control("clock", advance_s=1.1)
    assert statuses(books, 1) == [200]


def test_five_hundred_a_minute_are_admitted(books: Books) -> None:
    assert statuses(books, 501).count(429) == 1
    books.control("clock", advance_s=61)
    assert statuses(books, 1) == [200]


def batch_status(books: Books) -> int:
    items: list[Json] = [{"bId": "1", "Query": "select * from Vendor"}]
    return books.post("batch", {"BatchItemRequest": items}).status_code


def test_forty_batches_a_minute_are_admitted(books: Books) -> None:
    assert [batch_status(books) for _ in range(41)] == [200] * 40 + [429]
    assert books.get("preferences").status_code == 200


def test_hundred_and_twenty_batches_a_minute_are_admitted_to_a_company(
    books: Books, switch: Switch
) -> None:
    """Whatever the apps that send them."""
    switch(batches_per_minute=1000)
    assert [batch_status(books) for _ in range(121)] == [200] * 120 + [429]


def test_one_company_does_not_use_up_anothers(books: Books, switch: Switch) -> None:
    switch(requests_per_second=3)
    other = Books.open(books.sandbox)
    assert statuses(books, 4)[-1] == 429
    assert statuses(other, 1) == [200]


def test_throttling_is_told_in_xml_whatever_accept_says(books: Books, switch: Switch) -> None:
    switch(requests_per_second=0)
    answer = books.get("preferences")
    assert answer.status_code == 429
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert '<Error code="3001">' in answer.text
    assert "message=ThrottleExceeded; errorCode=003001; statusCode=429" in answer.text
    assert "The request limit was reached.  Try again later" in answer.text
    assert "Retry-After" not in answer.headers


def test_throttling_may_be_told_in_json_with_retry_after(books: Books, switch: Switch) -> None:
    switch(requests_per_second=0, throttle_body="json", retry_after=60)
    answer = books.get("preferences")
    assert answer.headers["Retry-After"] == "60"
    assert answer.json()["fault"]["error"][0]["code"] == "3001"


def test_throttled_write_is_not_executed(books: Books, switch: Switch) -> None:
    switch(requests_per_second=0)
    assert books.post("customer", {"DisplayName": "Ada"}).status_code == 429
    switch(requests_per_second=1000)
    assert books.found("Customer") == []
