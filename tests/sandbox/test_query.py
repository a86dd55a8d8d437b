"""The query language. Intuit: data queries page; what the two public clients send."""

from __future__ import annotations

import pytest

from tests.sandbox.books import Books, Json, Refused
from tests.sandbox_process import Switch


def names(rows: list[Json]) -> list[str]:
    return [row.get("DisplayName") or row["Name"] for row in rows]


def refused_code(books: Books, statement: str) -> str:
    with pytest.raises(Refused) as refused:
        books.query(statement)
    assert refused.value.status == 400
    return refused.value.code


@pytest.fixture
def people(books: Books) -> None:
    for name in ("Ada", "Bo", "Cy", "O'Brien", "back\\slash"):
        books.customer(name)


def test_nothing_found_is_an_empty_object(books: Books) -> None:
    assert books.get("query", query="select * from Attachable").json()["QueryResponse"] == {}


def test_list_tells_start_and_number_returned(books: Books, people: None) -> None:
    answer = books.query("SELECT * FROM Customer STARTPOSITION 2 MAXRESULTS 3")
    assert (answer["startPosition"], answer["maxResults"]) == (2, 3)
    assert names(answer["Customer"]) == ["Bo", "Cy", "O'Brien"]


def test_count(books: Books, people: None) -> None:
    assert books.query("select count(*) from customer where DisplayName > 'B'") == {"totalCount": 4}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("DisplayName = 'ada'", ["Ada"]),
        ("displayname = 'ADA'", ["Ada"]),
        ("DisplayName IN ('Ada', 'Cy')", ["Ada", "Cy"]),
        ("DisplayName LIKE 'b%'", ["Bo", "back\\slash"]),
        ("DisplayName LIKE '%\\'B%'", ["O'Brien"]),
        ("DisplayName = 'O\\'Brien'", ["O'Brien"]),
        ("DisplayName = 'back\\\\slash'", ["back\\slash"]),
        ("DisplayName < 'b'", ["Ada"]),
        ("DisplayName >= 'cy'", ["Cy", "O'Brien"]),
        ("DisplayName > 'a' AND DisplayName <= 'bo'", ["Ada", "Bo", "back\\slash"]),
        ("Id = '2'", ["Bo"]),
        ("Id IN ('3', '1', '77')", ["Cy", "Ada"]),
        ("Active = true AND DisplayName != 'Ada' AND DisplayName < 'C'", ["Bo", "back\\slash"]),
        ("Balance = 0 AND DisplayName = 'Bo'", ["Bo"]),
    ],
)
def test_operators_and_escapes(books: Books, people: None, where: str, expected: list[str]) -> None:
    assert sorted(names(books.found("Customer", f"WHERE {where}"))) == sorted(expected)


@pytest.mark.parametrize("word", ["ORDERBY", "ORDER BY", "orderby"])
def test_order(books: Books, people: None, word: str) -> None:
    rows = books.found("Customer", f"WHERE DisplayName < 'd' {word} DisplayName DESC")
    assert names(rows) == ["Cy", "Bo", "back\\slash", "Ada"]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from creditMemo",
        "Select Id, SyncToken From Customer",
        "SELECT *, Sku FROM Item MAXRESULTS 5",
        "SELECT * FROM Customer  ORDERBY MetaData.CreateTime",
    ],
)
def test_what_clients_send_is_understood(books: Books, statement: str) -> None:
    assert books.query(statement) == {}


def test_whole_objects_come_back_for_a_field_list(books: Books, customer: Json) -> None:
    rows = books.query("SELECT Id FROM Customer")["Customer"]
    assert rows[0]["DisplayName"] == "Ada Byron"


def test_statement_may_be_posted_as_text(books: Books, customer: Json) -> None:
    answer = books.request(
        "POST",
        "query",
        data="SELECT * FROM Customer",
        headers={"Content-Type": "application/text"},
    )
    assert answer.json()["QueryResponse"]["maxResults"] == 1


def test_page_is_100_unless_said_and_1000_at_most(books: Books) -> None:
    items = [{"bId": str(n), "operation": "create", "Term": {"Name": f"T{n}"}} for n in range(30)]
    for lot in range(4):
        named = [{**i, "Term": {"Name": f"{lot}-{i['bId']}"}} for i in items]
        books.batch(*named)
    assert len(books.found("Term")) == 100
    assert len(books.found("Term", "MAXRESULTS 1000")) == 124
    assert refused_code(books, "SELECT * FROM Term MAXRESULTS 1001") == "4001"


def test_time_filter_compares_instants_whatever_the_offset(books: Books, customer: Json) -> None:
    updated = customer["MetaData"]["LastUpdatedTime"]
    assert books.found("Customer", f"WHERE MetaData.LastUpdatedTime >= '{updated}'")
    assert not books.found("Customer", f"WHERE MetaData.LastUpdatedTime > '{updated}'")
    assert books.found("Customer", "WHERE MetaData.CreateTime > '2020-01-01T00:00:00Z'")
    assert not books.found("Customer", "WHERE MetaData.CreateTime > '2090-01-01'")


def test_transactions_are_found_by_customer_date_and_amount(
    books: Books, customer: Json, invoice: Json
) -> None:
    where = f"CustomerRef = '{customer['Id']}' AND TxnDate = '2026-11-20' AND TotalAmt = '240.00'"
    assert len(books.found("Invoice", f"WHERE {where}")) == 1
    assert not books.found("Invoice", "WHERE CustomerRef = '99'")


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "SELECT",
        "SELECT * FROM Customer WHERE",
        "SELECT * FROM Customer WHERE DisplayName = 'a' OR Id = '1'",
        "SELECT * FROM Customer WHERE DisplayName = 'a",
        "SELECT * FROM Customer GROUP BY Id",
        "SELECT * FROM Customer WHERE DisplayName = 'O''Brien'",
        "DELETE FROM Customer",
        "SELECT * FROM Customer JOIN Invoice",
        "SELECT * FROM Customer WHERE Id IN (SELECT Id FROM Customer)",
        "SELECT * FROM Customer WHERE Id IN ()",
        "SELECT * FROM Customer; SELECT * FROM Item",
    ],
)
def test_unreadable_statement_is_4000(books: Books, statement: str) -> None:
    assert refused_code(books, statement) == "4000"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM Nothing",
        "SELECT * FROM Customer WHERE Foo = '1'",
        "SELECT * FROM Invoice WHERE PrivateNote = 'x'",
        "SELECT * FROM Invoice WHERE Line = 'x'",
        "SELECT * FROM Vendor WHERE PrimaryEmailAddr = 'x'",
        "SELECT * FROM Invoice WHERE SalesTermRef = '1'",
        "SELECT * FROM Customer WHERE Id > '1'",
        "SELECT * FROM Customer STARTPOSITION 0",
        "SELECT * FROM Customer MAXRESULTS 0",
    ],
)
def test_what_cannot_be_asked_is_4001(books: Books, statement: str) -> None:
    assert refused_code(books, statement) == "4001"


def test_texts_of_query_faults(books: Books) -> None:
    for statement, text in (
        ("SELECT * FROM Invoice WHERE PrivateNote='x'", "property 'PrivateNote' is not queryable"),
        ("SELECT * FROM Item WHERE X='x'", "Property X not found for Entity Item"),
        ("SELECT * FROM Item MAXRESULTS 0", "value 0 is too small. Min allowed value is 1"),
    ):
        with pytest.raises(Refused) as refused:
            books.query(statement)
        assert refused.value.message == "Invalid query"
        assert refused.value.detail == f"QueryValidationError: {text}"
        assert refused.value.element is None


def test_customer_is_found_by_its_email(books: Books) -> None:
    books.customer(PrimaryEmailAddr={"Address": "ada@example.org"})
    assert len(books.found("Customer", "WHERE PrimaryEmailAddr = 'ADA@example.org'")) == 1


def test_tax_codes_ignore_maxresults(books: Books) -> None:
    assert len(books.found("TaxCode", "MAXRESULTS 1")) == 4


def test_deleted_transactions_are_not_found(books: Books, invoice: Json) -> None:
    books.delete("Invoice", invoice)
    assert books.found("Invoice", f"WHERE Id = '{invoice['Id']}'") == []


def test_query_may_lag_behind_reads(books: Books, switch: Switch) -> None:
    ada = books.customer()
    books.control("clock", advance_s=120)
    switch(query_lag_s=60)
    bo = books.customer("Bo")
    books.update("Customer", ada, Notes="new")
    rows = books.found("Customer")
    assert names(rows) == ["Ada Byron"]
    assert "Notes" not in rows[0]
    assert books.read("Customer", bo["Id"])["DisplayName"] == "Bo"
    books.control("clock", advance_s=61)
    assert len(books.found("Customer")) == 2


@pytest.mark.parametrize("name", ["naïve’s – café", "日本語", "x'; DROP TABLE--", "100%", "a\\"])
def test_any_name_can_be_found_again(books: Books, name: str) -> None:
    books.customer(name)
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    assert names(books.found("Customer", f"WHERE DisplayName = '{escaped}'")) == [name]
