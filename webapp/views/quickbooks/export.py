"""A whole error list as a file for a spreadsheet: what its filter shows, every record of it.

The rows are read some at a time, each in a transaction of its own, so that a hundred thousand of
them neither fill the memory nor keep the database from anybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request, stream_with_context
from flask_babel import gettext
from sqlalchemy import Row, Select

from webapp import money, spreadsheet
from webapp.extensions import db
from webapp.models import Issue
from webapp.quickbooks import causes
from webapp.rights import firm_id, for_fixers
from webapp.views.quickbooks.lists import Wish, every
from webapp.views.quickbooks.page import kind_of
from webapp.views.settings_menu import INTEGRATIONS_URL

bp = Blueprint("quickbooks_export", __name__, url_prefix=INTEGRATIONS_URL)

AT_ONCE = 1_000


@bp.get("/errors/<name>.csv")
@for_fixers
def errors(name: str) -> Response:
    wish = Wish.read(firm_id(), kind_of(name), request.args)
    db.session.commit()  # who asked is known; nothing may stay open while the file goes out
    text = stream_with_context(spreadsheet.lines(_rows(wish)))
    answer = Response(text, mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="quickbooks-{name}.csv"'
    return answer


def _rows(wish: Wish) -> Iterator[tuple[object, ...]]:
    yield _headings()
    for issue in _issues(every(wish).order_by(Issue.id.desc())):
        yield _row(issue)


def _issues(found: Select[tuple[Issue]]) -> Iterator[Row[tuple[object, ...]]]:
    """Columns instead of objects: nothing is kept of those that were written."""
    wanted = found.with_only_columns(*Issue.__table__.columns).limit(AT_ONCE)
    last = None
    while True:
        page = wanted if last is None else wanted.where(Issue.id < last)
        with db.engine.connect() as connection:
            rows = connection.execution_options(read_only=True).execute(page).all()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id


def _headings() -> tuple[str, ...]:
    return (
        gettext("Record"),
        gettext("Client"),
        gettext("Amount"),
        gettext("Currency"),
        gettext("What happened"),
        gettext("Details"),
        gettext("How to fix it"),
        gettext("QuickBooks code"),
        gettext("QuickBooks message"),
        gettext("QuickBooks detail"),
        "intuit_tid",
        gettext("Tries"),
        gettext("Opened (UTC)"),
        gettext("Last try (UTC)"),
        "issue_id",
        "record_id",
    )


def _row(issue: Row[tuple[object, ...]]) -> tuple[object, ...]:
    described = causes.describe(issue.cause, issue.facts, issue.kind)
    currency = issue.currency or ""
    known = issue.amount_minor is not None and currency
    return (
        issue.title,
        issue.client,
        money.to_text(issue.amount_minor, currency) if known else "",
        currency,
        described.cause,
        described.detail,
        described.fix,
        issue.code or "",
        issue.message or "",
        issue.detail or "",
        issue.intuit_tid or "",
        issue.tries,
        issue.opened_at.isoformat(timespec="seconds"),
        issue.tried_at.isoformat(timespec="seconds"),
        issue.id,
        issue.record_id,
    )
