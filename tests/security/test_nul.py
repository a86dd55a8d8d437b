"""Does the one character that PostgreSQL refuses break nothing, wherever it is sent?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import FirmFixture
from webapp.models.person import OWNER

NUL = "a\0b"
PAGES = ("/accounts", "/invoices", "/payments", "/services", "/recurring")


@pytest.mark.parametrize("page", [*PAGES, "/settings/integrations/quickbooks/errors/invoices"])
def test_a_search_for_it_is_refused(
    page: str, firm: FirmFixture, client_of: Callable[[FirmFixture, str], FlaskClient]
) -> None:
    assert client_of(firm, OWNER).get(page, query_string={"q": NUL}).status_code == 400


@pytest.mark.parametrize("path", ["/sign-in", "/forgot-password"])
def test_an_address_with_it_is_nobodys(app: Flask, path: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        answer = app.test_client().post(path, data={"email": f"{NUL}@x.example", "password": NUL})
    finally:
        app.config["WTF_CSRF_ENABLED"] = True
    assert answer.status_code < 500
