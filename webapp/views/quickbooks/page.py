"""Settings, Integrations, QuickBooks: the page, and its six lists at addresses of their own."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext, pgettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.models import Connection, Entry, Person
from webapp.models import issue as issues
from webapp.models.connection import NONE
from webapp.quickbooks import actions, causes, numbering
from webapp.quickbooks.causes import cause as names
from webapp.rights import asking_firm, current_person, firm_id, for_fixers
from webapp.views.answers import from_htmx
from webapp.views.integrations_menu import QUICKBOOKS, integrations_menu
from webapp.views.quickbooks.activity import activity_card
from webapp.views.quickbooks.buttons import off_because
from webapp.views.quickbooks.cards import connection_card, waiting_by_kind
from webapp.views.quickbooks.counts import Counts, counts_of
from webapp.views.quickbooks.lists import Found, Wish, find
from webapp.views.quickbooks.page_model import (
    Action,
    Choice,
    ErrorList,
    IssueRow,
    NumberSwitch,
    QuickBooksPage,
    Tab,
)
from webapp.views.quickbooks.rows import Rows
from webapp.views.quickbooks.words import BUTTONS, KIND_OF_LIST, WORDS
from webapp.views.settings_menu import INTEGRATIONS_URL, settings_menu

bp = Blueprint("quickbooks_page", __name__, url_prefix=INTEGRATIONS_URL)

FOLDER = "settings/quickbooks"


@bp.get("/")
@for_fixers
def with_slash() -> Response:
    return redirect(url_for(".index"), 308)


@bp.get("")
@for_fixers
def index() -> str:
    """The page, with the first list that has something to fix."""
    counts = counts_of(firm_id())
    kind = next((k for k in WORDS if counts.open[k]), "invoice")
    if counts.open["invoice"]:
        kind = "invoice"
    return _page(Wish.read(firm_id(), kind, request.args), counts)


@bp.get("/errors/<name>")
@for_fixers
def errors(name: str) -> str:
    """One list: with the page around it, or alone for htmx."""
    wish = Wish.read(firm_id(), kind_of(name), request.args)
    if not from_htmx():
        return _page(wish, counts_of(firm_id()))
    return list_fragment(wish)


def kind_of(name: str) -> str:
    """The kind that a list's address names, or 404."""
    if name not in KIND_OF_LIST:
        abort(404)
    return KIND_OF_LIST[name]


def list_fragment(wish: Wish, said: str = "", **context: object) -> str:
    """``#qb-list``, and out of band the tabs and what ``said`` is to be read aloud."""
    counts = counts_of(wish.firm_id)
    g.open_issues = counts.total_open
    found = error_list(wish, counts, connection_of(wish.firm_id))
    return render_template(
        f"{FOLDER}/_list_answer.html",
        list=found,
        page={"integrations": integrations(counts)},
        tab_entries=tabs(wish.kind, counts),
        said=said or found.spoken,
        **context,
    )


def connection_of(firm: int) -> Connection | None:
    return db.session.scalar(
        select(Connection)
        .where(Connection.firm_id == firm)
        .options(joinedload(Connection.connected_by))
    )


def page_with(wish: Wish, row: IssueRow) -> str:
    """The page, in whose list the row of the same id stands as given: for a refused plain post."""
    whole = _whole(wish, counts_of(wish.firm_id))
    if whole.errors is None:
        abort(404)
    rows = tuple(row if shown.id == row.id else shown for shown in whole.errors.rows)
    if row not in rows:
        rows = (row, *rows)
    whole = replace(whole, errors=replace(whole.errors, rows=rows))
    return render_template(f"{FOLDER}/index.html", page=whole)


def _page(wish: Wish, counts: Counts) -> str:
    return render_template(f"{FOLDER}/index.html", page=_whole(wish, counts))


def _whole(wish: Wish, counts: Counts) -> QuickBooksPage:
    g.open_issues = counts.total_open
    connection = connection_of(wish.firm_id)
    entries = Entry.counts(wish.firm_id)
    unconnected = connection is None or connection.state == NONE
    shows_lists = not unconnected or counts.total_open or counts.total_ignored
    card = connection_card(
        connection,
        _person(),
        asking_firm(),
        entries,
        open_issues=counts.total_open,
        collapsed=wish.kind == "account" and request.endpoint != "quickbooks_page.index",
        expanded="connection" in request.args,
        expand_url=_list_url(wish, connection="show"),
    )
    numbers = number_switch(connection)
    following = None if unconnected else numbers.next_number
    return QuickBooksPage(
        connection=card,
        numbers=numbers,
        activity=None if unconnected else activity_card(connection, entries),
        tabs=tabs(wish.kind, counts) if shows_lists else (),
        errors=error_list(wish, counts, connection, following) if shows_lists else None,
        integrations=integrations(counts),
        settings=settings_menu("integrations"),
    )


def _person() -> Person:
    person = current_person()
    assert person is not None  # for_fixers has seen to it
    return person


# -- around the lists -----------------------------------------------------------------------------


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


def integrations(counts: Counts) -> tuple[Tab, ...]:
    return integrations_menu(firm_id(), QUICKBOOKS, counts.total_open)


def number_switch(connection: Connection | None) -> NumberSwitch:
    firm = asking_firm()
    url = url_for("quickbooks_connection.numbers")
    if connection is None or connection.state == NONE:
        off = gettext("Available after you connect QuickBooks.")
        return NumberSwitch(firm.sync_invoice_numbers, url, off_because=off)
    last = numbering.last_in_quickbooks(firm.id) or ""
    following = (numbering.next_free_after(firm.id, last) if last else None) or ""
    return NumberSwitch(firm.sync_invoice_numbers, url, last, following)


# -- one list -------------------------------------------------------------------------------------


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
        rows=rows.all(wish.opened, _list_url(wish)),
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
        previous_url=_list_url(wish, page=found.page - 1) if found.page > 1 else "",
        next_url=_list_url(wish, page=found.page + 1)
        if found.last < found.total or found.more
        else "",
        clear_url=_list_url(wish, q="", cause="", page=""),
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


def _list_url(wish: Wish, **changed: object) -> str:
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
            _list_url(wish, state=argument, page="", cause=""),
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
