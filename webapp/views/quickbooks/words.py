"""What the QuickBooks page calls the six lists, and what it writes on the buttons of an issue."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString, ngettext
from flask_babel import lazy_gettext as _l

from webapp.models import Issue
from webapp.quickbooks import actions, causes
from webapp.quickbooks.causes import cause as names


@dataclass(frozen=True)
class ListWords:
    """The words of one kind's list. ``tab`` doubles as the plural's heading."""

    tab: LazyString
    heading: LazyString
    column: LazyString
    search: LazyString


KIND_OF_LIST = {
    "accounts": "account",
    "invoices": "invoice",
    "payments": "payment",
    "refunds": "refund",
    "expenses": "expense",
    "services": "service",
}
"""The lists by their addresses, in the order of the tabs."""

_SEARCH = _l("Search number or client")

WORDS = {
    "account": ListWords(
        _l("Accounts"), _l("Accounts that did not sync"), _l("Account"), _l("Search account")
    ),
    "invoice": ListWords(_l("Invoices"), _l("Invoices that did not sync"), _l("Invoice"), _SEARCH),
    "payment": ListWords(_l("Payments"), _l("Payments that did not sync"), _l("Payment"), _SEARCH),
    "refund": ListWords(_l("Refunds"), _l("Refunds that did not sync"), _l("Refund"), _SEARCH),
    "expense": ListWords(_l("Expenses"), _l("Expenses that did not sync"), _l("Expense"), _SEARCH),
    "service": ListWords(
        _l("Services"), _l("Services that did not sync"), _l("Service"), _l("Search service")
    ),
}


@dataclass(frozen=True)
class ButtonWords:
    label: LazyString
    working: LazyString
    style: str = ""
    icon: str = ""


BUTTONS = {
    names.RESYNC: ButtonWords(_l("Resync"), _l("Syncing"), icon="sync"),
    actions.IGNORE: ButtonWords(_l("Ignore"), _l("Ignoring"), "quiet", "ban"),
    actions.RESTORE: ButtonWords(_l("Restore"), _l("Restoring"), icon="repeat"),
    names.SEND_OURS: ButtonWords(_l("Send ours"), _l("Sending"), icon="arrow-right"),
    names.KEEP_THEIRS: ButtonWords(_l("Keep theirs"), _l("Keeping"), icon="check"),
    names.RECREATE: ButtonWords(_l("Create again"), _l("Creating"), icon="plus"),
    names.LEAVE_OUT: ButtonWords(_l("Leave out"), _l("Leaving out"), icon="minus"),
    names.USE_NUMBER: ButtonWords(_l("Use the next number"), _l("Syncing"), icon="pencil"),
    names.LINK: ButtonWords(_l("Link it"), _l("Linking"), icon="link"),
    names.CREATE_CUSTOMER: ButtonWords(
        _l("Create new customer in QuickBooks"), _l("Creating"), icon="plus"
    ),
    names.REACTIVATE: ButtonWords(
        _l("Make it active in QuickBooks"), _l("Making it active"), icon="play"
    ),
    names.STOP_SYNCING: ButtonWords(
        _l("Do not sync this account"), _l("Stopping"), "quiet-danger", "unlink"
    ),
    names.RENAME: ButtonWords(_l("Rename and resync"), _l("Syncing")),
    names.SET_INCOME_ACCOUNT: ButtonWords(_l("Use this account and resync"), _l("Syncing")),
    names.ENABLE_CARD_METHOD: ButtonWords(
        _l("Mark it as a credit card"), _l("Marking"), icon="card"
    ),
    names.DELETE: ButtonWords(_l("Delete"), _l("Deleting"), "quiet-danger", "trash"),
}

CONSEQUENCES = {
    actions.IGNORE: _l("We stop retrying and stop notifying you about it."),
    actions.RESTORE: _l("The error is open again, and new tries may follow."),
    names.SEND_OURS: _l("Overwrites what is in QuickBooks with what is here."),
    names.USE_NUMBER: _l("Changes the number here and sends the invoice."),
    names.KEEP_THEIRS: _l("Accepts it as it is in QuickBooks. Nothing changes here or there."),
    names.RECREATE: _l("Makes a new one in QuickBooks with what is here."),
    names.LEAVE_OUT: _l("It stays out of QuickBooks. Here it stays as it is."),
    names.CREATE_CUSTOMER: _l("Copies the name and email from this account."),
    names.STOP_SYNCING: _l(
        "Its invoices and payments stay out of QuickBooks until you turn sync on in the account’s "
        "Info tab."
    ),
    names.ENABLE_CARD_METHOD: _l(
        "Ticks the box at “Credit card” in QuickBooks, then sends every payment it kept back."
    ),
    names.DELETE: _l("The service is removed from Cuadra. Nothing is deleted in QuickBooks."),
    names.REACTIVATE: _l("Makes it active in QuickBooks, links it and sends what waited."),
}

ACCOUNT_IGNORED = _l(
    "We stop retrying and stop notifying you about it. New problems with this account still reach "
    "you."
)
DOCUMENT_LINKED = _l("Takes the one in QuickBooks as this very record. Nothing is overwritten.")
LISTED_LINKED = _l("Takes the one of this name in QuickBooks as this service.")


def consequence(issue: Issue, action: str, shared: int = 0, money: str = "") -> str:
    """What the click will do. ``shared`` further records go along; ``money`` is the amount."""
    if action == names.RESYNC:
        return _resync(issue, shared, money)
    if action == actions.IGNORE and issue.kind == "account":
        return str(ACCOUNT_IGNORED)
    if action == names.LINK:
        return str(LISTED_LINKED if issue.kind == "service" else DOCUMENT_LINKED)
    return str(CONSEQUENCES.get(action, ""))


def _resync(issue: Issue, shared: int, money: str) -> str:
    if shared:
        return ngettext(
            "Sends this and %(num)s more record to QuickBooks again.",
            "Sends this and %(num)s more records to QuickBooks again.",
            shared,
        )
    if money:
        return str(_l("Sends %(name)s, %(money)s, again.", name=issue.title, money=money))
    return str(_l("Sends %(name)s again.", name=issue.title))


def needs_decision(cause: str) -> bool:
    """Somebody changed it over there: bulk and Resync leave it alone."""
    return causes.CAUSES.get(cause, causes.CAUSES[causes.UNKNOWN]).needs_decision
