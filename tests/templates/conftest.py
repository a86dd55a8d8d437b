"""The gallery behind a real port, and a real browser that refuses nothing but errors."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.templates.gallery import create_app


@pytest.fixture(scope="package")
def gallery() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


@pytest.fixture
def page(browser: Browser, gallery: str) -> Iterator[Page]:
    """A wide page at the gallery; any script error or refused inline code fails the test."""
    context = browser.new_context(base_url=gallery, viewport={"width": 1440, "height": 987})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if "Security Policy" in said.text else None,
    )
    yield page
    context.close()
    assert complaints == []
