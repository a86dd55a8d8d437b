"""One running program for a file of journeys, and a browser in which the owner is signed in: once
in English, and once more in Spanish where everything is tested."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.live import OWNER, PASSWORD, Live, live, sign_in

LOCALES = {"en": "en-US", "es": "es-US"}


@pytest.fixture(scope="module", params=["en", pytest.param("es", marks=pytest.mark.full)])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def running(language: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp(f"live-{language}")) as program:
        yield program


@pytest.fixture(scope="module")
def page(browser: Browser, running: Live, language: str) -> Iterator[Page]:
    context = browser.new_context(base_url=running.url, locale=LOCALES[language])
    page = context.new_page()
    sign_in(page, running.url, OWNER, PASSWORD)
    yield page
    context.close()
