"""What one of the six lists shows: its rows, its filter, and what can be done to all at once."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext, ngettext, pgettext

from webapp.models import Connection, Entry
from webapp.models import issue as issues
from webapp.quickbooks import actions, causes
from webapp.quickbooks.causes import cause as names
from webapp.views.quickbooks.button_model import Action
from webapp.views.quickbooks.buttons import off_because
from webapp.views.quickbooks.cards import waiting_by_kind
from webapp.views.quickbooks.counts import Counts
from webapp.views.quickbooks.lists import Found, Wish, find
from webapp.views.quickbooks.page_model import Choice, ErrorList, Tab
from webapp.views.quickbooks.rows import Rows
from webapp.views.quickbooks.words import BUTTONS, KIND_OF_LIST, WORDS


def tabs(current: str, counts: Counts) -> tuple[Tab, ...]:
    return tuple(
        Tab(
            str(WORDS[kind].tab),
            url_for("quickbooks_page.errors", name=name),
            counts.open[kind],
            kind == current,
        )
        for name, kind in KIND_OF_LIST.items()
    )


def error_list(
    wish: Wish, counts: Counts, connection: Connection | None, next_number: str | None = None
) -> ErrorList:
    found = find(wish, counts)
    rows = Rows(wish.firm_id, wish.kind, found.issues, connection, found.shared, next_number)
    words, name = WORDS[wish.kind], f"{wish.kind}s"
    url = url_for("quickbooks_page.errors", name=name)
    off = off_because(connection)
    showing_open = wish.state == issues.OPEN
    resync_all = all_at_once(wish, counts, off)
    return ErrorList(
        kind=name,
        heading=str(words.heading),
        column=str(words.column),
        url=url,
        rows=rows.all(wish.opened, list_url(wish)),
        showing="open" if showing_open else "ignored",
        states=_states(wish, counts),
        causes=_causes(wish, counts),
        query=wish.query,
        search_label=str(words.search),
        spoken=_spoken(found) if wish.narrowed else "",
        hint=gettext("Linking an account also sends its waiting invoices and payments.")
        if wish.kind == "account" and resync_all is None
        else "",
        notice=off if found.total and showing_open else "",
        bulk_url=url_for("quickbooks_bulk.selected", name=name, **wish.arguments()),
        bulk=_bulk(wish, off),
        resync_all=resync_all,
        first=found.first,
        last=found.last,
        total=found.total,
        more=found.more,
        previous_url=list_url(wish, page=found.page - 1) if found.page > 1 else "",
        next_url=list_url(wish, page=found.page + 1)
        if found.last < found.total or found.more
        else "",
        clear_url=list_url(wish, q="", cause="", page=""),
        export_url=url_for("quickbooks_export.errors", name=name, **wish.arguments(page="")),
        books_url=url_for("quickbooks_books.index"),
        hidden=counts.open[wish.kind] if wish.narrowed and not found.total else 0,
        ignored_url=url_for("quickbooks_page.errors", name=name, state="ignored"),
        ignored=counts.ignored[wish.kind],
        checked_at=connection.last_success_at if connection else None,
        total_open=counts.total_open,
        on_their_way=0 if counts.total_open else _on_their_way(wish.firm_id),
        next_list=_next_list(wish.kind, counts) if not found.total else None,
    )


def _on_their_way(firm: int) -> int:
    return sum(waiting_by_kind(Entry.counts(firm)).values())


def _next_list(current: str, counts: Counts) -> Tab | None:
    """The next list that has something to fix."""
    order = list(KIND_OF_LIST.values())
    at = order.index(current)
    following = (*order[at + 1 :], *order[:at])
    kind = next((kind for kind in following if counts.open[kind]), None)
    return next((tab for tab in tabs(kind, counts) if tab.current), None) if kind else None


def list_url(wish: Wish, **changed: object) -> str:
    arguments = wish.arguments(**changed)
    return url_for("quickbooks_page.errors", name=f"{wish.kind}s", **arguments)


def _states(wish: Wish, counts: Counts) -> tuple[Choice, ...]:
    shown = (
        (pgettext("errors", "Open"), issues.OPEN, counts.open, ""),
        (pgettext("errors", "Ignored"), issues.IGNORED, counts.ignored, issues.IGNORED),
    )
    return tuple(
        Choice(
            label,
            state,
            wish.state == state,
            numbers[wish.kind],
            list_url(wish, state=argument, page="", cause=""),
        )
        for label, state, numbers, argument in shown
    )


def _causes(wish: Wish, counts: Counts) -> tuple[Choice, ...]:
    """Those that the list has, the most frequent first, and the chosen one in any case."""
    found = dict(counts.causes(wish.kind, wish.state))
    if wish.cause and wish.cause not in found:
        found[wish.cause] = 0
    chosen = [
        Choice(f"{causes.title(key)} ({number})", key, key == wish.cause, number)
        for key, number in found.items()
    ]
    return (Choice(gettext("Any cause"), "", not wish.cause), *chosen)


def _spoken(found: Found) -> str:
    if found.more:
        return gettext("More than %(n)s errors shown", n=found.total)
    return ngettext("%(num)s error shown", "%(num)s errors shown", found.total)


def _bulk(wish: Wish, off: str) -> tuple[Action, ...]:
    if wish.state == issues.IGNORED:
        offered: tuple[str, ...] = (actions.RESTORE,)
    elif wish.kind == "account":
        offered = (names.CREATE_CUSTOMER, actions.IGNORE)
    else:
        offered = (names.RESYNC, actions.IGNORE)
    sends = (names.RESYNC, names.CREATE_CUSTOMER)
    return tuple(
        Action(
            name,
            str(BUTTONS[name].label),
            "",
            str(BUTTONS[name].working),
            icon=BUTTONS[name].icon,
            off_because=off if name in sends else "",
        )
        for name in offered
    )


def all_at_once(wish: Wish, counts: Counts, off: str) -> Action | None:
    """Resync all, or for clients who are not in QuickBooks: create all."""
    number = counts.open[wish.kind]
    if wish.state != issues.OPEN or not number:
        return None
    name = f"{wish.kind}s"
    if wish.kind != "account":
        return Action(
            names.RESYNC,
            gettext("Resync all %(n)s", n=number),
            url_for("quickbooks_bulk.everything", name=name),
            gettext("Syncing"),
            icon="sync",
            consequence=gettext("Sends them all to QuickBooks again."),
            off_because=off,
            fields={"action": names.RESYNC},
        )
    missing = counts.causes(wish.kind, wish.state).get("no_customer", 0)
    if not missing:
        return None
    return Action(
        names.CREATE_CUSTOMER,
        gettext("Create all %(n)s", n=missing),
        url_for("quickbooks_bulk.everything", name=name),
        gettext("Creating"),
        icon="plus",
        consequence=gettext("Creates a customer in QuickBooks for each client that has none."),
        off_because=off,
        fields={"action": names.CREATE_CUSTOMER},
    )
