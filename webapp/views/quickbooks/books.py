"""Both books side by side, per month and client; and the records behind a row that differs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, request, url_for
from sqlalchemy import ColumnElement, and_, func, or_, select
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.models import Account, BookComparison, BookDifference, BookRow, Link
from webapp.models.books import EQUAL
from webapp.quickbooks.books import KINDS, work
from webapp.rights import LARGEST_ID, firm_id, for_fixers
from webapp.views.answers import done, page
from webapp.views.paging import page_of
from webapp.views.quickbooks import books_words as words
from webapp.views.quickbooks.page import FOLDER
from webapp.views.settings_menu import INTEGRATIONS_URL, settings_menu

bp = Blueprint("quickbooks_books", __name__, url_prefix=f"{INTEGRATIONS_URL}/books")

ALL = "all"


@bp.get("")
@for_fixers
def index() -> tuple[str, int]:
    """What differs, or with ``show=all`` every row; what nobody can account for stands first."""
    comparison = BookComparison.latest(firm_id())
    everything = request.args.get("show") == ALL
    found = select(BookRow).where(BookRow.comparison_id == (comparison.id if comparison else 0))
    if not everything:
        found = found.where(BookRow.standing != EQUAL)
    rows = page_of(
        found.order_by(BookRow.standing, BookRow.month.desc(), BookRow.account_id, BookRow.id)
    )
    return page(
        f"{FOLDER}/books.html",
        "books",
        comparison=comparison,
        counts=_counts(comparison),
        everything=everything,
        page=rows,
        clients=_names(row.account_id for row in rows.rows),
        least_reads=_least_reads(),
        words=words,
        menu=settings_menu("integrations"),
    )


@bp.post("")
@for_fixers
def compare() -> Response:
    """Begin a comparison: with what is known here, or with QuickBooks itself."""
    source = request.form.get("source")
    if source not in ("known", "quickbooks"):
        abort(400)
    work.begin(firm_id(), asked=source == "quickbooks")
    return done(url_for(".index"))


@bp.get("/<int:row_id>")
@for_fixers
def show(row_id: int) -> tuple[str, int]:
    """The records that make a row differ."""
    comparison = BookComparison.latest(firm_id())
    row = db.session.get(BookRow, row_id) if row_id <= LARGEST_ID else None
    if row is None or comparison is None or row.comparison_id != comparison.id:
        abort(404)
    found = select(BookDifference).where(
        BookDifference.comparison_id == row.comparison_id,
        BookDifference.kind == row.kind,
        BookDifference.currency == row.currency,
        or_(*_either_side(row)),
    )
    rows = page_of(found.order_by(BookDifference.ours_day, BookDifference.id))
    accounts = (
        account for one in rows.rows for account in (one.ours_account_id, one.theirs_account_id)
    )
    return page(
        f"{FOLDER}/books_row.html",
        "records",
        row=row,
        page=rows,
        clients=_names((row.account_id, *accounts)),
        words=words,
        menu=settings_menu("integrations"),
    )


def _either_side(row: BookRow) -> Iterable[ColumnElement[bool]]:
    """A record that moved to another month or client belongs to two rows."""
    sides = (
        (BookDifference.ours_day, BookDifference.ours_minor, BookDifference.ours_account_id),
        (BookDifference.theirs_day, BookDifference.theirs_minor, BookDifference.theirs_account_id),
    )
    for day, minor, account in sides:
        # A document without a day has an amount at least.
        within = _within(day, row.month) if row.month else and_(day.is_(None), minor.is_not(None))
        yield and_(within, account == row.account_id if row.account_id else account.is_(None))


def _within(day: Any, month: str) -> ColumnElement[bool]:
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return and_(day >= first, day < following)


def _counts(comparison: BookComparison | None) -> dict[int, int]:
    """Rows by their standing."""
    if comparison is None:
        return {}
    rows = db.session.execute(
        select(BookRow.standing, func.count())
        .where(BookRow.comparison_id == comparison.id)
        .group_by(BookRow.standing)
    )
    return dict(rows.all())


def _names(ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {account_id for account_id in ids if account_id is not None}
    found = select(Account.id, Account.name).where(
        Account.firm_id == firm_id(), Account.id.in_(wanted)
    )
    return dict(db.session.execute(found).all())


def _least_reads() -> int:
    """Calls that asking costs if QuickBooks holds no other documents than ours."""
    counted = (
        select(func.count())
        .where(Link.firm_id == firm_id(), Link.kind.in_(KINDS))
        .group_by(Link.kind)
    )
    pages = [number // 1000 for number in db.session.scalars(counted)]
    return len(KINDS) + sum(pages)
