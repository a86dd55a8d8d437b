"""Webhooks: shapes, signature, retries. Intuit: webhooks pages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.webhooks import RETRY_AFTER_S
from tests.sandbox.books import Books, Json
from tests.sandbox.listener import Listener
from tests.sandbox_process import SandboxProcess, Switch


@pytest.fixture
def listener(sandbox: SandboxProcess) -> Iterator[Listener]:
    listening = Listener()
    sandbox.control("webhooks", {"targets": [listening.url]})
    yield listening
    sandbox.control("webhooks", {"targets": []})
    sandbox.control("webhooks/hurry", {})
    listening.close()


def test_cloudevents_is_an_array_of_ids(books: Books, listener: Listener) -> None:
    made = books.customer()
    [[event]] = listener.wait_for(1)
    assert event["specversion"] == "1.0"
    assert event["type"] == "qbo.customer.created.v1"
    assert event["datacontenttype"] == "application/json"
    assert event["intuitentityid"] == made["Id"]
    assert event["intuitaccountid"] == books.realm_id
    assert event["data"] == {}


def test_legacy_shape_under_the_switch(books: Books, listener: Listener, switch: Switch) -> None:
    switch(webhook_format="legacy")
    made = books.customer()
    [body] = listener.wait_for(1)
    [notification] = body["eventNotifications"]
    assert notification["realmId"] == books.realm_id
    [entity] = notification["dataChangeEvent"]["entities"]
    assert (entity["name"], entity["id"], entity["operation"]) == (
        "Customer",
        made["Id"],
        "Create",
    )
    assert entity["lastUpdated"].endswith("Z")


def test_signature_is_hmac_sha256_of_the_raw_body(
    sandbox: SandboxProcess, books: Books, listener: Listener
) -> None:
    books.customer()
    listener.wait_for(1)
    headers, body = listener.received[0]
    key = sandbox.announced["webhook_verifier_token"].encode()
    expected = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    assert headers["intuit-signature"] == expected
    for name in ("intuit-created-time", "intuit-t-id", "intuit-notification-schema-version"):
        assert headers[name]
    assert headers["user-agent"] == "intuit_notification_server/0.1"


def operations(books: Books, listener: Listener, switch: Switch, act: Callable[[], Any]) -> Any:
    switch(webhook_format="legacy")
    books.sandbox.control("webhooks", {"targets": [listener.url]})
    act()
    [body] = listener.wait_for(1)
    entities = body["eventNotifications"][0]["dataChangeEvent"]["entities"]
    return {(e["name"], e["id"]): e["operation"] for e in entities}


@pytest.mark.parametrize("operation", ["Update", "Delete", "Void", "Emailed"])
def test_operations_of_an_invoice(
    books: Books,
    customer: Json,
    item: Json,
    listener: Listener,
    switch: Switch,
    operation: str,
) -> None:
    books.sandbox.control("webhooks", {"targets": []})
    made = books.invoice(customer, item)
    send = {"sendTo": "a@example.org"}
    acts: dict[str, Callable[[], Any]] = {
        "Update": lambda: books.update("Invoice", made, PrivateNote="x"),
        "Delete": lambda: books.delete("Invoice", made),
        "Void": lambda: books.void("Invoice", made),
        "Emailed": lambda: books.request("POST", f"invoice/{made['Id']}/send", params=send),
    }
    seen = operations(books, listener, switch, acts[operation])
    assert seen == {("Invoice", made["Id"]): operation}


def test_paying_announces_the_payment_and_the_invoice(
    books: Books, customer: Json, item: Json, listener: Listener, switch: Switch
) -> None:
    books.sandbox.control("webhooks", {"targets": []})
    made = books.invoice(customer, item)
    seen = operations(books, listener, switch, lambda: books.payment(customer, 10, made))
    assert seen[("Invoice", made["Id"])] == "Update"
    assert "Create" in seen.values()


@pytest.mark.parametrize("shape", ["legacy", "cloudevents"])
def test_merge_names_the_id_that_vanished(
    books: Books, customer: Json, listener: Listener, switch: Switch, shape: str
) -> None:
    books.sandbox.control("webhooks", {"targets": []})
    other = books.customer("Ada B.")
    switch(webhook_format=shape)
    books.sandbox.control("webhooks", {"targets": [listener.url]})
    books.control("objects/merge", entity="Customer", id=other["Id"], into=customer["Id"])
    [body] = listener.wait_for(1)
    text = json.dumps(body)
    assert f'"deletedId": "{other["Id"]}"' in text
    assert "Merge" in text or "merged" in text


def test_realms_may_be_mixed_in_one_body(books: Books, listener: Listener, switch: Switch) -> None:
    switch(webhook_delay_s=0.3)
    other = Books.open(books.sandbox)
    books.customer()
    other.customer()
    [events] = listener.wait_for(1)
    assert {event["intuitaccountid"] for event in events} == {books.realm_id, other.realm_id}


def test_failed_delivery_is_retried_and_later_ones_wait_behind_it(
    books: Books, listener: Listener, switch: Switch
) -> None:
    switch(webhook_retry_scale=0.01)
    listener.statuses = [503, 500]
    books.customer("First")
    listener.wait_for(1)
    books.customer("Second")
    bodies = listener.wait_for(4)
    assert bodies[0] == bodies[1] == bodies[2] != bodies[3]


def test_hurrying_retries_at_once(books: Books, listener: Listener) -> None:
    listener.statuses = [503]
    books.customer()
    listener.wait_for(1)
    time.sleep(0.1)
    books.sandbox.control("webhooks/hurry", {})
    assert len(listener.wait_for(2)) == 2


def test_lost_deliveries_can_be_sent_again(
    books: Books, listener: Listener, switch: Switch
) -> None:
    switch(webhook_drop_percent=100)
    made = books.customer()
    time.sleep(0.2)
    log = books.sandbox.control("webhooks")["log"]
    assert log[-1]["state"] == "dropped"
    assert listener.received == []
    books.sandbox.control("webhooks/resend", {"numbers": [log[-1]["number"]]})
    [[event]] = listener.wait_for(1)
    assert event["intuitentityid"] == made["Id"]


def test_deliveries_may_come_twice(books: Books, listener: Listener, switch: Switch) -> None:
    switch(webhook_duplicate_percent=100)
    books.customer()
    first, second = listener.wait_for(2)
    assert first == second


def test_deliveries_may_be_shuffled_apart(books: Books, listener: Listener, switch: Switch) -> None:
    switch(webhook_shuffle=True, webhook_delay_s=0.3)
    for name in ("A", "B", "C"):
        books.customer(name)
    bodies = listener.wait_for(3)
    assert sorted(event["intuitentityid"] for [event] in bodies) == ["1", "2", "3"]


def test_paused_deliveries_wait(books: Books, listener: Listener, switch: Switch) -> None:
    switch(webhook_paused=True)
    books.customer()
    time.sleep(0.2)
    assert listener.received == []
    switch(webhook_paused=False)
    assert len(listener.wait_for(1)) == 1


def test_answer_after_three_seconds_is_none(books: Books, listener: Listener) -> None:
    listener.slow_s = [3.5]
    books.customer()
    listener.wait_for(1)
    deadline = time.monotonic() + 30
    while not books.sandbox.control("webhooks")["log"][-1]["attempts"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert books.sandbox.control("webhooks")["log"][-1]["attempts"][0]["outcome"] == "TimeoutError"
    books.sandbox.control("webhooks/hurry", {})
    assert len(listener.wait_for(2, 30)) == 2


def test_pauses_between_retries_are_those_of_the_page() -> None:
    """Ten, twenty and thirty seconds, five and twenty minutes, two, four and six hours."""
    minute, hour = 60, 3_600
    expected = (10, 20, 30, 5 * minute, 20 * minute, 2 * hour, 4 * hour, 6 * hour)
    assert expected == RETRY_AFTER_S
