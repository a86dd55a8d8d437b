"""What does the QuickBooks settings page need to know to draw itself?

Plain frozen data between the views that gather it and ``templates/settings/quickbooks/``. Every
word here is already in the reader's language; every moment is UTC and every amount in minor units,
for the templates' filters to write. A url is a path of this site unless it says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from webapp.views.quickbooks.button_model import Action
from webapp.views.quickbooks.row_model import IssueRow

Tone = Literal["ok", "warn", "bad", "run", "mute"]


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
