"""One sandbox process for the whole session, a fresh company for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.books import Books, Json
from tests.sandbox_process import SandboxProcess, Switch


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess.start(limits=False) as process:
        yield process


@pytest.fixture(scope="session")
def session() -> Iterator[requests.Session]:
    with requests.Session() as shared:
        yield shared


@pytest.fixture
def books(sandbox: SandboxProcess, session: requests.Session) -> Books:
    return Books.open(sandbox, session)


@pytest.fixture
def customer(books: Books) -> Json:
    return books.customer()


@pytest.fixture
def item(books: Books) -> Json:
    return books.item()


@pytest.fixture
def invoice(books: Books, customer: Json, item: Json) -> Json:
    return books.invoice(customer, item)


@pytest.fixture
def switch(sandbox: SandboxProcess) -> Iterator[Switch]:
    """Set switches of the local QuickBooks for one test."""
    with sandbox.switching() as switch:
        yield switch


@pytest.fixture
def fault(sandbox: SandboxProcess) -> Iterator[Callable[..., None]]:
    """Make something go wrong for one test."""

    def add(action: str, **rule: Any) -> None:
        sandbox.control("faults", {"action": action, **rule})

    yield add
    sandbox.control("faults", method="DELETE")


@pytest.fixture
def custom_numbers(books: Books) -> None:
    books.control("preferences", CustomTxnNumbers=True)
