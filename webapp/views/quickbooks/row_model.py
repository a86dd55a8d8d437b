"""What do a row of an error list, its detail and its combobox need to know to draw themselves?

As in ``page_model``: frozen data in the reader's language, moments in UTC, amounts in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from webapp.views.quickbooks.button_model import Action, ActionField

RowState = Literal["open", "syncing", "fixed", "failed_again", "ignored", "gone"]


@dataclass(frozen=True)
class Compared:
    """One line of the comparison. ``tag`` is "" when both agree, else the word: ``Different``."""

    label: str
    ours: str
    theirs: str
    tag: str = ""


@dataclass(frozen=True)
class Attempt:
    title: str
    at: datetime
    who: str
    failed: bool = True


@dataclass(frozen=True)
class Answer:
    """What QuickBooks said, word for word."""

    code: str
    message: str
    detail: str = ""
    intuit_tid: str = ""


@dataclass(frozen=True)
class IssueDetail:
    """``#qb-detail-{id}``."""

    forms: tuple[ActionField, ...] = ()
    actions: tuple[Action, ...] = ()
    """All that can be done, with their consequences."""
    compared: tuple[Compared, ...] = ()
    theirs_gone: str = ""
    """``Deleted in QuickBooks``: stands for their whole column."""
    attempts: tuple[Attempt, ...] = ()
    answer: Answer | None = None
    advice: str = ""
    """What to try, where the cause is not one we know."""
    quickbooks_url: str = ""
    """Absolute: the record in QuickBooks."""
    record_url: str = ""
    support_text: str = ""
    """What "Copy details for support" copies: ids, code, times; no client's name."""


@dataclass(frozen=True)
class Suggestion:
    """A customer of the company, as an option of the combobox."""

    id: str
    name: str
    parts: tuple[tuple[str, bool], ...] = ()
    """The name cut at what was typed: (text, matches)."""
    email: str = ""
    city: str = ""
    balance: str = ""
    badge: str = ""
    """``Same email``, ``Same name``."""
    inactive: str = ""
    """``Inactive``, when it is."""

    @property
    def meta(self) -> str:
        return self.city or self.email


@dataclass(frozen=True)
class Suggestions:
    """The combobox's answer: at most eight options, then "Create …"."""

    text: str
    """``3 of 212 customers match``; ``No QuickBooks customer matches “alvarex”``; or that
    QuickBooks cannot be asked now."""
    spoken: str
    """``3 customers match``."""
    options: tuple[Suggestion, ...] = ()
    create_label: str = ""
    """``Create “Alvarez Landscaping” in QuickBooks``; "" where it cannot be created."""
    create_name: str = ""


@dataclass(frozen=True)
class CustomerChoice:
    """The combobox of an account's row. Posts ``q`` and ``customer`` (an id, ``new`` or "")."""

    link: Action
    suggest_url: str
    names: tuple[str, ...] = ()
    """For the plain field's datalist when no script runs."""
    typed: str = ""
    chosen: Suggestion | None = None
    closest: Suggestion | None = None
    choices: tuple[Suggestion, ...] = ()
    """Radio buttons, after a plain post whose name was unclear."""
    error: str = ""
    locked: str = ""
    """The name being linked, while the server works on it."""


@dataclass(frozen=True)
class IssueRow:
    """``#qb-row-{id}``: one issue, or one cause that many records share."""

    id: int
    kind: str
    """account, service, invoice, payment, refund, expense."""
    title: str
    """``#1042``."""
    subtitle: str
    """The client; for an account ``Business · 1 invoice waiting``."""
    cause: str
    cause_detail: str
    fix: str
    state: RowState = "open"
    record_url: str = ""
    fix_url: str = ""
    """Where the fix is made, when it is elsewhere in Cuadra."""
    fix_link: str = ""
    remedy: Action | None = None
    """The one button that does the fix, beside its sentence."""
    amount_minor: int | None = None
    currency: str = "USD"
    tried_at: datetime | None = None
    tries: int = 0
    shared: int = 0
    """How many further records the same fix releases."""
    actions: tuple[Action, ...] = ()
    """Beside the row: Resync, Ignore, and for services Delete."""
    menu: tuple[Action, ...] = ()
    """Behind the three dots, each with its consequence."""
    customer: CustomerChoice | None = None
    state_text: str = ""
    """``Third try, just now.``; ``Ignored by Dana Hale, today. No more tries.``"""
    row_url: str = ""
    """GET: this row alone; asked every 2 s while it syncs."""
    detail_url: str = ""
    """GET: the detail alone. "" where there is none to open."""
    toggle_url: str = ""
    """The list with this row opened (or closed, if it is open): without JavaScript."""
    detail: IssueDetail | None = None
    """Given when the row is open."""
    selectable: bool = True
    """False where bulk must not touch it: edited or deleted there."""
