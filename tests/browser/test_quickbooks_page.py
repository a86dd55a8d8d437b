"""The page as its people use it: a real browser, real processes, the local QuickBooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.live import MEMBER, OWNER, PASSWORD, Live, live, sign_in

PAGE = "/settings/integrations/quickbooks"
SETTLES_MS = 15_000
RESYNC = re.compile("^Resync #")

_numbers = count(7001, 10)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("live")) as program:
        yield program


@pytest.fixture
def owner(page: Page, running: Live) -> Page:
    sign_in(page, running.url, OWNER, PASSWORD)
    return page


@pytest.fixture
def taken(running: Live) -> str:
    """The number of an invoice here that somebody else's invoice has in QuickBooks."""
    number = str(next(_numbers))
    other = running.customer(f"Holder {number}")
    running.their_invoice(number, other)
    account = running.account(f"Client {number}")
    service = running.service(f"Service {number}")
    link_by_api(running, account)
    running.invoice(account, service, number)
    running.settle()
    return number


def link_by_api(running: Live, account: int) -> None:
    """Nobody over there has this name: a customer is created."""
    running.settle()
    for issue in running.api("issues?kind=account&state=open")["items"]:
        if issue["record"]["id"] == account:
            running.api(f"issues/{issue['id']}/create-customer", {})
    running.settle()


def row_of(page: Page, words: str):  # type: ignore[no-untyped-def]
    return page.locator("tr.issue", has_text=words)


def test_a_taken_number_is_explained_and_cleared_without_a_reload(
    running: Live, owner: Page, taken: str
) -> None:
    owner.goto(f"{running.url}{PAGE}/errors/invoices")
    row = row_of(owner, f"#{taken}")
    expect(row).to_contain_text(f"Number {taken} is already used in QuickBooks")
    expect(row).to_contain_text("then resync.")
    owner.evaluate("window.stillHere = true")
    row.get_by_role("link", name=f"Details of #{taken}").click()
    owner.get_by_label("New invoice number").fill(f"{taken}-B")
    owner.locator("[id^=qb-do-use-number]").click()
    expect(owner.locator("#toasts")).to_contain_text(
        f"Invoice {taken} is now {taken}-B and synced.", timeout=SETTLES_MS
    )
    expect(row).to_have_count(0, timeout=SETTLES_MS)
    assert owner.evaluate("window.stillHere")


def test_resync_of_a_number_freed_over_there_clears_the_row(
    running: Live, owner: Page, taken: str
) -> None:
    owner.goto(f"{running.url}{PAGE}/errors/invoices")
    theirs = running.sandbox.control("objects?entity=Invoice")["objects"]
    holder = next(found for found in theirs if found.get("DocNumber") == taken)
    running.sandbox.control("objects/delete", {"entity": "Invoice", "id": holder["Id"]})
    row = row_of(owner, f"#{taken}")
    row.get_by_role("button", name=RESYNC).click()
    expect(row).to_contain_text("Synced", timeout=SETTLES_MS)
    expect(row).to_have_count(0, timeout=SETTLES_MS)


def test_resync_that_fails_again_says_so(running: Live, owner: Page, taken: str) -> None:
    owner.goto(f"{running.url}{PAGE}/errors/invoices")
    row = row_of(owner, f"#{taken}")
    row.get_by_role("button", name=RESYNC).click()
    expect(row).to_contain_text("try, just now.", timeout=SETTLES_MS)
    expect(row.get_by_role("button", name=RESYNC)).to_be_visible()


def test_ignoring_can_be_undone(running: Live, owner: Page, taken: str) -> None:
    owner.goto(f"{running.url}{PAGE}/errors/invoices")
    row = row_of(owner, f"#{taken}")
    row.get_by_role("button", name="Ignore").click()
    expect(row).to_have_count(0)
    expect(owner.locator("#toasts")).to_contain_text(f"Invoice {taken} ignored.")
    owner.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)


def test_an_account_is_linked_with_the_keyboard_alone(running: Live, owner: Page) -> None:
    running.account("Marlow Dental Group")
    running.settle()
    owner.goto(f"{running.url}{PAGE}/errors/accounts")
    field = row_of(owner, "Marlow Dental Group").get_by_role("combobox")
    field.focus()
    owner.keyboard.type("marlow")
    expect(owner.locator(".combo-panel [role=option]").first).to_be_visible()
    owner.keyboard.press("ArrowDown")
    owner.keyboard.press("Enter")
    expect(field).to_have_value("Marlow Dental")
    owner.keyboard.press("Enter")
    expect(owner.locator("#toasts")).to_contain_text("Marlow Dental Group linked.")
    expect(row_of(owner, "Marlow Dental Group")).to_have_count(0, timeout=SETTLES_MS)


def test_resync_all_shows_its_progress_and_its_result(
    running: Live, owner: Page, taken: str
) -> None:
    owner.goto(f"{running.url}{PAGE}/errors/invoices")
    owner.locator("#qb-resync-all").click()
    expect(owner.locator("#qb-activity")).to_contain_text("Resync done:", timeout=SETTLES_MS)
    expect(owner.locator("#qb-activity")).to_contain_text("still failing.")


def test_the_number_is_checked_while_it_is_typed(running: Live, owner: Page, taken: str) -> None:
    owner.goto(f"{running.url}{PAGE}")
    switch = owner.locator("#qb-numbers")
    if switch.get_attribute("aria-checked") == "false":
        switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    owner.goto(f"{running.url}/invoices/new")
    owner.locator("#f-number").fill(taken)
    message = owner.locator("#no-msg")
    expect(message).to_contain_text("This number already exists in QBO.")
    message.get_by_role("button").click()
    expect(message).to_contain_text("is free in QuickBooks.")


def test_everything_works_without_a_script(
    running: Live,
    browser,
    taken: str,  # type: ignore[no-untyped-def]
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, running.url, OWNER, PASSWORD)
    page.goto(f"{running.url}{PAGE}/errors/invoices")
    row_of(page, f"#{taken}").get_by_role("link", name=f"Details of #{taken}").click()
    expect(page.get_by_label("New invoice number")).to_be_visible()
    row_of(page, f"#{taken}").get_by_role("button", name="Ignore").click()
    expect(row_of(page, f"#{taken}")).to_have_count(0)
    page.get_by_role("link", name="Ignored").click()
    row_of(page, f"#{taken}").get_by_role("button", name="Restore").click()
    page.goto(f"{running.url}{PAGE}/errors/invoices")
    expect(row_of(page, f"#{taken}")).to_have_count(1)
    page.context.close()


def test_save_pressed_again_makes_no_second_client_without_a_script(
    running: Live,
    browser,  # type: ignore[no-untyped-def]
) -> None:
    """The first answer is lost on its way, so whoever waits for it presses once more."""
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, running.url, OWNER, PASSWORD)
    page.goto(f"{running.url}/accounts/new")
    page.fill("[name=name]", "Pressed Twice LLC")
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch(max_redirects=0).status)
        route.fulfill(status=204)  # the page stays as it is

    page.route("**/accounts", lose, times=1)
    save = page.locator("#client-form button.is-primary")
    with page.expect_response("**/accounts"):
        save.click()
    assert lost == [303]
    save.click()
    page.wait_for_url(re.compile(r"/accounts/\d+$"))
    found = running.api("accounts?limit=100")["items"]
    assert [a["name"] for a in found].count("Pressed Twice LLC") == 1
    page.context.close()


def test_a_member_sees_no_banner_and_no_page(
    running: Live,
    owner: Page,
    browser,
    taken: str,  # type: ignore[no-untyped-def]
) -> None:
    owner.goto(f"{running.url}/invoices")
    expect(owner.locator("#qb-banner")).to_contain_text("your attention")
    owner.goto(f"{running.url}/settings/team")
    owner.fill("[name=name]", "Mia Member")
    owner.fill("[name=email]", MEMBER)
    owner.get_by_role("button", name="Add").click()
    password = owner.locator("#new-password").text_content() or ""
    member = browser.new_context().new_page()
    member.goto(f"{running.url}/sign-in")
    member.fill("[name=email]", MEMBER)
    member.fill("[name=password]", password.strip())
    member.press("[name=password]", "Enter")
    member.wait_for_url("**/invoices")
    expect(member.locator("#qb-banner")).to_have_count(0)
    answer = member.goto(f"{running.url}{PAGE}")
    assert answer is not None
    assert answer.status == 403
    member.context.close()
