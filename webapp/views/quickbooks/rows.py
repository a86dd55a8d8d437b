"""What does the row of an issue say?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from flask import url_for
from flask_babel import gettext

from webapp.formats import local_time
from webapp.models import Connection, Issue, outbox
from webapp.models import issue as issues
from webapp.quickbooks import causes
from webapp.quickbooks.causes import cause as names
from webapp.views.quickbooks.account_rows import AccountRows
from webapp.views.quickbooks.buttons import Buttons
from webapp.views.quickbooks.places import Place, place_of
from webapp.views.quickbooks.row_facts import RowFacts
from webapp.views.quickbooks.row_model import IssueRow, RowState
from webapp.views.quickbooks.words import needs_decision


class Rows:
    """Rows of issues of one kind, made in a fixed number of statements, however many they are."""

    def __init__(
        self,
        firm_id: int,
        kind: str,
        found: Sequence[Issue],
        connection: Connection | None,
        shared: dict[str, int] | None = None,
        next_number: str | None = None,
    ):
        """``shared`` and ``next_number`` as of ``Buttons`` and ``RowFacts``."""
        self.facts = RowFacts(firm_id, kind, found, connection, next_number)
        self.buttons = Buttons(self.facts, shared)

    @cached_property
    def accounts(self) -> AccountRows:
        return AccountRows(self.facts.firm_id, self.facts.issues)

    def all(self, opened: int | None, toggle: str) -> tuple[IssueRow, ...]:
        """``toggle`` is the list's address; the row ``opened`` leads back to it."""
        from webapp.views.quickbooks.details import detail_of

        rows = []
        for issue in self.facts.issues:
            row = self.row(issue, toggle=toggle, opened=issue.id == opened)
            if issue.id == opened:
                row = detail_of(self, issue, row)
            rows.append(row)
        return tuple(rows)

    def row(
        self,
        issue: Issue,
        *,
        state: RowState | None = None,
        news: str = "",
        toggle: str = "",
        opened: bool = False,
        error: str = "",
        typed: str = "",
    ) -> IssueRow:
        """``news`` replaces what the row would say of its state; ``error`` and ``typed`` are those
        of a refused choice of customer."""
        described = causes.describe(issue.cause, self._told(issue), issue.kind)
        state = state or self.state_of(issue)
        over = state in ("fixed", "gone")
        remedy = None if over else self.buttons.remedy(issue)
        beside, behind = self.buttons.beside_and_behind(issue, remedy)
        account = self.accounts if self.facts.kind == "account" else None
        list_url = toggle or url_for("quickbooks_page.errors", name=f"{issue.kind}s")
        open_url = _with_open(list_url, issue.id)
        place = Place()
        if not over:
            client_id = self.facts.clients.get(issue.record_id)
            place = place_of(issue, "" if opened else open_url, client_id)
        return IssueRow(
            id=issue.id,
            kind=issue.kind,
            title=issue.title,
            subtitle=self._subtitle(issue),
            cause=described.cause,
            cause_detail="" if over else described.detail,
            fix="" if over else described.fix,
            fix_url=place.url,
            fix_link=place.label,
            remedy=remedy,
            state=state,
            record_url=url_for(f"{issue.kind}s.show", record_id=issue.record_id),
            amount_minor=self._amount(issue),
            currency=issue.currency or "USD",
            tried_at=issue.tried_at,
            tries=issue.tries,
            shared=self.buttons.shared_with(issue),
            actions=beside,
            menu=behind,
            customer=account.choice(issue, state, error, typed) if account else None,
            state_text=news or self._state_text(issue, state),
            row_url=self.buttons.url_of(issue, "row"),
            detail_url=self.buttons.url_of(issue, "detail"),
            toggle_url=list_url if opened else open_url,
            selectable=not needs_decision(issue.cause),
        )

    def state_of(self, issue: Issue) -> RowState:
        if issue.state != issues.OPEN:
            return "ignored" if issue.state == issues.IGNORED else "fixed"
        return "syncing" if self._on_its_way(issue) else "open"

    def _on_its_way(self, issue: Issue) -> bool:
        entry = self.facts.entries.get(issue.record_id)
        if entry is None or self.buttons.off:
            return False
        return entry.state == outbox.SENT or (entry.state == outbox.READY and entry.failures == 0)

    def _told(self, issue: Issue) -> dict[str, object]:
        """The next number moves on while an issue is open."""
        if names.USE_NUMBER in self.buttons.available(issue) and self.facts.next_number:
            return {**issue.facts, "next": self.facts.next_number}
        return issue.facts

    def _subtitle(self, issue: Issue) -> str:
        if self.facts.kind == "account":
            return self.accounts.subtitle(issue)
        service = self.facts.services.get(issue.record_id)
        if service is None:
            return issue.client
        name = self.facts.income_name_of(service)
        return gettext("Income account: %(name)s", name=name) if name else ""

    def _amount(self, issue: Issue) -> int | None:
        service = self.facts.services.get(issue.record_id)
        return service.rate_minor if service else issue.amount_minor

    def _state_text(self, issue: Issue, state: RowState) -> str:
        if state == "ignored":
            return _ignored_by(issue)
        entry = self.facts.entries.get(issue.record_id)
        if state != "open" or entry is None:
            return ""
        if entry.state == outbox.READY and entry.failures and entry.due_at:
            return gettext(
                "QuickBooks did not answer. We try again at %(time)s.",
                time=local_time(entry.due_at),
            )
        if entry.state == outbox.WAITING:
            return gettext("It waits for another record, and follows by itself.")
        return ""


def _with_open(url: str, issue_id: int) -> str:
    return f"{url}{'&' if '?' in url else '?'}open={issue_id}#qb-row-{issue_id}"


def _ignored_by(issue: Issue) -> str:
    if issue.settled_by is None:
        return gettext("Ignored. No more tries.")
    return gettext("Ignored by %(name)s. No more tries.", name=issue.settled_by.name)
