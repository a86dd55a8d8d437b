"""What does the row of an issue say, and what can be pressed there?

``Rows`` loads what the rows of one page need in a fixed number of statements, then makes each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select

from webapp.extensions import db
from webapp.formats import amount, local_time
from webapp.models import (
    Connection,
    Entry,
    Expense,
    Invoice,
    Issue,
    Link,
    MirrorObject,
    Payment,
    Refund,
    Service,
    model_of,
    outbox,
)
from webapp.models import issue as issues
from webapp.models.connection import CONNECTED
from webapp.quickbooks import actions, causes, numbering
from webapp.quickbooks.causes import cause as names
from webapp.views.quickbooks.account_rows import AccountRows
from webapp.views.quickbooks.page_model import Action, IssueRow, RowState
from webapp.views.quickbooks.places import Place, place_of
from webapp.views.quickbooks.words import BUTTONS, consequence, needs_decision

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


class Rows:
    """Rows of issues of one kind."""

    def __init__(
        self,
        firm_id: int,
        kind: str,
        found: Sequence[Issue],
        connection: Connection | None,
        shared: dict[str, int] | None = None,
        next_number: str | None = None,
    ):
        """``next_number`` spares looking it up, where it is known already."""
        self.firm_id, self.kind, self.issues = firm_id, kind, found
        self.connection = connection
        self.shared = shared or {}
        self.off = off_because(connection)
        self._next_number = next_number

    # -- what they need to know --------------------------------------------------------------

    @cached_property
    def _ids(self) -> list[int]:
        return [issue.record_id for issue in self.issues]

    @cached_property
    def entries(self) -> dict[int, Entry]:
        found = db.session.scalars(
            select(Entry).where(
                Entry.firm_id == self.firm_id,
                Entry.kind == self.kind,
                Entry.record_id.in_(self._ids),
            )
        )
        return {entry.record_id: entry for entry in found}

    @cached_property
    def linked(self) -> set[int]:
        return set(
            db.session.scalars(
                select(Link.record_id).where(
                    Link.firm_id == self.firm_id,
                    Link.kind == self.kind,
                    Link.record_id.in_(self._ids),
                )
            )
        )

    @cached_property
    def clients(self) -> dict[int, int]:
        """The account that each record belongs to, by the record's id."""
        model = model_of(self.kind)
        if issubclass(model, Invoice | Payment):
            asked = select(model.id, model.account_id)
        elif issubclass(model, Refund | Expense):
            asked = select(model.id, Payment.account_id).join(
                Payment, model.payment_id == Payment.id
            )
        else:
            return {}
        return dict(db.session.execute(asked.where(model.id.in_(self._ids))).all())

    @cached_property
    def next_number(self) -> str:
        """The number that renumbering would give now; the same for every row."""
        if self._next_number is not None:
            return self._next_number
        last = numbering.last_in_quickbooks(self.firm_id)
        return (numbering.next_free_after(self.firm_id, last) if last else None) or ""

    @cached_property
    def services(self) -> dict[int, Service]:
        found = db.session.scalars(select(Service).where(Service.id.in_(self._ids)))
        return {service.id: service for service in found}

    @cached_property
    def income_names(self) -> dict[str, str]:
        """Names of the income accounts that the services use, by QuickBooks id."""
        default = self.connection.accounts.get("income") if self.connection else None
        ids = {service.income_account_id or default for service in self.services.values()}
        found = db.session.scalars(
            select(MirrorObject).where(
                MirrorObject.firm_id == self.firm_id,
                MirrorObject.entity == "Account",
                MirrorObject.quickbooks_id.in_(ids - {None}),
            )
        )
        return {row.quickbooks_id: row.name for row in found}

    @cached_property
    def accounts(self) -> AccountRows:
        return AccountRows(self.firm_id, self.issues)

    # -- the rows ----------------------------------------------------------------------------

    def all(self, opened: int | None, toggle: str) -> tuple[IssueRow, ...]:
        """``toggle`` is the list's address; the row ``opened`` leads back to it."""
        from webapp.views.quickbooks.details import detail_of

        rows = []
        for issue in self.issues:
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
        described = causes.describe(issue.cause, self._facts(issue), issue.kind)
        state = state or self.state_of(issue)
        over = state in ("fixed", "gone")
        remedy = None if over else self._remedy(issue)
        beside, behind = self._buttons(issue, remedy)
        account = self.accounts if self.kind == "account" else None
        list_url = toggle or url_for("quickbooks_page.errors", name=f"{issue.kind}s")
        open_url = _with_open(list_url, issue.id)
        place = (
            Place()
            if over
            else place_of(issue, "" if opened else open_url, self.clients.get(issue.record_id))
        )
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
            shared=self._shared_with(issue),
            actions=beside,
            menu=behind,
            customer=account.choice(issue, state, error, typed) if account else None,
            state_text=news or self._state_text(issue, state),
            row_url=self._url(issue, "row"),
            detail_url=self._url(issue, "detail"),
            toggle_url=list_url if opened else open_url,
            selectable=not needs_decision(issue.cause),
        )

    def _url(self, issue: Issue, name: str) -> str:
        """Of the issue's row, its detail or an act."""
        return f"{self._issues_url}{issue.id}/{name}"

    @cached_property
    def _issues_url(self) -> str:
        """What all their addresses begin with, composed once: a page has a hundred of them."""
        return url_for("quickbooks_issues.row", issue_id=0).removesuffix("0/row")

    def state_of(self, issue: Issue) -> RowState:
        if issue.state != issues.OPEN:
            return "ignored" if issue.state == issues.IGNORED else "fixed"
        return "syncing" if self._on_its_way(issue) else "open"

    def _on_its_way(self, issue: Issue) -> bool:
        entry = self.entries.get(issue.record_id)
        if entry is None or self.off:
            return False
        return entry.state == outbox.SENT or (entry.state == outbox.READY and entry.failures == 0)

    def _facts(self, issue: Issue) -> dict[str, object]:
        """The next number moves on while an issue is open."""
        if names.USE_NUMBER in self.available(issue) and self.next_number:
            return {**issue.facts, "next": self.next_number}
        return issue.facts

    def _subtitle(self, issue: Issue) -> str:
        if self.kind == "account":
            return self.accounts.subtitle(issue)
        service = self.services.get(issue.record_id) if self.kind == "service" else None
        if service is None:
            return issue.client
        default = self.connection.accounts.get("income", "") if self.connection else ""
        name = self.income_names.get(service.income_account_id or default)
        return gettext("Income account: %(name)s", name=name) if name else ""

    def _amount(self, issue: Issue) -> int | None:
        service = self.services.get(issue.record_id) if self.kind == "service" else None
        return service.rate_minor if service else issue.amount_minor

    def money(self, issue: Issue) -> str:
        if issue.amount_minor is None:
            return ""
        return amount(issue.amount_minor, issue.currency or "USD")

    def _shared_with(self, issue: Issue) -> int:
        return max(self.shared.get(issue.shared_by or "", 1) - 1, 0)

    def _state_text(self, issue: Issue, state: RowState) -> str:
        if state == "ignored":
            return _ignored_by(issue)
        entry = self.entries.get(issue.record_id)
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

    # -- what can be pressed -----------------------------------------------------------------

    def available(self, issue: Issue) -> tuple[str, ...]:
        return actions.available(issue, issue.record_id in self.linked)

    @cached_property
    def _words(self) -> dict[str, tuple[str, str]]:
        """What each button says before and while it works, translated once for all rows."""
        return {name: (str(words.label), str(words.working)) for name, words in BUTTONS.items()}

    def button(self, issue: Issue, name: str) -> Action:
        words, shared = BUTTONS[name], self._shared_with(issue)
        url = self._url(issue, name)
        return Action(
            name=name,
            label=self._label(issue, name),
            url=url,
            working=self._words[name][1],
            style=words.style,
            icon=words.icon,
            consequence=consequence(
                issue, name, shared, self.money(issue) if name == names.RESYNC else ""
            ),
            question_url=url if name in ASKING else "",
            removes_row=name in LEAVING,
            off_because=self.off if name in SENDING else "",
            fields=self._fields(issue, name),
        )

    def _fields(self, issue: Issue, name: str) -> dict[str, str]:
        if name in FOR_ALL and self._shared_with(issue):
            return {"shared": "1"}
        seen = issue.theirs or {}
        if name in DECIDING and "SyncToken" in seen:
            return {"sync_token": str(seen["SyncToken"])}
        if name == names.LINK and issue.kind == "invoice" and "Id" in seen:
            return {"quickbooks_id": str(seen["Id"])}
        return {}

    def _label(self, issue: Issue, name: str) -> str:
        if name == names.USE_NUMBER and self.next_number:
            return gettext("Use %(n)s", n=self.next_number)
        if name == actions.IGNORE and self.kind == "account":
            return gettext("Ignore this error")
        return self._words[name][0]

    def _remedy(self, issue: Issue) -> Action | None:
        """The act that the fix speaks of, where one click does it; None while it is muted."""
        for name in self.available(issue):
            if name in REMEDIES and (name != names.USE_NUMBER or self.next_number):
                button = self.button(issue, name)
                if name != names.USE_NUMBER:
                    return button
                label = gettext("Use %(n)s and resync", n=self.next_number)
                return replace(button, label=label, fields={"number": self.next_number})
        return None

    def _buttons(
        self, issue: Issue, remedy: Action | None
    ) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
        """Those beside the row, and those behind its menu."""
        elsewhere = WITH_VALUE | {remedy.name if remedy else ""}
        offered = [name for name in self.available(issue) if name not in elsewhere]
        if self.kind == "account":
            offered = [name for name in offered if name != names.LINK]
            beside = [name for name in offered if name in (names.RESYNC, actions.RESTORE)]
        else:
            beside = _beside(offered)
        behind = [name for name in offered if name not in beside]
        return (
            tuple(self.button(issue, name) for name in beside),
            tuple(self.button(issue, name) for name in behind),
        )


def _beside(offered: Sequence[str]) -> list[str]:
    """Resync and Ignore as a rule; the two sides of a decision instead, where one is needed."""
    if names.RESYNC not in offered:
        decision = [name for name in offered if name not in (actions.IGNORE, names.DELETE)]
        return decision[:2] or list(offered)
    always = (names.RESYNC, actions.IGNORE, names.DELETE)
    return [name for name in always if name in offered]


def _with_open(url: str, issue_id: int) -> str:
    return f"{url}{'&' if '?' in url else '?'}open={issue_id}#qb-row-{issue_id}"


def _ignored_by(issue: Issue) -> str:
    if issue.settled_by is None:
        return gettext("Ignored. No more tries.")
    return gettext("Ignored by %(name)s. No more tries.", name=issue.settled_by.name)
