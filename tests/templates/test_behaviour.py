"""Do the scripts do what the keyboard and the pointer expect, on the page itself?"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.templates.samples import BASE

INVOICES = f"{BASE}/errors/invoices"
ACCOUNTS = f"{BASE}/errors/accounts"
SERVICES = f"{BASE}/errors/services"


# ---- combobox ----


def test_typing_opens_suggestions_and_says_how_many(page: Page) -> None:
    page.goto(ACCOUNTS)
    box = page.locator("#qb-customer-11")
    box.press_sequentially("alva")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#qb-customer-11-panel [role=option]")).to_have_count(4)
    expect(page.locator("#say")).to_have_text("3 customers match")
    expect(box).not_to_have_attribute("aria-activedescendant", "qb-customer-11-o1")


def test_enter_picks_without_submitting_and_a_second_enter_submits(page: Page) -> None:
    page.goto(ACCOUNTS)
    box = page.locator("#qb-customer-11")
    box.press_sequentially("alva")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "qb-customer-11-o1")
    box.press("Enter")
    expect(box).to_have_value("Alvarez Landscape LLC")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#qb-row-11")).not_to_contain_text("Synced")
    box.press("Enter")
    expect(page.locator("#qb-row-11")).to_contain_text("'customer': '61'")


def test_create_is_the_last_option_and_up_reaches_it_first(page: Page) -> None:
    page.goto(ACCOUNTS)
    box = page.locator("#qb-customer-11")
    box.press_sequentially("alva")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowUp")
    expect(box).to_have_attribute("aria-activedescendant", "qb-customer-11-new")
    box.press("Enter")
    expect(page.locator("#qb-row-11 input[name=customer]")).to_have_value("new")


def test_escape_closes_and_a_second_escape_clears(page: Page) -> None:
    page.goto(ACCOUNTS)
    box = page.locator("#qb-customer-11")
    box.press_sequentially("alva")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("alva")
    box.press("Escape")
    expect(box).to_have_value("")


def test_tab_closes_and_picks_nothing(page: Page) -> None:
    page.goto(ACCOUNTS)
    box = page.locator("#qb-customer-11")
    box.press_sequentially("alva")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    box.press("Tab")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("alva")
    expect(page.locator("#qb-row-11 input[name=customer]")).to_have_value("")


def test_typing_after_a_choice_forgets_it(page: Page) -> None:
    page.goto(ACCOUNTS)
    box = page.locator("#qb-customer-13")
    box.press("End")
    box.press_sequentially("x")
    expect(page.locator("#qb-row-13 input[name=customer]")).to_have_value("")


def test_closest_match_is_one_click(page: Page) -> None:
    page.goto(ACCOUNTS)
    page.get_by_role("button", name="Quintero Bakery LLC").click()
    expect(page.locator("#qb-customer-12")).to_have_value("Quintero Bakery LLC")
    expect(page.locator("#qb-row-12 input[name=customer]")).to_have_value("70")


# ---- menu ----


def test_menu_moves_with_arrows_letters_and_escape(page: Page) -> None:
    page.goto(ACCOUNTS)
    button = page.locator("#qb-menu-12")
    items = page.locator("#qb-row-12 .menu-item")
    button.press("ArrowDown")
    expect(items.nth(0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(items.nth(2)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("d")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(items.nth(0)).to_be_hidden()


def test_click_elsewhere_closes_the_menu(page: Page) -> None:
    page.goto(ACCOUNTS)
    page.locator("#qb-menu-12").click()
    page.locator("#qb-list-title").click()
    expect(page.locator("#qb-row-12 .menu-panel")).to_be_hidden()


# ---- rows ----


def test_resync_keeps_the_focus_until_the_row_leaves(page: Page) -> None:
    page.goto(INVOICES)
    page.locator("#qb-resync-1042").press("Enter")
    row = page.locator("#qb-row-1042")
    expect(row).to_contain_text("Syncing")
    expect(page.locator("#qb-resync-1042")).to_be_focused()
    expect(row).to_contain_text("Synced", timeout=4000)
    expect(row).to_have_count(0, timeout=6000)
    expect(page.locator("#qb-resync-1035")).to_be_focused()


def test_ignored_row_goes_before_the_answer_and_the_next_gets_the_focus(page: Page) -> None:
    page.goto(INVOICES)
    page.locator("#qb-ignore-1042").press("Enter")
    expect(page.locator("#qb-row-1042")).to_have_count(0)
    expect(page.locator("#qb-resync-1035")).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("Invoice 1042 ignored.")
    expect(page.locator("#say")).to_have_text("Invoice 1042 ignored.")


def test_refused_ignore_brings_the_row_back_with_try_again(page: Page) -> None:
    page.goto(INVOICES)
    page.locator("#qb-ignore-1035").click()
    expect(page.locator("#qb-row-1035")).to_be_visible()
    toast = page.get_by_role("alert")
    expect(toast).to_contain_text("Not saved. Check your connection.")
    with page.expect_request("**/1035/ignore"):
        toast.get_by_role("button", name="Try again").click()


def test_detail_opens_with_a_skeleton_and_closes(page: Page) -> None:
    page.goto(INVOICES)
    opener = page.locator("#qb-open-1042")
    held: list[Route] = []
    page.route("**/1042/detail", lambda route: held.append(route))
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#qb-detail-1042 .skeleton")).to_be_visible()
    held[0].continue_()
    expect(page.locator("#qb-detail-1042")).to_contain_text("Compare records")
    expect(page.locator("#qb-detail-1042")).to_have_count(1)
    opener.click()
    expect(page.locator("#qb-detail-1042")).to_have_count(0)
    expect(opener).to_have_attribute("aria-expanded", "false")


def test_lost_connection_takes_the_skeleton_away(page: Page) -> None:
    page.goto(INVOICES)
    page.route("**/1042/detail", lambda route: route.abort())
    page.locator("#qb-open-1042").click()
    expect(page.locator("#toasts")).to_contain_text("This did not load.")
    expect(page.locator("#qb-detail-1042")).to_have_count(0)
    expect(page.locator("#qb-open-1042")).to_have_attribute("aria-expanded", "false")


def test_pressing_twice_sends_once(page: Page) -> None:
    page.goto(INVOICES)
    held: list[Route] = []
    page.route("**/1042/resync", lambda route: held.append(route))
    button = page.locator("#qb-resync-1042")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_contain_text("Syncing")
    button.click(force=True)
    button.press("Enter")
    held[0].continue_()
    expect(page.locator("#qb-row-1042")).to_contain_text("Syncing")
    assert len(held) == 1


def test_button_that_is_off_does_nothing(page: Page) -> None:
    page.goto(f"{BASE}?state=expired")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.locator("#qb-resync-1042").click(force=True)
    page.locator("#qb-search").click()
    assert [url for url in sent if "resync" in url] == []
    expect(page.locator("#qb-resync-1042")).to_have_accessible_description(
        "Resync is off until you reconnect. You can still search, compare and ignore."
    )


def test_polls_rest_while_the_tab_is_hidden(page: Page) -> None:
    page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => true})")
    page.goto(INVOICES)
    page.wait_for_timeout(2500)
    expect(page.locator("#qb-row-1029")).to_contain_text("Syncing")


# ---- selection ----


def test_shift_selects_a_range_and_the_bar_counts(page: Page) -> None:
    page.goto(INVOICES)
    page.locator("#qb-row-1042 .check").click()
    expect(page.locator("#qb-selected")).to_have_text("1 selected")
    page.locator("#qb-row-1024 .check").click(modifiers=["Shift"])
    expect(page.locator("#qb-selected")).to_have_text("4 selected")
    expect(page.locator("#qb-row-1031 .check")).not_to_be_checked()
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator("#qb-bulk")).to_be_hidden()


def test_shift_space_selects_a_range(page: Page) -> None:
    page.goto(INVOICES)
    page.locator("#qb-row-1042 .check").press("Space")
    page.locator("#qb-row-1024 .check").press("Shift+Space")
    expect(page.locator("#qb-selected")).to_have_text("4 selected")


def test_select_all_takes_what_bulk_may_touch(page: Page) -> None:
    page.goto(INVOICES)
    page.locator("thead [data-select-all]").check()
    expect(page.locator("#qb-selected")).to_have_text("4 selected")
    with page.expect_request("**/bulk") as sent:
        page.locator("#qb-bulk button[value=resync]").click()
    body = sent.value.post_data or ""
    assert "action=resync" in body
    assert body.count("issue=") == 4


def test_answer_to_a_search_leaves_what_is_being_typed(page: Page) -> None:
    page.goto(INVOICES)
    held: list[Route] = []
    page.route("**/errors/invoices?q=*", lambda route: held.append(route))
    search = page.locator("#qb-search")
    with page.expect_request("**/errors/invoices?q=10*"):
        search.press_sequentially("10")
    page.evaluate("document.getElementById('qb-search').value = '1042'")
    with page.expect_response("**/errors/invoices?q=10*"):
        held[0].continue_()
    expect(page.locator("#qb-list.htmx-request")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?q=10"))
    expect(search).to_have_value("1042")
    expect(search).to_be_focused()


# ---- dialog, toasts ----


def test_dialog_starts_on_the_safe_button_and_escape_gives_the_focus_back(page: Page) -> None:
    page.goto(SERVICES)
    page.locator("#qb-delete-21").press("Enter")
    expect(page.get_by_role("link", name="Keep service")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#qb-delete-21")).to_be_focused()


def test_confirmed_delete_takes_the_row_and_moves_on(page: Page) -> None:
    page.goto(SERVICES)
    page.locator("#qb-delete-21").press("Enter")
    page.get_by_role("button", name="Delete service").press("Enter")
    expect(page.locator("#qb-row-21")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#qb-resync-22")).to_be_focused()


def test_last_row_gone_reloads_the_list(page: Page) -> None:
    page.goto(SERVICES)
    page.locator("#qb-ignore-21").click()
    expect(page.locator("#qb-row-21")).to_have_count(0)
    with page.expect_request("**/errors/services"):
        page.locator("#qb-ignore-22").click()


@pytest.mark.parametrize(("action", "stays"), [("", False), ("Undo", True)])
def test_plain_toast_leaves_after_six_seconds(page: Page, action: str, stays: bool) -> None:
    page.clock.install()
    page.goto(INVOICES)
    add = """action => {
      const toast = document.createElement("div");
      toast.className = "toast"; toast.dataset.toast = ""; toast.textContent = "Done " + action;
      if (action) toast.dataset.stays = "";
      document.getElementById("toasts").append(toast);
    }"""
    page.evaluate(add, action)
    page.clock.run_for(4000)
    expect(page.locator(".toast")).to_have_count(1)
    page.clock.run_for(2100)
    expect(page.locator(".toast")).to_have_count(1 if stays else 0)


# ---- without JavaScript ----


@pytest.fixture
def plain(browser: Browser, gallery: str) -> Callable[[str], Page]:
    def visit(path: str) -> Page:
        context = browser.new_context(base_url=gallery, java_script_enabled=False)
        page: Page = context.new_page()
        page.goto(path)
        return page

    return visit


def test_bulk_bar_and_apply_button_show_without_a_script(plain: Callable[[str], Page]) -> None:
    page = plain(INVOICES)
    expect(page.locator("#qb-bulk button[value=resync]")).to_be_visible()
    expect(page.get_by_role("button", name="Apply")).to_be_visible()


def test_menu_and_combobox_work_without_a_script(plain: Callable[[str], Page]) -> None:
    page = plain(ACCOUNTS)
    page.locator("#qb-menu-12").click()
    expect(page.locator("#qb-row-12 .menu-item").first).to_be_visible()
    assert page.locator("#qb-customer-11").get_attribute("list") == "qb-customer-11-names"


def test_delete_asks_on_a_page_without_a_script(plain: Callable[[str], Page]) -> None:
    page = plain(SERVICES)
    page.locator("#qb-delete-21").click()
    expect(page.get_by_role("heading", name="Delete “Tax prep, S corporation”?")).to_be_visible()
    expect(page.get_by_role("button", name="Delete service")).to_be_visible()
