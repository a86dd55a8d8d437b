"""Batches. Intuit: batch page; the optionsData of nodeqb and net threads."""

from __future__ import annotations

import pytest

from tests.sandbox.books import Books, Json, Refused


def create(number: int, name: str) -> Json:
    return {"bId": str(number), "operation": "create", "Customer": {"DisplayName": name}}


def test_items_stand_alone_and_the_answer_is_200(
    books: Books, customer: Json, invoice: Json
) -> None:
    answers = books.batch(
        create(1, "Ada Byron"),
        {"bId": "2", "operation": "delete", "Invoice": {"Id": invoice["Id"], "SyncToken": "0"}},
        {"bId": "3", "Query": "select * from Term"},
        create(4, "Bo"),
    )
    assert answers["1"]["Fault"]["type"] == "ValidationFault"
    assert answers["1"]["Fault"]["Error"][0]["code"] == "6240"
    assert answers["2"]["Invoice"]["status"] == "Deleted"
    assert answers["3"]["QueryResponse"]["maxResults"] == 4
    assert answers["4"]["Customer"]["DisplayName"] == "Bo"


def test_every_item_may_fault_with_200(books: Books, customer: Json) -> None:
    answer = books.post("batch", {"BatchItemRequest": [create(1, "Ada Byron")]})
    assert answer.status_code == 200


def test_items_update_sparsely_and_void(books: Books, customer: Json, invoice: Json) -> None:
    head = {"Id": customer["Id"], "SyncToken": "0", "sparse": True}
    answers = books.batch(
        {"bId": "1", "operation": "update", "Customer": {**head, "Notes": "x"}},
        {
            "bId": "2",
            "operation": "update",
            "optionsData": "void",
            "Invoice": {"Id": invoice["Id"], "SyncToken": "0", "sparse": True},
        },
    )
    assert answers["1"]["Customer"]["DisplayName"] == "Ada Byron"
    assert answers["2"]["Invoice"]["TotalAmt"] == 0.0


def test_items_cannot_use_each_others_results(books: Books) -> None:
    fields = {"CustomerRef": {"value": "bId1"}, "TotalAmt": 5}
    answers = books.batch(create(1, "Ada"), {"bId": "2", "operation": "create", "Payment": fields})
    assert "Customer" in answers["1"]
    assert answers["2"]["Fault"]["Error"][0]["code"] == "2500"


def test_thirty_items_are_the_most(books: Books) -> None:
    assert len(books.batch(*[create(n, f"C{n}") for n in range(30)])) == 30
    with pytest.raises(Refused) as refused:
        books.batch(*[create(n, f"D{n}") for n in range(31)])
    assert (refused.value.status, refused.value.code) == (400, "1040")
    assert refused.value.message == "Batch size exceeds allowed limit"


def test_empty_batch_is_refused(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.batch()
    assert refused.value.status == 400
    assert refused.value.detail == "Batch Request is Empty"


def test_long_bids_of_clients_are_tolerated(books: Books) -> None:
    identifier = "0b3c5c1e-9d34-4a62-8d6f-6a1c2d3e4f50"
    assert identifier in books.batch({**create(1, "Ada"), "bId": identifier})


@pytest.mark.parametrize(
    "item",
    [
        {"bId": "1", "operation": "create"},
        {"bId": "1", "operation": "create", "Nothing": {}},
        {"bId": "1", "operation": "explode", "Customer": {"DisplayName": "A"}},
        {"bId": "1", "operation": "create", "Customer": "A"},
        {"bId": "1", "Query": "select nonsense"},
    ],
)
def test_bad_item_faults_alone(books: Books, item: Json) -> None:
    answers = books.batch(item, create(2, "Bo"))
    assert "Fault" in answers["1"]
    assert "Customer" in answers["2"]


def test_item_that_names_no_operation_is_a_create_or_an_update(books: Books) -> None:
    made = books.batch({"bId": "1", "Customer": {"DisplayName": "Ada"}})["1"]["Customer"]
    head = {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True}
    changed = books.batch({"bId": "1", "Customer": {**head, "Notes": "x"}})["1"]["Customer"]
    assert (changed["Id"], changed["Notes"]) == (made["Id"], "x")


def test_answers_hold_a_thousand_objects_at_most(books: Books) -> None:
    for lot in range(34):
        books.batch(*[create(n, f"C{lot}-{n}") for n in range(30)])
    query = "select * from Customer maxresults 600"
    answers = books.batch({"bId": "1", "Query": query}, {"bId": "2", "Query": query})
    assert answers["1"]["QueryResponse"]["maxResults"] == 600
    assert "Fault" in answers["2"]
