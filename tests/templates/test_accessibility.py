"""Does every state of the house meet WCAG 2.2 A and AA, light and dark, wide and narrow?"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.templates.samples import BASE

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PAGES = [
    "/",
    "/sign-in?error=1",
    "/error/404",
    f"{BASE}?state=opened",
    f"{BASE}?state=expired",
    f"{BASE}?state=clear",
    f"{BASE}?state=none",
    f"{BASE}/errors/accounts",
    f"{BASE}/errors/services",
    f"{BASE}/issues/21/delete",
]


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_violation(page: Page, path: str) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # or axe meets a fade
    page.goto(path)
    assert_accessible(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert_accessible(page)


@pytest.mark.parametrize("path", [f"{BASE}?state=opened", f"{BASE}/errors/accounts", "/"])
def test_narrow_page_has_no_violation(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    assert_accessible(page)


def test_saved_theme_wins_over_the_system(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{BASE}?theme=dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(14, 17, 22)")


def test_open_overlays_have_no_violation(page: Page) -> None:
    page.goto(f"{BASE}/errors/accounts")
    page.get_by_role("combobox", name="Alvarez Landscaping").press_sequentially("alva")
    expect(page.locator("#qb-customer-11-o1")).to_be_visible()
    assert_accessible(page)
    page.locator("#qb-menu-12").click()
    expect(page.get_by_role("menuitem").first).to_be_focused()
    assert_accessible(page)


@pytest.mark.parametrize(
    "path", [f"{BASE}?state=opened", f"{BASE}/errors/accounts", f"{BASE}?state=none", "/sign-in"]
)
def test_nothing_scrolls_sideways(page: Page, path: str) -> None:
    page.goto(path)
    for width in (320, 390, 721, 820, 961, 1024, 1240, 1400):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width


def test_narrow_targets_are_44_px(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{BASE}?state=opened")
    for button in page.locator(".issue .btn, .toolbar .btn, .detail-form .btn, .topbar a").all():
        box = button.bounding_box()
        if box and box["height"]:  # not what lies in a closed menu
            assert box["height"] >= 44, button.evaluate("e => e.outerHTML")
