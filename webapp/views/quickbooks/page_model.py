"""What does the QuickBooks settings page need to know to draw itself?

Plain frozen data between the views that gather it and ``templates/settings/quickbooks/``. Every
word here is already in the reader's language; every moment is UTC and every amount in minor units,
for the templates' filters to write. A url is a path of this site unless it says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Tone = Literal["ok", "warn", "bad", "run", "mute"]
RowState = Literal["open", "syncing", "fixed", "failed_again", "ignored", "gone"]


# ---- what a person can press ----


@dataclass(frozen=True)
class Action:
    """One button: a form that posts to ``url``, and an action of the API by the same name."""

    name: str
    """As in the API: ``resync``, ``ignore``, ``send-ours`` …"""
    label: str
    url: str
    working: str = ""
    """The verb in -ing while the request runs: ``Syncing``."""
    style: str = ""
    """As in macros/buttons.html: "" (secondary), primary, quiet, danger, quiet-danger …"""
    icon: str = ""
    consequence: str = ""
    """What it will do, before the click: ``Sends 3 invoices, $2,410.00, to Alvarez …``."""
    question_url: str = ""
    """A GET that asks first: a dialog for htmx, a page without. Then the button is a link to it."""
    removes_row: bool = False
    """The row leaves at once (ignore, leave out, restore); it comes back if the server refuses."""
    off_because: str = ""
    """Why it cannot be pressed now, as a sentence; "" when it can."""
    fields: dict[str, str] = field(default_factory=dict)
    """Hidden fields of the form."""


@dataclass(frozen=True)
class ActionField:
    """An action that needs a value: renumber, rename, choose an income account."""

    action: Action
    label: str
    name: str
    """The form field's name, as in the API's body: ``number``, ``name``, ``quickbooks_id``."""
    value: str = ""
    hint: str = ""
    error: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs: a select. Empty: a text field."""
    max_length: int = 100
    narrow: bool = False


@dataclass(frozen=True)
class Question:
    """A confirmation: a dialog, or a page of its own without JavaScript."""

    id: str
    title: str
    text: str
    action: Action
    safe_label: str
    safe_url: str
    facts: tuple[tuple[str, str], ...] = ()
    note_title: str = ""
    note: str = ""
    row_id: int | None = None
    """The row that leaves when the answer is yes."""


# ---- the connection and what is going on ----


@dataclass(frozen=True)
class ConnectionCard:
    """``#qb-connection``. ``state`` as in the API: none, connected, sign_in_again, paused."""

    state: Literal["none", "connected", "sign_in_again", "paused"]
    company: str = ""
    plan: str = ""
    realm_id: str = ""
    last_sync_at: datetime | None = None
    open_issues: int = 0
    synced_percent: str = ""
    """``97.8%``, in the reader's format."""
    days: tuple[tuple[int, int], ...] = ()
    """Synced and failed on each of the last fourteen days, oldest first."""
    signed_in_until: date | None = None
    """When an unused sign-in would end; it renews itself while it is used."""
    connected_by: str = ""
    connected_on: date | None = None
    waiting: str = ""
    """``12 invoices, 25 payments``."""
    reason_title: str = ""
    """``QuickBooks no longer accepts our access.``"""
    reason: str = ""
    """Why the sign-in was lost or the sync paused, and that records are safe."""
    collapsed: bool = False
    """One line with a link that opens it: on the Accounts list."""
    expanded: bool = False
    """Asked for by that link: narrow screens, too, show all of it."""
    expand_url: str = ""
    connect: Action | None = None
    """Connect, or reconnect; None for who may not (only the owner connects)."""
    sync_now: Action | None = None
    disconnect: Action | None = None
    resume: Action | None = None
    set_up_url: str = ""
    quickbooks_url: str = ""
    """Absolute: the company in QuickBooks."""

    @property
    def folds(self) -> bool:
        """Whether a narrow screen may show one line instead."""
        return self.state == "connected" and not self.expanded


@dataclass(frozen=True)
class KindCount:
    label: str
    text: str
    """``214 / 214`` or ``12 waiting``."""
    complete: bool = False


@dataclass(frozen=True)
class Event:
    at: datetime
    tone: Tone
    text: str
    who: str
    """A client, a person, or what did it (``Automatic``)."""
    icon: str = ""
    """Instead of the tone's own."""
    url: str = ""


@dataclass(frozen=True)
class ActivityCard:
    """``#qb-activity``: the first copy's progress, or ``idle`` when there is none to show."""

    state: Literal["running", "paused", "stopped", "done", "idle"]
    counts: tuple[KindCount, ...]
    events: tuple[Event, ...]
    done: int = 0
    total: int = 0
    title: str = ""
    """``Copying records since Jan 1, 2026``; ``Paused``."""
    text: str = ""
    """``about 6 minutes left``; what happens next."""
    waiting: int = 0
    action: Action | None = None
    """Pause, Resume or Continue."""
    poll_url: str = ""
    """Set while something runs: the card asks again every 3 s."""


# ---- the error lists ----


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    count: int | None = None
    """How many open issues; None where nothing is counted."""
    current: bool = False
    icon: str = ""


@dataclass(frozen=True)
class Choice:
    """An entry of the cause filter or of the Open / Ignored switch."""

    label: str
    value: str
    chosen: bool = False
    count: int | None = None
    url: str = ""


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


@dataclass(frozen=True)
class ErrorList:
    """``#qb-list``: one kind's issues."""

    kind: str
    """The tab: accounts, invoices, payments, refunds, expenses, services."""
    heading: str
    """Above the table, for assistive technology: ``Invoices that did not sync``."""
    column: str
    """The first column: ``Invoice``."""
    url: str
    """Of this list, without a query: the search form's target."""
    rows: tuple[IssueRow, ...]
    showing: Literal["open", "ignored"] = "open"
    states: tuple[Choice, ...] = ()
    causes: tuple[Choice, ...] = ()
    query: str = ""
    search_label: str = ""
    spoken: str = ""
    """For the live region after a search: ``7 errors shown``."""
    hint: str = ""
    notice: str = ""
    """Why Resync is off, while it is."""
    bulk_url: str = ""
    """POST ``action`` (resync, ignore, restore) and ``issue`` (ids)."""
    bulk: tuple[Action, ...] = ()
    resync_all: Action | None = None
    first: int = 0
    last: int = 0
    total: int = 0
    more: bool = False
    """A search found more than ``total``."""
    previous_url: str = ""
    next_url: str = ""
    clear_url: str = ""
    """The list without search and filter."""
    export_url: str = ""
    """The whole list as CSV, with the same search and filter."""
    books_url: str = ""
    """Where both books are compared."""
    hidden: int = 0
    """Open issues that the search and the filter hide."""
    ignored_url: str = ""
    ignored: int = 0
    checked_at: datetime | None = None
    total_open: int = 0
    """Of all six kinds."""
    on_their_way: int = 0
    """Records that are neither in QuickBooks nor an error yet; counted for an empty list."""
    next_list: Tab | None = None
    """Where there is more to fix, once this list is empty."""

    @property
    def shows_accounts(self) -> bool:
        return self.kind == "accounts"


@dataclass(frozen=True)
class NumberSwitch:
    """``#qb-invoices``: Sync invoice numbers with QuickBooks Online."""

    on: bool
    url: str
    last_number: str = ""
    next_number: str = ""
    off_because: str = ""


@dataclass(frozen=True)
class QuickBooksPage:
    connection: ConnectionCard
    numbers: NumberSwitch
    activity: ActivityCard | None = None
    tabs: tuple[Tab, ...] = ()
    errors: ErrorList | None = None
    integrations: tuple[Tab, ...] = ()
    """The integrations beside QuickBooks that work: QuickBooks, Stripe."""
    settings: tuple[Tab, ...] = ()
    """The settings' menu bar."""
