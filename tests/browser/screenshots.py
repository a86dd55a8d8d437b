"""``make screenshots``: the pictures of docs/images, of every state of the QuickBooks page.

The whole program runs with its demo firm, which has an error of every kind, and with a second firm
that is taken from *not connected* through set-up and the first copy to *all clear*.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.binary import launch_options
from tests.browser.small_png import small_png
from tests.commands.program import ROOT, Program, program

IMAGES = ROOT / "docs" / "images"
QUICKBOOKS = "/settings/integrations/quickbooks"
DEMO_OWNER, DEMO_PASSWORD = "owner@demo.example", "cuadra-demo"
NEW_OWNER, NEW_PASSWORD = "ana@alder.example", "a-long-enough-password"
COMPANY = "Alder & Pine, Inc."
INVOICES = 260
SLOW_MS = 1500
PATIENCE_MS = 120_000
SIZES = {"wide": (1280, 900), "narrow": (1024, 900), "tablet": (820, 900), "phone": (390, 844)}


class Camera:
    def __init__(self, browser: Browser, running: Program):
        self.browser, self.running = browser, running
        self.darkroom = browser.new_page()
        IMAGES.mkdir(exist_ok=True)

    @contextmanager
    def person(
        self,
        email: str = DEMO_OWNER,
        password: str = DEMO_PASSWORD,
        size: str = "wide",
        theme: str = "light",
        locale: str = "en-US",
    ) -> Iterator[Page]:
        """A signed-in page."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            base_url=self.running.address,
            viewport={"width": width, "height": height},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            locale=locale,
        )
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=email]", email)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/invoices")
        yield page
        context.close()

    def take(self, page: Page, name: str, whole: bool = True) -> None:
        page.wait_for_timeout(300)  # a fade may be under way
        png = page.screenshot(full_page=whole, animations="disabled")
        (IMAGES / f"{name}.png").write_bytes(small_png(png, self.darkroom))
        print(name)


# -- the demo firm, which has errors ---------------------------------------------------------------


def errors(camera: Camera, page: Page) -> None:
    page.goto(QUICKBOOKS)
    camera.take(page, "quickbooks-page")
    page.locator("[data-expander]").first.click()
    expect(page.locator(".compare")).to_be_visible()
    camera.take(page, "invoice-number-taken")
    for name in ("payments", "refunds", "expenses"):
        page.goto(f"{QUICKBOOKS}/errors/{name}")
        camera.take(page, f"errors-{name}")
    page.goto(f"{QUICKBOOKS}/errors/services")
    page.get_by_role("link", name="Delete").click()
    expect(page.locator("dialog")).to_be_visible()
    camera.take(page, "service-delete", whole=False)


def accounts(camera: Camera, page: Page) -> None:
    page.goto(f"{QUICKBOOKS}/errors/accounts")
    page.get_by_role("combobox", name="Alvarez").press_sequentially("alva")
    expect(page.locator(".combo-panel [role=option]").first).to_be_visible()
    camera.take(page, "account-combobox", whole=False)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("summary[id^=qb-menu]").last.click()
    camera.take(page, "account-menu", whole=False)


def around(camera: Camera, page: Page) -> None:
    page.goto("/notifications")
    camera.take(page, "notifications", whole=False)
    page.goto("/accounts?q=Marlow")
    page.get_by_role("link", name="Marlow Dental Group").first.click()
    expect(page.locator("#client-quickbooks")).to_be_visible()
    camera.take(page, "account-info", whole=False)
    page.goto("/invoices/new")
    page.fill("#f-number", "1001")
    expect(page.locator("#no-msg")).to_contain_text("already exists")
    camera.take(page, "new-invoice-number", whole=False)


def other_looks(camera: Camera) -> None:
    for name, look in {
        "dark": {"theme": "dark"},
        "1024": {"size": "narrow"},
        "820": {"size": "tablet"},
        "390": {"size": "phone"},
        "es": {"locale": "es-US"},
    }.items():
        with camera.person(**look) as page:
            page.goto(QUICKBOOKS)
            camera.take(page, f"quickbooks-page-{name}")
    with camera.person(locale="es-US") as page:
        page.goto(f"{QUICKBOOKS}/errors/accounts")
        camera.take(page, "errors-accounts-es")
        page.locator("[data-expander]").first.click()
        page.goto(f"{QUICKBOOKS}/errors/invoices")
        page.locator("[data-expander]").first.click()
        expect(page.locator(".compare")).to_be_visible()
        camera.take(page, "invoice-number-taken-es")


# -- the second firm, from the beginning -----------------------------------------------------------


def from_the_beginning(camera: Camera, control: Callable[..., Any]) -> None:
    control("companies", {"name": COMPANY})
    fill(camera.running, new_firm(camera.running))
    with camera.person(NEW_OWNER, NEW_PASSWORD) as page:
        page.goto(QUICKBOOKS)
        camera.take(page, "not-connected")
        page.get_by_role("link", name="Connect to QuickBooks").click()
        page.get_by_label(COMPANY).check()
        page.get_by_role("button", name="Connect").click()
        page.wait_for_url("**/set-up")
        page.get_by_label("Create them in QuickBooks").check()
        page.get_by_role("button", name="Update").click()
        expect(page.locator("#preview")).to_contain_text("created in QuickBooks")
        camera.take(page, "set-up")
        control("switches", {"latency_ms": SLOW_MS})
        page.get_by_role("button", name="Start copying").click()
        expect(page.locator("#qb-progress-action")).to_be_visible(timeout=PATIENCE_MS)
        first_copy(camera, page)
        control("switches", {"latency_ms": 0})
        expect(page.locator("#qb-activity")).to_contain_text(
            "are in QuickBooks", timeout=PATIENCE_MS
        )
        page.reload()
        camera.take(page, "all-clear")


def first_copy(camera: Camera, page: Page) -> None:
    expect(page.locator("[role=progressbar]")).not_to_have_attribute(
        "aria-valuenow", "0", timeout=PATIENCE_MS
    )
    camera.take(page, "first-copy", whole=False)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume").first).to_be_visible()
    page.reload()
    camera.take(page, "paused", whole=False)
    page.get_by_role("button", name="Resume").first.click()


def new_firm(running: Program) -> str:
    """Its API token."""
    made = running.run(
        "flask", "--app", "wsgi", "firm", "create", "--name", "Alder & Pine",
        "--owner-email", NEW_OWNER, "--owner-password", NEW_PASSWORD,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return str(json.loads(made.stdout)["api_token"])


def fill(running: Program, token: str) -> None:
    """Clients, a service and invoices, through the API."""
    named = {"external_id": "s"}
    items: list[dict[str, Any]] = [{"kind": "service", **named, "name": "Advice", "rate": "180.00"}]
    items += [
        {"kind": "account", "external_id": f"c{n}", "name": f"Client {n:02}"} for n in range(30)
    ]
    items += [
        {
            "kind": "invoice",
            "account": {"external_id": f"c{n % 30}"},
            "number": str(2001 + n),
            "date": "2026-03-02",
            "lines": [{"service": named, "quantity": "1"}],
        }
        for n in range(INVOICES)
    ]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    address = f"{running.address}/api/v1/bulk"
    request = urllib.request.Request(address, json.dumps(items).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        problems = [result for result in json.load(answer) if result["errors"]]
    assert not problems, problems[:3]


# -- when QuickBooks is out of reach ---------------------------------------------------------------


def out_of_reach(camera: Camera, control: Callable[..., Any]) -> None:
    with camera.person() as page:
        control("faults", {"action": "status", "path": "/v3/", "status": 503, "times": 0})
        see(page, "QuickBooks does not answer")
        camera.take(page, "unreachable", whole=False)
        control("faults", method="DELETE")
        control("disconnect", {})
        see(page, "QuickBooks no longer accepts our access")
        camera.take(page, "sign-in-again")


def see(page: Page, words: str) -> None:
    """Ask for a sync until the page says so."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        page.goto(f"{QUICKBOOKS}/errors/invoices")
        if words in (page.locator("#qb-connection").text_content() or ""):
            return
        page.locator("button", has_text="Resync all").click()
        page.wait_for_timeout(1500)
    raise AssertionError(words)


def main() -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        program(Path(folder)) as running,
        sync_playwright() as playwright,
    ):
        running.start()
        browser = playwright.chromium.launch(**launch_options())  # type: ignore[arg-type]
        camera = Camera(browser, running)
        with camera.person() as page:
            errors(camera, page)
            accounts(camera, page)
            around(camera, page)
        other_looks(camera)
        from_the_beginning(camera, control_of(running))
        out_of_reach(camera, control_of(running))
        browser.close()
    return 0


def control_of(running: Program) -> Callable[..., Any]:
    """The local QuickBooks' control address; see sandbox/README.md."""

    def control(path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{running.sandbox_port}/control/{path}",
            None if body is None else json.dumps(body).encode(),
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    return control


if __name__ == "__main__":
    sys.exit(main())
