"""Settings, Integrations, QuickBooks: the page, and its six lists at addresses of their own."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.models import Connection, Entry, Person
from webapp.models.connection import NONE
from webapp.quickbooks import numbering
from webapp.rights import asking_firm, current_person, firm_id, for_fixers
from webapp.views.answers import from_htmx
from webapp.views.integrations_menu import QUICKBOOKS, integrations_menu
from webapp.views.quickbooks.activity import activity_card
from webapp.views.quickbooks.cards import connection_card
from webapp.views.quickbooks.counts import Counts, counts_of
from webapp.views.quickbooks.error_list import error_list, list_url, tabs
from webapp.views.quickbooks.lists import Wish
from webapp.views.quickbooks.page_model import NumberSwitch, QuickBooksPage, Tab
from webapp.views.quickbooks.row_model import IssueRow
from webapp.views.quickbooks.words import KIND_OF_LIST, WORDS
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
        expand_url=list_url(wish, connection="show"),
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
