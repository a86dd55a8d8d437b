"""A local QuickBooks for the whole session, and a fresh company for each test that asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.conftest import make_firm
from tests.quickbooks.accents import Proxy, speaking
from tests.quickbooks.listening import listening
from tests.quickbooks.office import MakeOffice, Office
from tests.sandbox_process import SandboxProcess, Switch

UNHURRIED = {
    "QBO_REQUESTS_PER_SECOND": 1_000,
    "QBO_REQUESTS_PER_MINUTE": 100_000,
    "QBO_BATCHES_PER_MINUTE": 10_000,
}
"""Budgets that never make a test wait; ``test_limits`` has those that do."""


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess.start(limits=False) as process:
        yield process


@pytest.fixture
def switch(sandbox: SandboxProcess) -> Iterator[Switch]:
    """Set switches of the local QuickBooks for one test."""
    with sandbox.switching() as switch:
        yield switch


@pytest.fixture
def configured(
    app: Flask, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """The application talks to the sandbox; ``configured(NAME=value)`` changes more settings."""
    said = sandbox.announced

    def change(**settings: Any) -> None:
        for name, value in settings.items():
            monkeypatch.setitem(app.config, name, value)

    change(
        QBO_API_URL=said["api_url"],
        INTUIT_DISCOVERY_URL=said["discovery_url"],
        INTUIT_CLIENT_ID=said["client_id"],
        INTUIT_CLIENT_SECRET=said["client_secret"],
        **UNHURRIED,
    )
    return change


@pytest.fixture
def make_office(
    app: Flask, sandbox: SandboxProcess, configured: Callable[..., None]
) -> Iterator[MakeOffice]:
    """``make_office(unmatched="create")``: a connected firm, and its company."""
    numbers = count(1)

    def make(unmatched: str = "create", connected: bool = True) -> Office:
        number = next(numbers)
        firm = make_firm(app, f"Firm {number}", f"firm-{number}.example")
        made = sandbox.control("companies", {"name": f"Company {number}"})
        office = Office(app, sandbox, firm.id, made["realm_id"], made["refresh_token"])
        office.control("preferences", CustomTxnNumbers=True)
        if connected:
            office.connect(unmatched)
        return office

    yield make
    sandbox.control("faults", method="DELETE")


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    return make_office()


@pytest.fixture
def outbox(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """A folder that letters are written to."""
    before = {name: app.config[name] for name in ("MAIL_FILE_PATH", "MAIL_BACKEND")}
    state = app.extensions["mailman"]
    old = state.file_path, state.backend
    state.file_path, state.backend = str(tmp_path), "file"
    yield tmp_path
    state.file_path, state.backend = old
    app.config.update(before)


@pytest.fixture
def announced(
    app: Flask, sandbox: SandboxProcess, configured: Callable[..., None]
) -> Iterator[None]:
    """The application's address is where the local QuickBooks sends its webhooks."""
    configured(INTUIT_WEBHOOK_VERIFIER_TOKEN=sandbox.announced["webhook_verifier_token"])
    with listening(app, sandbox):
        yield


@pytest.fixture
def proxy(sandbox: SandboxProcess, configured: Callable[..., None]) -> Iterator[Proxy]:
    """Stands before the sandbox and answers with another accent: ``proxy.accents = (…,)``."""
    with speaking(sandbox.api_url) as proxy:
        configured(
            QBO_API_URL=proxy.address,
            INTUIT_DISCOVERY_URL=proxy.discovery_url,
            INTUIT_WEBHOOK_VERIFIER_TOKEN=sandbox.announced["webhook_verifier_token"],
        )
        yield proxy
