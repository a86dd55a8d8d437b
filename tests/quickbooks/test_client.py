"""The client over real HTTP: what each mishap on the wire becomes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.sandbox.books import Books
from tests.sandbox_process import SandboxProcess
from webapp.quickbooks import client, errors
from webapp.quickbooks.client import Company

Rule = Callable[..., None]
CUSTOMER = json.dumps({"DisplayName": "Ada Byron"})


@pytest.fixture
def books(sandbox: SandboxProcess) -> Books:
    return Books.open(sandbox)


@pytest.fixture
def company(sandbox: SandboxProcess, books: Books) -> Company:
    """Renews its token as the engine does: by asking again once it is refused."""

    def token(refused: str | None) -> str:
        if refused is not None:
            books.refresh()
        return books.access_token

    return Company(sandbox.api_url, books.realm_id, token, lambda _what: True)


@pytest.fixture
def fault(sandbox: SandboxProcess, books: Books) -> Rule:
    def add(action: str, **rule: object) -> None:
        sandbox.control("faults", {"action": action, "realm": books.realm_id, **rule})

    yield add
    sandbox.control("faults", method="DELETE")


def create(company: Company, request_id: str = "r-1") -> client.Answer:
    return company.write("Customer", "create", CUSTOMER, request_id)


def customers(books: Books) -> int:
    return len(books.found("Customer"))


def test_write_answers_with_the_object_and_its_tid(company: Company) -> None:
    answer = create(company)
    assert answer.body["DisplayName"] == "Ada Byron"
    assert answer.intuit_tid


def test_same_request_id_gets_the_first_answer(company: Company, books: Books) -> None:
    assert create(company).body["Id"] == create(company).body["Id"]
    assert customers(books) == 1


def test_refused_connection_is_certainly_not_executed() -> None:
    nobody = Company("http://127.0.0.1:9", "1", lambda _refused: "token", lambda _what: True)
    with pytest.raises(errors.Unreachable):
        create(nobody)


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "reset"},
        {"action": "commit_then_drop"},
        {"action": "truncate"},
        {"action": "malformed"},
        {"action": "html", "status": 502},
        {"action": "xml", "status": 500},
        {"action": "commit_then_status", "status": 500},
    ],
    ids=lambda rule: rule["action"],
)
def test_answer_that_is_lost_leaves_the_outcome_unknown(
    company: Company, fault: Rule, rule: dict[str, object]
) -> None:
    fault(**rule)
    with pytest.raises(errors.OutcomeUnknown):
        create(company)


@pytest.mark.parametrize("body", ["xml", "json"])
def test_throttling_is_recognised_in_either_form(
    company: Company, switch: Rule, fault: Rule, body: str
) -> None:
    switch(throttle_body=body, retry_after=7)
    fault("throttled")
    with pytest.raises(errors.Throttled) as raised:
        create(company)
    assert raised.value.retry_after_s == 7


def test_refused_token_is_renewed_once_and_the_same_request_sent(
    company: Company, books: Books
) -> None:
    books.control("expire-access-tokens")
    create(company)
    assert customers(books) == 1
    ids = [
        e["requestid"] for e in books.sandbox.control(f"ledger?realm={books.realm_id}")["entries"]
    ]
    assert ids == ["r-1"]


def test_token_refused_twice_is_an_error(company: Company, fault: Rule) -> None:
    fault("unauthorized", times=2)
    with pytest.raises(errors.AccessRefused):
        create(company)


def test_slow_drip_frees_its_worker_in_time(
    company: Company, fault: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that keep coming, ever so slowly, would never end a read's own time-out."""
    monkeypatch.setattr(client, "TOTAL_S", 1.5)
    fault("drip", seconds=20)
    began = time.monotonic()
    with pytest.raises(errors.OutcomeUnknown):
        create(company)
    assert time.monotonic() - began < 4


def test_reading_without_budget_is_not_executed(sandbox: SandboxProcess, books: Books) -> None:
    poor = Company(
        sandbox.api_url, books.realm_id, lambda _r: books.access_token, lambda _what: False
    )
    with pytest.raises(errors.NotExecuted):
        poor.company_info()


@pytest.mark.parametrize("name", ["O'Brien", "back\\slash", "both\\'", "100%", "“curly” – dash"])
def test_any_name_can_be_queried(company: Company, name: str) -> None:
    made = company.write("Customer", "create", json.dumps({"DisplayName": name}), name[:4])
    found = company.query("Customer", f"DisplayName = {client.literal(name)}")
    assert [row["Id"] for row in found] == [made.body["Id"]]


def test_query_goes_on_past_a_full_page(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        body = json.dumps({"DisplayName": f"Client {number}"})
        company.write("Customer", "create", body, f"r-{number}")
    monkeypatch.setattr(client, "QUERY_PAGE", 2)
    assert len({row["Id"] for row in company.query_all("Customer")}) == 5


def test_object_that_moves_to_the_next_page_is_found_once(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {1: ["7", "8"], 3: ["8", "9"], 5: ["10"]}
    monkeypatch.setattr(client, "QUERY_PAGE", 2)
    monkeypatch.setattr(
        company, "_query_page", lambda *asked: [{"Id": id_} for id_ in pages[asked[-1]]]
    )
    assert [row["Id"] for row in company.query_all("Customer")] == ["7", "8", "9", "10"]


def test_numbers_are_written_with_their_own_digits() -> None:
    from decimal import Decimal

    assert client.dumps({"a": [Decimal("0.10"), 1, None, "ñ"]}) == '{"a":[0.10,1,null,"ñ"]}'
    assert client.dumps(Decimal("1E+2")) == "100"
