"""Every page of the real program, with the demo's data: accessible, and never wider than 320 px.

WCAG 2.2 A and AA by axe-core, light and dark. The pages are those of the program's own url map, so
that a new one is looked at without being named here. `make test` looks at a sample.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route
from werkzeug.routing import Rule

from tests.browser.live import sign_in
from tests.commands.program import Program, program
from tests.conftest import SETTINGS
from tests.templates.test_accessibility import RULES
from webapp import create_app

OWNER, PASSWORD = "owner@demo.example", "cuadra-demo"
OPERATORS = "/operator"
NOT_PAGES = (
    "/static/", "/api/", "/healthz", "/readyz", "/metrics", "/webhooks", OPERATORS,
    "/settings/integrations/quickbooks/callback", "/settings/integrations/quickbooks/connect",
)  # fmt: skip
FRAGMENTS = (
    "account-hint", "open-invoices", "number-check", "/activity", "/customers", "/row", "/detail",
    ".csv", ".svg", ".png",
)  # fmt: skip
VALUES = {"name": "invoices", "action": "stop-syncing", "language": "es", "theme": "dark"}
SAMPLE = (
    "/accounts/1",
    "/invoices/new",
    "/recurring/new",
    "/settings/integrations/quickbooks/set-up",
    "/settings/integrations/quickbooks/errors/invoices?open=1",
    "/settings/team",
)
WIDTHS = (320, 390, 768, 1024, 1280)


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The address of every page of a firm, with the first record of a kind where it needs one."""
    for name, value in {**SETTINGS, "CUADRA_INSTANCE": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    rules = create_app().url_map.iter_rules()
    found = {_address(rule) for rule in rules if "GET" in (rule.methods or ())}
    return sorted(
        path
        for path in found
        if not path.startswith(NOT_PAGES) and not any(part in path for part in FRAGMENTS)
    )


def _address(rule: Rule) -> str:
    path = rule.rule
    for name in rule.arguments:
        path = re.sub(rf"<(?:[^<>]*:)?{name}>", VALUES.get(name, "1"), path)
    return path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with program(Path(tmp_path_factory.mktemp("demo"))) as running:
        running.start()
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, demo: Program) -> Iterator[Page]:
    context = browser.new_context(base_url=demo.address, locale="en-US", reduced_motion="reduce")
    context.route("**/confirm/done*", stay)
    page = context.new_page()
    sign_in(page, demo.address, OWNER, PASSWORD)
    yield page
    context.close()


def stay(route: Route) -> None:
    """The page as somebody sees it whose browser does not lead on by itself."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "refresh"}
    route.fulfill(response=answer, headers=headers)


def problems_of(page: Page, path: str) -> list[str]:
    """What is wrong with one page, in both themes and all widths."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    answer = page.goto(path)
    if answer is None or answer.status == 404:
        return []  # the demo has no such record
    found = [] if answer.status == 200 else [f"{path} {answer.status}"]
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        axe = Axe().run(page, options=RULES)
        if axe.violations_count:
            found.append(f"{path} {theme}: {axe.generate_report()[:600]}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{path} is {wide} px wide at {width}")
    return found


@pytest.mark.parametrize("path", SAMPLE)
def test_sample_is_accessible_and_fits(page: Page, path: str) -> None:
    assert problems_of(page, path) == []


@pytest.mark.full
def test_every_page_is_accessible_and_fits(page: Page, pages: list[str]) -> None:
    found = [problem for path in pages for problem in problems_of(page, path)]
    assert found == []
