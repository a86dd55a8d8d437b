"""Names and texts from QuickBooks with markup, quotes, right-to-left and 500 characters: they are
shown as they are, run nothing, and make no page wider than its window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.live import OWNER, PASSWORD, Live, live, sign_in

LISTS = "/settings/integrations/quickbooks/errors"
MARKUP = "<img src=x onerror=\"document.title='pwned'\"> & 'Söhne' \"GmbH\" {{ 7*7 }}"
RIGHT_TO_LEFT = "شركة \u202eالنخيل\u202c للمحاسبة"
LONG = "Donaudampfschifffahrtsgesellschaft" * 14
"""476 characters without a place to break."""
TEXTS = (MARKUP, RIGHT_TO_LEFT, LONG)
REFUSAL = f"{MARKUP} {RIGHT_TO_LEFT} {LONG}"
WIDTHS = (320, 390, 820, 1280)

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("live")) as program:
        program.hear_of_changes(True)
        for text in TEXTS:
            program.customer(text)
            program.account(f"{text[:480]} ours")
        program.settle()
        fault = {"action": "fault", "entity": "Invoice", "times": 0, "code": "7777"}
        program.sandbox.control("faults", {**fault, "message": MARKUP, "detail": REFUSAL})
        client, service = program.account("Marlow Dental"), program.service("Old item")
        program.settle()
        program.invoice(client, service, "<b>7</b>")
        program.settle()
        yield program


@pytest.fixture(scope="module")
def page(browser: Browser, running: Live) -> Iterator[Page]:
    context = browser.new_context(base_url=running.url, locale="en-US", reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, running.url, OWNER, PASSWORD)
    yield page
    context.close()


def fits(page: Page) -> None:
    """At every width and in both themes; and nothing of the texts was run."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (page.url, width, wide)
    assert page.title() != "pwned"


def test_list_of_accounts_holds_any_name(page: Page) -> None:
    page.goto(f"{LISTS}/accounts")
    for text in TEXTS:
        expect(page.locator("tr.issue", has_text=f"{text[:480]} ours")).to_have_count(1)
    fits(page)


def test_suggestions_hold_any_name(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{LISTS}/accounts")
    field = page.locator("tr.issue [role=combobox]").first
    for typed, text in (("<img", MARKUP), ("شركة", RIGHT_TO_LEFT), ("donau", LONG)):
        field.fill(typed)
        option = page.locator(".combo-panel [role=option]", has_text=text).first
        expect(option).to_be_visible()
        fits(page)
    option.click()
    expect(field).to_have_value(LONG)
    fits(page)


def test_answer_of_quickbooks_is_shown_as_it_is(page: Page) -> None:
    page.goto(f"{LISTS}/invoices?cause=unknown")
    row = page.locator("tr.issue", has_text="#<b>7</b>")
    row.get_by_role("link", name="Details of").click()
    expect(page.locator(".answer pre")).to_contain_text(MARKUP)
    expect(page.locator(".answer pre")).to_contain_text(LONG)
    fits(page)


def test_pages_of_the_client_hold_its_name(page: Page, running: Live) -> None:
    for account in running.api("accounts?limit=10")["items"]:
        for path in (f"/accounts/{account['id']}", f"/accounts/{account['id']}/edit"):
            page.goto(path)
            fits(page)
    for path in ("/accounts", "/invoices", "/notifications"):
        page.goto(path)
        fits(page)
