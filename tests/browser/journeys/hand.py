"""A person's hand on the row of one issue: whatever is pressed is found by what it does, not by
its words, so that a journey runs in every language."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

LIST = "/settings/integrations/quickbooks/errors"


class Hand:
    def __init__(self, page: Page, kind: str, issue_id: int):
        self.page, self.kind, self.issue_id = page, kind, issue_id

    def look(self, cause: str) -> Locator:
        """Open the list of what has this cause; the row."""
        self.page.goto(f"{LIST}/{self.kind}s?cause={cause}")
        return self.row

    @property
    def row(self) -> Locator:
        return self.page.locator(f"#qb-row-{self.issue_id}")

    @property
    def detail(self) -> Locator:
        return self.page.locator(f"#qb-detail-{self.issue_id}")

    def _button(self, action: str) -> Locator:
        form = f'form[action$="/issues/{self.issue_id}/{action}"] button:visible'
        link = f'a[href$="/issues/{self.issue_id}/{action}"]:visible'
        return self.page.locator(f"{form}, {link}").first

    def press(self, action: str) -> None:
        """Beside the row, else behind its menu, else in its detail."""
        if not self._button(action).count():
            menu = self.page.locator(f"#qb-menu-{self.issue_id}")
            if menu.count():
                menu.click()
            if not self._button(action).count():
                self.page.keyboard.press("Escape")
                self.open()
        self._button(action).click()

    def open(self) -> None:
        self.page.locator(f"#qb-open-{self.issue_id}").click()
        expect(self.detail.locator(".detail")).to_be_visible()

    def fill(self, action: str, text: str = "") -> None:
        """The form of the opened row: with this text, or as it is offered."""
        self.open()
        if text:
            self.detail.locator(f"#qb-field-{action}-{self.issue_id}").fill(text)
        self.page.locator(f"#qb-do-{action}-{self.issue_id}").click()

    def choose(self, name: str) -> None:
        """A customer in the combobox, and Submit."""
        field = self.page.locator(f"#qb-customer-{self.issue_id}")
        field.fill(name)
        option = self.row.locator(f'[role=option][data-label="{name}"]').first
        option.click()
        self.page.locator(f"#qb-submit-{self.issue_id}").click()

    def follow(self) -> None:
        """To where the fix is made."""
        self.row.locator(".i-fix a").click()
        self.page.wait_for_url(lambda address: LIST not in address)

    def save(self, **fields: str) -> None:
        """The form of the record, with these fields."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name='{name}']").first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        here = self.page.url
        self.page.locator("button.is-primary:visible").first.click()
        self.page.wait_for_url(lambda address: address != here)
