"""Two admins, a double click, the back button, a lost session, a server that stumbles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.browser.live import OWNER, PASSWORD, Live, live

LISTS = "/settings/integrations/quickbooks/errors"
SETTLES_MS = 20_000

_numbers = count(4001, 50)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("live")) as program:
        yield program


@pytest.fixture(scope="module")
def sold(running: Live) -> tuple[int, int]:
    """A client and a service that are in QuickBooks."""
    made = running.account("Marlow Dental"), running.service("Old item")
    running.settle()
    return made


@pytest.fixture(scope="module")
def signed_in(browser: Browser, running: Live) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=running.url, locale="en-US")
    page = context.new_page()
    sign_in(page)
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    page = signed_in.new_page()
    yield page
    page.close()


@pytest.fixture
def taken(running: Live, sold: tuple[int, int]) -> str:
    """The number of an invoice here that somebody else's invoice has in QuickBooks."""
    number = f"T-{next(_numbers)}"
    running.their_invoice(number, running.customer(f"Holder of {number}"))
    running.invoice(*sold, number)
    running.settle()
    return number


def sign_in(page: Page) -> None:
    if "/sign-in" not in page.url:
        page.goto("/sign-in")
    page.fill("[name=email]", OWNER)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)


def row_of(page: Page, number: str) -> Locator:
    return page.locator("tr.issue", has_text=f"#{number}")


def test_second_admin_is_told_that_it_is_fixed_already(
    running: Live, page: Page, signed_in: BrowserContext, taken: str
) -> None:
    other = signed_in.new_page()
    for each in (page, other):
        each.goto(f"{LISTS}/invoices")
    row_of(page, taken).get_by_role("button", name="and resync").click()
    expect(page.locator("#toasts")).to_contain_text("and synced.", timeout=SETTLES_MS)
    row_of(other, taken).get_by_role("button", name="and resync").click()
    expect(row_of(other, taken)).to_contain_text("Already fixed")
    expect(row_of(other, taken)).to_have_count(0, timeout=SETTLES_MS)
    other.close()


def test_double_click_sends_once(running: Live, page: Page, taken: str) -> None:
    before = invoices_written(running)
    page.goto(f"{LISTS}/invoices")
    row_of(page, taken).get_by_role("button", name="and resync").dblclick()
    expect(page.locator("#toasts")).to_contain_text("and synced.", timeout=SETTLES_MS)
    expect(page.locator("#toasts .toast")).to_have_count(1)
    running.settle()
    assert invoices_written(running) == before + 1
    assert running.sandbox.control("audit")["problems"] == []


def invoices_written(running: Live) -> int:
    return len(running.sandbox.control("ledger?entity=Invoice")["entries"])


def test_back_and_forward_show_the_list_that_was_left(page: Page, taken: str) -> None:
    page.goto(f"{LISTS}/invoices")
    expect(row_of(page, taken)).to_be_visible()
    page.locator("#qb-tabs").get_by_role("link", name="Payments").click()
    page.wait_for_url("**/errors/payments")
    page.locator("#qb-tabs").get_by_role("link", name="Services").click()
    page.wait_for_url("**/errors/services")
    travel(page, -1)
    expect(page.locator("#qb-tabs [aria-current=page]")).to_contain_text("Payments")
    travel(page, -1)
    expect(row_of(page, taken)).to_be_visible()
    travel(page, 1)
    expect(page.locator("#qb-tabs [aria-current=page]")).to_contain_text("Payments")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def travel(page: Page, steps: int) -> None:
    """Back or forward, until the page has been loaded anew: htmx reloads it."""
    with page.expect_event("load"):
        page.evaluate(f"setTimeout(() => history.go({steps}))")
    page.wait_for_load_state("networkidle")


def test_lost_session_leads_to_sign_in_and_back(
    browser: Browser, running: Live, taken: str
) -> None:
    context = browser.new_context(base_url=running.url, locale="en-US")
    page = context.new_page()
    sign_in(page)
    page.goto(f"{LISTS}/invoices")
    context.clear_cookies()
    row_of(page, taken).get_by_role("button", name=f"Resync #{taken}").click()
    page.wait_for_url("**/sign-in**")
    sign_in(page)
    expect(row_of(page, taken)).to_be_visible()
    context.close()


def test_stumbling_server_changes_nothing_and_says_so(page: Page, taken: str) -> None:
    page.goto(f"{LISTS}/invoices")

    def stumble(route: Route) -> None:
        route.fulfill(status=500, body="<h1>Oops</h1>", content_type="text/html")

    page.route("**/use-number", stumble)
    row_of(page, taken).get_by_role("button", name="and resync").click()
    toast = page.locator("#toasts .toast")
    expect(toast).to_contain_text("Not saved.")
    expect(row_of(page, taken)).to_contain_text("already used in QuickBooks")
    expect(page.get_by_text("Oops")).to_have_count(0)
    page.unroute("**/use-number")
    toast.get_by_role("button", name="Try again").click()
    expect(page.locator("#toasts")).to_contain_text("and synced.", timeout=SETTLES_MS)


def test_connection_that_breaks_is_said_and_typed_text_stays(page: Page, taken: str) -> None:
    page.goto(f"{LISTS}/invoices")
    row_of(page, taken).get_by_role("link", name=f"Details of #{taken}").click()
    field = page.get_by_label("New invoice number")
    field.fill(f"{taken}-MINE")
    page.route("**/use-number", lambda route: route.abort())
    page.locator("[id^=qb-do-use-number]").click()
    expect(page.locator("#toasts")).to_contain_text("Not saved.")
    expect(field).to_have_value(f"{taken}-MINE")
    page.unroute("**/use-number")
    page.locator("[id^=qb-do-use-number]").click()
    expect(page.locator("#toasts")).to_contain_text(f"is now {taken}-MINE", timeout=SETTLES_MS)


def test_everything_by_keyboard_alone(page: Page, taken: str) -> None:
    """From the banner to the fixed row, and never a mouse."""
    page.goto("/invoices")
    tab_to(page, "Review errors")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/integrations/quickbooks**")
    page.goto(f"{LISTS}/invoices?q={taken}")
    tab_to(page, f"Details of #{taken}")
    page.keyboard.press("Enter")
    expect(page.locator(".compare")).to_be_visible()
    tab_to(page, "and resync")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("and synced.", timeout=SETTLES_MS)
    expect(row_of(page, taken)).to_have_count(0, timeout=SETTLES_MS)
    expect(page.locator("body")).not_to_be_focused()


def tab_to(page: Page, words: str) -> None:
    """Tab until what has the focus is called so."""
    for _ in range(120):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
        )
        if words in (name or ""):
            return
    raise AssertionError(f"{words!r} is not reached")


def test_wrong_customer_is_undone_in_the_toast(running: Live, page: Page) -> None:
    running.account("Teague and Sons")
    running.settle()
    page.goto(f"{LISTS}/accounts")
    row = page.locator("tr.issue", has_text="Teague and Sons")
    row.get_by_role("combobox").fill("pinecrest")
    row.locator("[role=option]", has_text="Pinecrest Builders").click()
    row.get_by_role("button", name="Submit").click()
    toast = page.locator("#toasts .toast")
    expect(toast).to_contain_text("Teague and Sons linked.")
    toast.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("The link to a customer was undone")
    expect(row).to_contain_text("Pinecrest Builders")
