"""A connected firm with a Stripe account, on the session's one sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.quickbooks.conftest import (  # noqa: F401 - fixtures
    configured,
    make_office,
    sandbox,
    switch,
)
from tests.quickbooks.office import MakeOffice
from tests.sandbox_process import SandboxProcess
from tests.stripe.till import Till, open_till, served


@pytest.fixture
def address(
    app: Flask,
    sandbox: SandboxProcess,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The application, listening; Stripe is the sandbox's."""
    monkeypatch.setitem(app.config, "STRIPE_API_URL", sandbox.api_url)
    with served(app) as address:
        yield address


@pytest.fixture
def till(make_office: MakeOffice, address: str) -> Till:  # noqa: F811
    """Without QuickBooks, which its records do not need until ``office.connect()``."""
    return open_till(make_office(connected=False), address)


@pytest.fixture
def other_till(make_office: MakeOffice, address: str) -> Till:  # noqa: F811
    return open_till(make_office(connected=False), address)
