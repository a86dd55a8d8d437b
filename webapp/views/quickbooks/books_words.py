"""How the comparison of both books speaks: kinds, standings, reasons, and why it failed."""

from __future__ import annotations

from datetime import date

from flask import url_for
from flask_babel import LazyString, format_date, gettext
from flask_babel import lazy_gettext as _l

from webapp.formats import amount
from webapp.models import BookDifference
from webapp.models.books import EQUAL, EXPLAINED, UNEXPLAINED
from webapp.quickbooks.books import reasons, work

KINDS = {
    "invoice": _l("Invoices"),
    "payment": _l("Payments"),
    "refund": _l("Refunds"),
    "expense": _l("Expenses"),
}

STANDINGS = {
    UNEXPLAINED: (_l("Unexplained"), "bad", "alert"),
    EXPLAINED: (_l("Explained"), "warn", "info"),
    EQUAL: (_l("Equal"), "ok", "check-circle"),
}

_WHY = {
    reasons.ISSUE: _l("Its error is open."),
    reasons.IGNORED: _l("Its error is ignored."),
    reasons.WAITS: _l("It waits for another record."),
    reasons.MOVING: _l("It is on its way to QuickBooks."),
    reasons.KEPT: _l("Somebody kept what QuickBooks says."),
    reasons.LEFT_OUT: _l("Somebody left it out of QuickBooks."),
    reasons.OFF: _l("Its sync is off."),
    reasons.UNKNOWN: _l("We do not know what QuickBooks says. Ask QuickBooks."),
    reasons.UNEXPLAINED: _l(
        "Nothing here explains it. If it was just changed in QuickBooks, its error opens by itself "
        "within minutes. If none does, open it in both places and correct one of them."
    ),
}

TROUBLES = {
    work.NOT_CONNECTED: _l("QuickBooks is not connected. Connect it, then ask again."),
    work.SIGN_IN: _l("The sign-in to QuickBooks was lost. Reconnect, then ask again."),
    work.REFUSED: _l("QuickBooks refused to show the books. Open it and look for a message there."),
    work.NO_ANSWER: _l("QuickBooks did not answer. Nothing is known about the books. Ask again."),
}


def month(of: str) -> str:
    """``2026-11`` to ``November 2026``."""
    if not of:
        return gettext("No date")
    return format_date(date.fromisoformat(f"{of}-01"), "LLLL y")


def side(number: int, minor: int, currency: str) -> str:
    """``3 · $1,260.00``."""
    return f"{number} · {amount(minor, currency)}"


def why(difference: BookDifference) -> LazyString:
    return _WHY[difference.why]


def record_url(difference: BookDifference) -> str:
    if difference.record_id is None:
        return ""
    return url_for(f"{difference.kind}s.show", record_id=difference.record_id)


def issue_url(difference: BookDifference) -> str:
    if difference.issue_id is None:
        return ""
    return url_for("quickbooks_issues.detail", issue_id=difference.issue_id)
