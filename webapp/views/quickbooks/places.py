"""Where in Cuadra is a problem put right, when it is not on the QuickBooks page itself?"""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from webapp.models import Issue
from webapp.quickbooks import causes
from webapp.quickbooks.causes import cause as names

SET_UP = frozenset({"set_up_missing", "account_inactive", "vendor_inactive", "wrong_account_type"})
"""Causes that a choice of the set-up ends."""

CLIENT = frozenset({"email_invalid", "email_missing", "customer_missing"})
"""Causes that lie with the client of the record."""

CUSTOMER = frozenset({"customer_deleted", "customer_inactive", "currency_mismatch"})
"""Causes that lie with the client's customer: linked anew in the account's Info tab."""

RECORD = frozenset({"closed", "value_missing", "amount_mismatch", "number_format"})
"""Causes that a change of the record can end, though the fault is not in it."""


@dataclass(frozen=True)
class Place:
    url: str = ""
    label: str = ""


def place_of(issue: Issue, open_url: str, client_id: int | None) -> Place:
    """``open_url`` opens the row's own detail; "" while it is open. ``client_id`` is the account
    that the record belongs to."""
    offered = causes.actions_of(issue.cause, issue.kind)
    if issue.kind != "account" and issue.cause in CLIENT | CUSTOMER:
        return _client(issue, client_id)
    if issue.kind == "service" and names.SET_INCOME_ACCOUNT in offered:
        return Place(open_url, gettext("Choose an account")) if open_url else Place()
    if names.RENAME in offered:
        return Place(open_url, gettext("Rename it")) if open_url else Place()
    if issue.cause in SET_UP:
        return Place(url_for("quickbooks_set_up.show"), gettext("Open set-up"))
    return _record(issue) if _is_changed_here(issue) else Place()


def _is_changed_here(issue: Issue) -> bool:
    cause = causes.CAUSES.get(issue.cause)
    if cause is None or cause.needs_decision:
        return False
    if issue.kind == "account":
        return issue.cause in CLIENT
    if issue.cause == "currency":
        return issue.kind == "invoice"  # the only one whose form has a currency
    return cause.fixed_in == names.HERE or issue.cause in RECORD


def _client(issue: Issue, client_id: int | None) -> Place:
    if client_id is None:
        return Place()
    if issue.cause.startswith("email"):
        return Place(url_for("accounts.edit", record_id=client_id), gettext("Edit account"))
    return Place(url_for("accounts.show", record_id=client_id), gettext("Open account"))


def _record(issue: Issue) -> Place:
    form = "edit" if issue.kind in ("account", "invoice", "payment") else "show"
    label = {
        "account": gettext("Edit account"),
        "service": gettext("Edit service"),
        "invoice": gettext("Edit invoice"),
        "payment": gettext("Edit payment"),
        "refund": gettext("Edit refund"),
        "expense": gettext("Edit fee"),
    }[issue.kind]
    return Place(url_for(f"{issue.kind}s.{form}", record_id=issue.record_id), label)
