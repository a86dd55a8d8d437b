"""Answers that hold no more than is promised; `full` ones are what all other tests see."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.sandbox.books import Books, Json
from tests.sandbox.test_changes import now
from tests.sandbox_process import Switch


@pytest.fixture
def terse(switch: Switch, customer: Json, item: Json) -> None:
    """What the test needs is made before."""
    switch(answers="terse")


@pytest.mark.usefixtures("terse")
def test_answers_are_short_and_strange_and_hold_what_is_promised(
    books: Books, customer: Json, item: Json
) -> None:
    answer = books.post("invoice", books.invoice_fields(customer, item))
    made = answer.json()["Invoice"]
    assert (made["Id"].isdigit(), made["SyncToken"]) == (True, "0")
    assert answer.text.count('"TotalAmt":240,') == 1
    assert made["CustomerRef"] == {"value": customer["Id"]}
    assert [line["DetailType"] for line in made["Line"]] == ["SalesItemLineDetail"]
    assert made["MetaData"]["CreateTime"].endswith("+05:30")
    assert datetime.fromisoformat(answer.json()["time"]).utcoffset() == timedelta(hours=5.5)
    assert not {"domain", "sparse", "CurrencyRef", "EmailStatus", "LinkedTxn"} & made.keys()
    assert "V4IDPseudonym" in made
    assert "intuit_tid" not in answer.headers


@pytest.mark.usefixtures("terse")
def test_tokens_come_without_their_lifetimes(books: Books) -> None:
    assert books.refresh().keys() == {"access_token", "token_type", "refresh_token"}
    assert books.get("preferences").status_code == 200


@pytest.mark.usefixtures("terse")
def test_rows_have_no_order_but_the_one_that_was_asked_for(books: Books) -> None:
    for name in ("Bo", "Cy"):
        books.customer(name)
    by_chance = [row["DisplayName"] for row in books.found("Customer")]
    asked_for = [row["DisplayName"] for row in books.found("Customer", "ORDERBY DisplayName")]
    assert by_chance == ["Cy", "Bo", "Ada Byron"]
    assert asked_for == ["Ada Byron", "Bo", "Cy"]
    assert books.query("SELECT COUNT(*) FROM Customer") == {"totalCount": 3}


@pytest.mark.usefixtures("terse")
def test_batch_items_come_back_in_another_order(books: Books) -> None:
    items = [
        {"bId": name, "operation": "create", "Customer": {"DisplayName": name}}
        for name in ("Bo", "Cy", "Ada Byron")
    ]
    answers = books.post("batch", {"BatchItemRequest": items}).json()["BatchItemResponse"]
    assert [answer["bId"] for answer in answers] == ["Ada Byron", "Cy", "Bo"]
    [error] = answers[0]["Fault"]["Error"]
    assert error == {"Message": "Duplicate Name Exists Error", "code": "6240"}


@pytest.mark.usefixtures("terse")
def test_changes_keep_the_stubs_of_what_was_deleted(
    books: Books, customer: Json, item: Json
) -> None:
    gone = books.invoice(customer, item)
    books.delete("Invoice", gone)
    since = (now(books) - timedelta(minutes=5)).isoformat()
    answer = books.get("cdc", entities="Customer,Invoice", changedSince=since).json()
    invoices, customers = answer["CDCResponse"][0]["QueryResponse"]
    assert [row["DisplayName"] for row in customers["Customer"]] == ["Ada Byron"]
    [stub] = invoices["Invoice"]
    assert (stub["Id"], stub["status"]) == (gone["Id"], "Deleted")
