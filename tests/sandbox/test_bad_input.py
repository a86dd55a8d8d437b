"""Whatever is sent, the sandbox answers in QuickBooks' manner and never breaks."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.books import Books, Json

JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1e308,
    12345678901234567890,
    "",
    " ",
    "x" * 5000,
    "\x00",
    "\ud800",
    "'; --",
    "💸",
    [],
    [None],
    [[[]]],
    {},
    {"value": None},
    {"value": {"value": 1}},
    {"a": {"b": {"c": 1}}},
]


@pytest.fixture(autouse=True)
def nothing_breaks(books: Books) -> Iterator[None]:
    """No request of the test crashed inside, and the books are in order."""
    before = books.sandbox.control("counters")["kinds"].get("crash", 0)
    yield
    assert books.sandbox.control("counters")["kinds"].get("crash", 0) == before
    assert books.audit()["problems"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"NaN",
        b'{"TotalAmt": NaN}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"Id": 1e999}',
    ],
)
@pytest.mark.parametrize("path", ["customer", "invoice", "payment", "batch", "preferences"])
def test_garbage_bodies_are_400(books: Books, path: str, body: bytes) -> None:
    answer = books.request("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"]


FIELDS = {
    "customer": ["DisplayName", "Active", "ParentRef", "PrimaryEmailAddr", "BillAddr", "Notes"],
    "item": ["Name", "Type", "IncomeAccountRef", "UnitPrice", "ParentRef"],
    "invoice": ["CustomerRef", "Line", "TxnDate", "DocNumber", "TxnTaxDetail", "CustomerMemo"],
    "payment": ["CustomerRef", "TotalAmt", "Line", "TxnDate", "DepositToAccountRef", "LinkedTxn"],
    "purchase": ["AccountRef", "PaymentType", "Line", "EntityRef", "Credit"],
    "refundreceipt": ["DepositToAccountRef", "Line", "CurrencyRef"],
    "deposit": ["DepositToAccountRef", "Line"],
    "preferences": ["SalesFormsPrefs", "AccountingInfoPrefs"],
}


@pytest.mark.parametrize(("path", "field"), [(p, f) for p, names in FIELDS.items() for f in names])
def test_wrong_types_never_break_anything(
    books: Books, customer: Json, item: Json, path: str, field: str
) -> None:
    base = whole(books, customer, item, path)
    for junk in JUNK:
        answer = books.post(path, {**base, field: junk})
        assert answer.status_code in (200, 400), answer.text


def whole(books: Books, customer: Json, item: Json, path: str) -> Json:
    """A body that would be accepted, so that the field under test is what matters."""
    sale = books.invoice_fields(customer, item)
    bank = {"value": books.account("Checking")}
    expense = {
        "Amount": 1,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": books.account("Travel")}},
    }
    direct = {"DetailType": "DepositLineDetail", "DepositLineDetail": {"AccountRef": bank}}
    return {
        "customer": {"DisplayName": "Somebody"},
        "item": {"Name": "X", "IncomeAccountRef": {"value": books.account("Services")}},
        "invoice": sale,
        "payment": {"CustomerRef": sale["CustomerRef"], "TotalAmt": 5},
        "purchase": {"PaymentType": "Check", "AccountRef": bank, "Line": [expense]},
        "refundreceipt": {**sale, "DepositToAccountRef": bank},
        "deposit": {"DepositToAccountRef": bank, "Line": [{"Amount": 1, **direct}]},
        "preferences": {"Id": "1", "SyncToken": "0", "sparse": True},
    }[path]


@pytest.mark.parametrize(
    "field", ["Amount", "DetailType", "SalesItemLineDetail", "LinkedTxn", "Id", "Description"]
)
def test_wrong_types_in_lines_never_break_anything(
    books: Books, customer: Json, item: Json, field: str
) -> None:
    base = books.invoice_fields(customer, item)
    for junk in [*JUNK, [{"TxnId": []}], [{"TxnId": "1", "TxnType": 5}]]:
        line = {**base["Line"][0], field: junk}
        assert books.post("invoice", {**base, "Line": [line]}).status_code in (200, 400)


def test_mangled_updates_never_break_anything(books: Books, invoice: Json) -> None:
    for field in ("Id", "SyncToken"):
        for junk in JUNK:
            for operation in ("update", "delete", "void"):
                body = {"Id": invoice["Id"], "SyncToken": "99", field: junk}
                answer = books.post("invoice", body, operation=operation)
                assert answer.status_code in (200, 400), answer.text


def test_mangled_statements_are_refused(books: Books, customer: Json) -> None:
    whole_statement = (
        "SELECT * FROM Customer WHERE DisplayName LIKE 'A%' AND MetaData.CreateTime > "
        "'2020-01-01' AND Id IN ('1', '2') ORDERBY DisplayName STARTPOSITION 1 MAXRESULTS 10"
    )
    chance = random.Random(7)
    for _ in range(300):
        text = list(whole_statement)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(text))
            text[at : at + chance.randint(0, 3)] = chance.choice("'\\%() <>=*,;x1\x00é")
        assert books.get("query", query="".join(text)).status_code in (200, 400)


@pytest.mark.parametrize("condition", ["TotalAmt = 'x'", "TxnDate > 5", "Balance IN ('a')"])
def test_operands_of_the_wrong_kind_never_break_anything(
    books: Books, invoice: Json, condition: str
) -> None:
    answer = books.get("query", query=f"SELECT * FROM Invoice WHERE {condition}")
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    "path", ["customer/%00", "customer/1/2/3", "%2e%2e/x", "customer//", "pdf", "invoice/1/explode"]
)
def test_odd_paths_are_refused(books: Books, path: str) -> None:
    assert books.get(path).status_code in (400, 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(books: Books, method: str) -> None:
    assert books.request(method, "customer/1").status_code == 400


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer " + "x" * 5000, "Bearer " + "é" * 30]
)
def test_broken_tokens_are_401(books: Books, value: str) -> None:
    headers = {"Authorization": value.encode("utf-8").decode("latin-1")}
    assert books.request("GET", "preferences", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v3/company/1/customer HTTP/1.1\r\nHost: x\r\nContent-Length: nope\r\n\r\n",
        b"GET /%zz?%zz=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    ],
)
def test_broken_http_ends_the_connection_and_nothing_else(books: Books, raw: bytes) -> None:
    address = urlsplit(books.sandbox.api_url)
    with socket.create_connection((address.hostname or "", address.port or 0), 5) as client:
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        while client.recv(65_536):
            pass
    assert books.get("preferences").status_code == 200


def test_client_that_hangs_up_half_way_harms_nobody(books: Books) -> None:
    address = urlsplit(books.sandbox.api_url)
    for _ in range(20):
        with socket.create_connection((address.hostname or "", address.port or 0), 5) as client:
            client.sendall(b"POST /v3/company/1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n")
    assert books.get("preferences").status_code == 200


def test_pages_and_control_take_any_form(books: Books, invoice: Json) -> None:
    base = f"{books.sandbox.api_url}/company/{books.realm_id}"
    for junk in ("", "x", "1e400", "NaN", "-5", "\x00", "9" * 400):
        for act in ("edit", "pay", "merge", "deposit", "type", "nothing"):
            form = {"act": act, "amount": junk, "DocNumber": junk, "TxnDate": junk, "into": junk}
            for page in ("invoice/1", "customer/1", ""):
                answer = books.session.post(
                    f"{base}/{page}", data=form, allow_redirects=False, timeout=10
                )
                assert answer.status_code in (303, 400), answer.text[:300]
