"""Switches whose two answers differ in time, in shape or in status."""

from __future__ import annotations

import json
import time
from datetime import datetime

import pytest

from sandbox import errors
from tests.sandbox.books import Books, Json
from tests.sandbox.listener import Listener
from tests.sandbox.test_webhooks import listener  # noqa: F401 - a fixture
from tests.sandbox_process import Switch


@pytest.mark.parametrize(("lives_s", "status"), [(3600, 200), (0, 401)])
def test_access_token_lives_as_long_as_its_switch_says(
    books: Books, switch: Switch, lives_s: int, status: int
) -> None:
    switch(access_token_s=lives_s)
    assert books.refresh()["expires_in"] == lives_s
    assert books.get("preferences").status_code == status


@pytest.mark.parametrize(("kept_s", "objects"), [(86_400, 1), (0, 2)])
def test_first_answer_is_replayed_as_long_as_its_switch_says(
    books: Books, customer: Json, item: Json, switch: Switch, kept_s: int, objects: int
) -> None:
    switch(requestid_lasts_s=kept_s)
    line = {
        "Amount": 10,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}},
    }
    for _ in range(2):
        body = {"CustomerRef": {"value": customer["Id"]}, "Line": [line]}
        books.create("Invoice", body, requestid="the-same")
        time.sleep(0.01)
    assert len(books.found("Invoice")) == objects


def test_latency_varies_by_the_jitter(books: Books, switch: Switch) -> None:
    def slowest() -> float:
        return max(books.get("preferences").elapsed.total_seconds() for _ in range(8))

    without = slowest()
    switch(latency_jitter_ms=300)
    assert slowest() > without + 0.05


@pytest.mark.parametrize(("field", "named"), [("deletedId", True), ("none", False)])
def test_merge_names_the_vanished_id_only_where_told_to(
    books: Books,
    customer: Json,
    switch: Switch,
    listener: Listener,  # noqa: F811
    field: str,
    named: bool,
) -> None:
    books.sandbox.control("webhooks", {"targets": []})
    other = books.customer("Ada B.")
    switch(webhook_merge_field=field)
    books.sandbox.control("webhooks", {"targets": [listener.url]})
    books.control("objects/merge", entity="Customer", id=other["Id"], into=customer["Id"])
    [body] = listener.wait_for(1)
    assert ("deletedId" in json.dumps(body)) is named


@pytest.mark.parametrize(("setting", "later_by"), [("change", 0), ("telling", 2)])
def test_time_of_an_event_follows_its_switch(
    books: Books,
    switch: Switch,
    listener: Listener,  # noqa: F811
    setting: str,
    later_by: int,
) -> None:
    switch(webhook_time=setting, webhook_delay_s=2)
    made = books.customer()
    [[event]] = listener.wait_for(1, 30)
    changed = datetime.fromisoformat(made["MetaData"]["LastUpdatedTime"])
    told = datetime.fromisoformat(event["time"])
    assert later_by <= (told - changed).total_seconds() < later_by + 1


@pytest.mark.parametrize("status", [500, 400])
def test_system_failure_has_the_status_of_its_switch(status: int) -> None:
    failure = errors.system_failure("KeyError", status)
    assert failure.status == status
