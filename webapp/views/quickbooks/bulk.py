"""Acting on many issues of a list: those selected, or all of them."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import ColumnElement, and_, or_, select, true
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.models import Connection, Entry, Issue
from webapp.quickbooks import actions, bulk
from webapp.quickbooks.causes import cause as names
from webapp.rights import LARGEST_ID, firm_id, for_fixers, person_id
from webapp.views.answers import from_htmx
from webapp.views.quickbooks.activity import Run, activity_card
from webapp.views.quickbooks.buttons import off_because
from webapp.views.quickbooks.lists import Wish
from webapp.views.quickbooks.page import connection_of, kind_of, list_fragment
from webapp.views.settings_menu import INTEGRATIONS_URL

bp = Blueprint("quickbooks_bulk", __name__, url_prefix=f"{INTEGRATIONS_URL}/errors/<name>")

SENDING = (names.RESYNC, names.CREATE_CUSTOMER)


@bp.post("/bulk")
@for_fixers
def selected(name: str) -> Response | str | tuple[str, int]:
    """What was ticked. A line that stands for many records means all of them."""
    wish = _wish(name)
    ids = [id_ for id_ in request.form.getlist("issue", int) if 0 < id_ <= LARGEST_ID]
    if not ids:
        return _answer(wish, gettext("Nothing is selected."))
    return _act(wish, _chosen(wish, ids))


@bp.post("/all")
@for_fixers
def everything(name: str) -> Response | str | tuple[str, int]:
    return _act(_wish(name), true())


def _wish(name: str) -> Wish:
    return Wish.read(firm_id(), kind_of(name), request.args)


def _chosen(wish: Wish, ids: list[int]) -> ColumnElement[bool]:
    ticked = Issue.id.in_(ids)
    if wish.narrowed:
        return ticked
    groups = select(Issue.shared_by).where(
        Issue.firm_id == wish.firm_id, Issue.id.in_(ids), Issue.shared_by.is_not(None)
    )
    return or_(ticked, and_(Issue.shared_by.in_(groups), Issue.kind == wish.kind))


def _act(wish: Wish, which: ColumnElement[bool]) -> Response | str | tuple[str, int]:
    action = request.form.get("action", "")
    connection = connection_of(wish.firm_id)
    if action in SENDING and off_because(connection):
        db.session.rollback()
        return _answer(wish, off_because(connection), status=409)
    since = datetime.now(UTC)
    number = _do(wish, action, which)
    db.session.commit()
    run = Run(wish.kind, number, since) if action in SENDING and number else None
    return _answer(wish, _said(action, number), run=run)


def _do(wish: Wish, action: str, which: ColumnElement[bool]) -> int:
    if action == names.RESYNC:
        return bulk.resync(wish.firm_id, wish.kind, which, person_id())
    if action == names.CREATE_CUSTOMER and wish.kind == "account":
        return bulk.create_customers(wish.firm_id, which, person_id())
    if action == actions.IGNORE:
        return bulk.ignore(wish.firm_id, wish.kind, which, person_id())
    if action == actions.RESTORE:
        return bulk.restore(wish.firm_id, wish.kind, which)
    abort(400)


def _said(action: str, number: int) -> str:
    if action == names.RESYNC:
        return ngettext("Resyncing %(num)s record.", "Resyncing %(num)s records.", number)
    if action == names.CREATE_CUSTOMER:
        return ngettext("Creating %(num)s customer.", "Creating %(num)s customers.", number)
    if action == actions.IGNORE:
        return ngettext("%(num)s error ignored.", "%(num)s errors ignored.", number)
    return ngettext("%(num)s error restored.", "%(num)s errors restored.", number)


def _answer(
    wish: Wish, said: str, run: Run | None = None, status: int = 200
) -> Response | str | tuple[str, int]:
    if not from_htmx():
        flash(said)
        url = url_for("quickbooks_page.errors", name=f"{wish.kind}s", **wish.arguments(page=""))
        return redirect(url, 303)
    return list_fragment(wish, said, toast=said, activity=_activity(wish, run)), status


def _activity(wish: Wish, run: Run | None) -> object | None:
    connection: Connection | None = connection_of(wish.firm_id)
    if run is None or connection is None:
        return None
    return activity_card(connection, Entry.counts(wish.firm_id), run)
