"""Change data capture. Intuit: change data capture page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.books import Books, Json
from tests.sandbox_process import Switch


def now(books: Books) -> datetime:
    return datetime.fromisoformat(books.sandbox.control("clock")["now"])


def changes(books: Books, entities: str, since: datetime | str) -> list[Json]:
    text = since if isinstance(since, str) else since.isoformat()
    answer = books.get("cdc", entities=entities, changedSince=text)
    assert answer.status_code == 200, answer.text
    result: list[Json] = answer.json()["CDCResponse"][0]["QueryResponse"]
    return result


def test_whole_objects_and_stubs_of_deleted_ones(
    books: Books, customer: Json, invoice: Json
) -> None:
    books.delete("Invoice", invoice)
    people, invoices = changes(books, "Customer,Invoice", now(books) - timedelta(minutes=5))
    assert people["Customer"][0]["DisplayName"] == "Ada Byron"
    assert (people["startPosition"], people["maxResults"]) == (1, 1)
    stub = invoices["Invoice"][0]
    assert (stub["status"], stub["Id"], stub["domain"]) == ("Deleted", invoice["Id"], "QBO")
    assert stub["MetaData"]["LastUpdatedTime"]


def test_entity_without_a_change_is_an_empty_object_in_its_place(
    books: Books, customer: Json
) -> None:
    answers = changes(books, "Vendor,Customer", now(books) - timedelta(minutes=5))
    assert answers[0] == {}
    assert "Customer" in answers[1]


def test_only_what_changed_since(books: Books, customer: Json) -> None:
    books.control("clock", advance_s=600)
    since = now(books) - timedelta(minutes=5)
    assert changes(books, "Customer", since) == [{}]
    books.refresh()
    books.update("Customer", customer, Notes="x")
    assert changes(books, "Customer", since)[0]["Customer"][0]["SyncToken"] == "1"


def test_linked_and_inactive_objects_are_seen_to_change(
    books: Books, customer: Json, invoice: Json
) -> None:
    books.payment(customer, 10, invoice)
    books.update("Customer", customer, Active=False)
    since = now(books) - timedelta(minutes=5)
    people, invoices = changes(books, "Customer,Invoice", since)
    assert people["Customer"][0]["Active"] is False
    assert invoices["Invoice"][0]["SyncToken"] == "1"


def test_thirty_days_back_at_most(books: Books) -> None:
    assert changes(books, "Customer", now(books) - timedelta(days=29)) == [{}]
    old = (now(books) - timedelta(days=31)).isoformat()
    assert books.get("cdc", entities="Customer", changedSince=old).status_code == 400


def test_thousand_objects_at_most_for_all_entities_together(books: Books) -> None:
    for lot in range(34):
        items: list[dict[str, Any]] = []
        for n in range(30):
            entity = "Customer" if lot < 17 else "Vendor"
            name = {"DisplayName": f"{lot}-{n}"}
            items.append({"bId": str(n), "operation": "create", entity: name})
        books.batch(*items)
    people, vendors = changes(books, "Customer,Vendor", now(books) - timedelta(minutes=5))
    assert (people["maxResults"], vendors["maxResults"]) == (510, 490)


@pytest.mark.parametrize("entity", ["JournalCode", "TaxAgency", "TaxCode", "TaxRate"])
def test_some_entities_have_no_changes(books: Books, entity: str) -> None:
    since = now(books).isoformat()
    assert books.get("cdc", entities=entity, changedSince=since).status_code == 400


@pytest.mark.parametrize("since", ["", "yesterday"])
def test_time_must_be_a_time(books: Books, since: str) -> None:
    assert books.get("cdc", entities="Customer", changedSince=since).status_code == 400


def test_changes_may_lag(books: Books, switch: Switch) -> None:
    switch(cdc_lag_s=60)
    since = now(books) - timedelta(minutes=5)
    books.customer()
    assert changes(books, "Customer", since) == [{}]
    books.control("clock", advance_s=61)
    assert "Customer" in changes(books, "Customer", since)[0]
