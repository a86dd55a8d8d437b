"""What can be pressed on the row of an issue, and what does each button say?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from flask import url_for
from flask_babel import gettext

from webapp.formats import amount
from webapp.models import Connection, Issue
from webapp.models.connection import CONNECTED
from webapp.quickbooks import actions
from webapp.quickbooks.causes import cause as names
from webapp.views.quickbooks.button_model import Action
from webapp.views.quickbooks.row_facts import RowFacts
from webapp.views.quickbooks.words import BUTTONS, consequence

ASKING = frozenset({names.STOP_SYNCING, names.DELETE})
"""Actions that ask before they are done."""

LEAVING = frozenset({actions.IGNORE, actions.RESTORE, names.LEAVE_OUT, names.KEEP_THEIRS})
"""Actions after which the row goes at once."""

WITH_VALUE = frozenset({names.RENAME, names.SET_INCOME_ACCOUNT})
"""Actions that need a form, which the detail has."""

SENDING = frozenset(names.ACTIONS) - {
    names.KEEP_THEIRS,
    names.LEAVE_OUT,
    names.STOP_SYNCING,
    names.DELETE,
}
"""Actions that are off while QuickBooks cannot be reached; the others send nothing."""

REMEDIES = frozenset({names.USE_NUMBER, names.ENABLE_CARD_METHOD, names.REACTIVATE})
"""Actions that need no word from the person and do what the fix says."""

FOR_ALL = frozenset({names.RESYNC, actions.IGNORE, actions.RESTORE})
"""Actions that a line which stands for many records does to all of them."""

DECIDING = frozenset({names.SEND_OURS, names.KEEP_THEIRS})
"""Actions that are about what stands in QuickBooks: they say which version was looked at."""


def off_because(connection: Connection | None) -> str:
    """Why nothing can be sent now, as a sentence; "" when it can."""
    if connection is not None and connection.state == CONNECTED:
        return ""
    if connection is not None and connection.state == "paused":
        return gettext("Resync is off while the sync is paused. You can still compare and ignore.")
    return gettext("Resync is off until you reconnect. You can still search, compare and ignore.")


class Buttons:
    """Of the rows of one page."""

    def __init__(self, facts: RowFacts, shared: Mapping[str, int] | None = None):
        """``shared`` says how many issues each shared cause has."""
        self._facts = facts
        self._shared = shared or {}
        self.off = off_because(facts.connection)
        """Why none that sends can be pressed now; "" when they can."""

    def available(self, issue: Issue) -> tuple[str, ...]:
        entry = self._facts.entries.get(issue.record_id)
        unsettled = entry is not None and entry.unsettled
        return actions.available(issue, issue.record_id in self._facts.linked, unsettled)

    @cached_property
    def _words(self) -> dict[str, tuple[str, str]]:
        """What each button says before and while it works, translated once for all rows."""
        return {name: (str(words.label), str(words.working)) for name, words in BUTTONS.items()}

    def button(self, issue: Issue, name: str) -> Action:
        words, shared = BUTTONS[name], self.shared_with(issue)
        url = self.url_of(issue, name)
        return Action(
            name=name,
            label=self._label(issue, name),
            url=url,
            working=self._words[name][1],
            style=words.style,
            icon=words.icon,
            consequence=consequence(
                issue, name, shared, money(issue) if name == names.RESYNC else ""
            ),
            question_url=url if name in ASKING else "",
            removes_row=name in LEAVING,
            off_because=self.off if name in SENDING else "",
            fields=self._fields(issue, name),
        )

    def _fields(self, issue: Issue, name: str) -> dict[str, str]:
        if name in FOR_ALL and self.shared_with(issue):
            return {"shared": "1"}
        seen = issue.theirs or {}
        if name in DECIDING and "SyncToken" in seen:
            return {"sync_token": str(seen["SyncToken"])}
        if name == names.LINK and issue.kind == "invoice" and "Id" in seen:
            return {"quickbooks_id": str(seen["Id"])}
        return {}

    def _label(self, issue: Issue, name: str) -> str:
        if name == names.USE_NUMBER and self._facts.next_number:
            return gettext("Use %(n)s", n=self._facts.next_number)
        if name == actions.IGNORE and self._facts.kind == "account":
            return gettext("Ignore this error")
        return self._words[name][0]

    def remedy(self, issue: Issue) -> Action | None:
        """The act that the fix speaks of, where one click does it; None while it is muted."""
        for name in self.available(issue):
            if name in REMEDIES and (name != names.USE_NUMBER or self._facts.next_number):
                button = self.button(issue, name)
                if name != names.USE_NUMBER:
                    return button
                label = gettext("Use %(n)s and resync", n=self._facts.next_number)
                return replace(button, label=label, fields={"number": self._facts.next_number})
        return None

    def beside_and_behind(
        self, issue: Issue, remedy: Action | None
    ) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
        """Those beside the row, and those behind its menu."""
        elsewhere = WITH_VALUE | {remedy.name if remedy else ""}
        offered = [name for name in self.available(issue) if name not in elsewhere]
        if self._facts.kind == "account":
            offered = [name for name in offered if name != names.LINK]
            beside = [name for name in offered if name in (names.RESYNC, actions.RESTORE)]
        else:
            beside = _beside(offered)
        behind = [name for name in offered if name not in beside]
        return (
            tuple(self.button(issue, name) for name in beside),
            tuple(self.button(issue, name) for name in behind),
        )

    def shared_with(self, issue: Issue) -> int:
        return max(self._shared.get(issue.shared_by or "", 1) - 1, 0)

    def url_of(self, issue: Issue, name: str) -> str:
        """Of the issue's row, its detail or an act."""
        return f"{self._issues_url}{issue.id}/{name}"

    @cached_property
    def _issues_url(self) -> str:
        """What all their addresses begin with, composed once: a page has a hundred of them."""
        return url_for("quickbooks_issues.row", issue_id=0).removesuffix("0/row")


def money(issue: Issue) -> str:
    if issue.amount_minor is None:
        return ""
    return amount(issue.amount_minor, issue.currency or "USD")


def _beside(offered: Sequence[str]) -> list[str]:
    """Resync and Ignore as a rule; the two sides of a decision instead, where one is needed."""
    if names.RESYNC not in offered:
        decision = [name for name in offered if name not in (actions.IGNORE, names.DELETE)]
        return decision[:2] or list(offered)
    always = (names.RESYNC, actions.IGNORE, names.DELETE)
    return [name for name in always if name in offered]
