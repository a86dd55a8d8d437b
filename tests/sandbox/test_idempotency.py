"""`requestid`: the same key again is not executed again. Intuit: basic field definitions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import requests

from tests.sandbox.books import Books, Json, Refused
from tests.sandbox_process import Switch


def count(books: Books, entity: str = "Customer") -> int:
    return int(books.query(f"SELECT COUNT(*) FROM {entity}")["totalCount"])


def test_same_requestid_is_executed_once_and_answered_alike(books: Books) -> None:
    fields = {"DisplayName": "Ada"}
    first = books.post("customer", fields, requestid="r-1")
    second = books.post("customer", fields, requestid="r-1")
    assert first.text == second.text
    assert count(books) == 1


def test_requestids_of_two_companies_are_apart(books: Books) -> None:
    other = Books.open(books.sandbox)
    assert books.create("Customer", {"DisplayName": "Ada"}, requestid="r")["Id"] == "1"
    assert other.create("Customer", {"DisplayName": "Bo"}, requestid="r")["DisplayName"] == "Bo"


def test_update_delete_and_void_are_replayed_too(books: Books, invoice: Json) -> None:
    body = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}
    first = books.post("invoice", body, requestid="u")
    assert books.post("invoice", body, requestid="u").text == first.text
    gone = {"Id": invoice["Id"], "SyncToken": "1"}
    first = books.post("invoice", gone, operation="delete", requestid="d")
    assert books.post("invoice", gone, operation="delete", requestid="d").text == first.text


def test_requestid_longer_than_50_is_2130(books: Books) -> None:
    assert books.post("customer", {"DisplayName": "A"}, requestid="x" * 50).status_code == 200
    with pytest.raises(Refused) as refused:
        books.create("Customer", {"DisplayName": "B"}, requestid="x" * 51)
    assert refused.value.code == "2130"


def test_failed_first_attempt_is_executed_again(books: Books, customer: Json) -> None:
    taken = {"DisplayName": customer["DisplayName"]}
    with pytest.raises(Refused):
        books.create("Customer", taken, requestid="r")
    books.update("Customer", customer, DisplayName="Somebody else")
    assert books.create("Customer", taken, requestid="r")["DisplayName"] == "Ada Byron"


def test_failed_first_attempt_is_replayed_under_the_switch(
    books: Books, customer: Json, switch: Switch
) -> None:
    switch(requestid_replays_failures=True)
    taken = {"DisplayName": customer["DisplayName"]}
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            books.create("Customer", taken, requestid="r")
        assert refused.value.code == "6240"
        customer = books.update("Customer", customer, DisplayName=f"Else {customer['SyncToken']}")


def test_requestid_can_be_ignored(books: Books, switch: Switch) -> None:
    switch(requestid="ignored")
    books.create("PaymentMethod", {"Name": "Barter"}, requestid="r")
    with pytest.raises(Refused):
        books.create("PaymentMethod", {"Name": "Barter"}, requestid="r")


def test_requestid_expires(books: Books, customer: Json) -> None:
    fields = {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": 10}
    books.create("Payment", fields, requestid="r")
    books.control("clock", advance_s=86_401)
    books.refresh()
    books.create("Payment", fields, requestid="r")
    assert count(books, "Payment") == 2


def test_requestid_with_another_body_gets_the_first_answer(books: Books) -> None:
    books.create("Customer", {"DisplayName": "Ada"}, requestid="r")
    again = books.create("Customer", {"DisplayName": "Bo"}, requestid="r")
    assert again["DisplayName"] == "Ada"


def test_requestid_with_another_body_may_be_refused(books: Books, switch: Switch) -> None:
    switch(requestid_other_body="refuse")
    books.create("Customer", {"DisplayName": "Ada"}, requestid="r")
    with pytest.raises(Refused) as refused:
        books.create("Customer", {"DisplayName": "Bo"}, requestid="r")
    assert refused.value.code == "600"


@pytest.mark.parametrize(("setting", "made"), [("waits", 1), ("executes", 4)])
def test_requests_with_one_key_at_once_follow_the_switch(
    books: Books, switch: Switch, setting: str, made: int
) -> None:
    """Whether the first, still under way, is waited for is not known."""
    switch(latency_ms=1500, requestid_in_flight=setting)
    fields = {"CustomerRef": {"value": books.customer()["Id"]}, "TotalAmt": 10}
    answers: list[str] = []

    def send() -> None:
        other = Books(
            books.sandbox,
            books.realm_id,
            books.refresh_token,
            type(books.session)(),
            books.access_token,
        )
        answers.append(other.post("payment", fields, requestid="same").text)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == made
    assert count(books, "Payment") == made


@pytest.mark.parametrize(("setting", "made"), [("waits", 1), ("executes", 2)])
def test_late_commit_and_the_same_requestid_meanwhile_follow_the_switch(
    books: Books, switch: Switch, fault: Callable[..., None], setting: str, made: int
) -> None:
    switch(requestid_in_flight=setting)
    fields = {"CustomerRef": {"value": books.customer()["Id"]}, "TotalAmt": 10}
    fault("commit_late", entity="Payment", operation="create", seconds=2)
    with pytest.raises(requests.ConnectionError):
        books.post("payment", fields, requestid="same")
    books.create("Payment", fields, requestid="same")
    deadline = time.monotonic() + 30
    while count(books, "Payment") < made and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.2)
    assert count(books, "Payment") == made


def test_header_request_id_is_no_key(books: Books) -> None:
    """node-quickbooks sends one with every call."""
    fields = {"CustomerRef": {"value": books.customer()["Id"]}, "TotalAmt": 10}
    for _ in range(2):
        books.request("POST", "payment", json=fields, headers={"Request-Id": "same"})
    assert count(books, "Payment") == 2


def batch_item(number: int = 1) -> Json:
    return {"bId": f"b{number}", "operation": "create", "Term": {"Name": f"Net {number}00"}}


def test_batch_item_is_replayed_when_requestid_and_bid_both_match(books: Books) -> None:
    first = books.batch(batch_item(1), requestid="q")
    second = books.batch(batch_item(1), batch_item(2), requestid="q")
    assert second["b1"]["Term"] == first["b1"]["Term"]
    assert second["b2"]["Term"]["Name"] == "Net 200"
    assert "Fault" in books.batch(batch_item(1), requestid="another")["b1"]


def test_batch_item_with_another_bid_counts_as_new(books: Books) -> None:
    books.batch(batch_item(1), requestid="q")
    again = books.batch({**batch_item(1), "bId": "other"}, requestid="q")
    assert again["other"]["Fault"]["Error"][0]["code"] == "6240"


def test_batch_item_with_a_long_bid_is_never_replayed(books: Books) -> None:
    item = {**batch_item(1), "bId": "x" * 11}
    books.batch(item, requestid="q")
    assert "Fault" in books.batch(item, requestid="q")["x" * 11]


def test_batch_requestid_longer_than_36_is_2130(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.batch(batch_item(), requestid="x" * 37)
    assert refused.value.code == "2130"


def test_batch_requestid_can_be_ignored(books: Books, switch: Switch) -> None:
    switch(batch_requestid="ignored")
    books.batch(batch_item(1), requestid="q")
    assert "Fault" in books.batch(batch_item(1), requestid="q")["b1"]


def test_ledger_tells_executed_from_replayed(books: Books) -> None:
    for _ in range(2):
        books.post("customer", {"DisplayName": "Ada"}, requestid="r-9")
    books.post("customer", {"DisplayName": "ada"})
    entries = books.sandbox.control(f"ledger?realm={books.realm_id}")["entries"]
    assert [entry["outcome"] for entry in entries] == ["ok", "replayed", "6240"]
    assert entries[0]["object_id"] == "1"
    assert entries[0]["requestid"] == "r-9"
