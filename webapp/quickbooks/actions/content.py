"""Another number, name or income account, so that QuickBooks takes the record."""

from __future__ import annotations

from flask_babel import gettext

from webapp.extensions import db
from webapp.models import Account, Firm, Invoice
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH
from webapp.models.service import Service
from webapp.quickbooks import numbering, roles
from webapp.quickbooks.actions.case import ActionRefused, Case


def use_number(case: Case) -> None:
    """The number asked for, or the next free one."""
    assert isinstance(case.record, Invoice)
    number = case.text("number") or numbering.suggestion(case.record)
    if not number:
        raise ActionRefused("number", gettext("Enter an invoice number."))
    if len(number) > MAXIMUM_NUMBER_LENGTH:
        raise ActionRefused("number", gettext("Use 21 characters or fewer."))
    firm = db.session.get_one(Firm, case.issue.firm_id)
    taken = numbering.check(firm, number, case.record)
    if taken.taken:
        free = taken.suggestion or ""
        message = gettext("%(number)s is taken, too. Use %(free)s.", number=number, free=free)
        raise ActionRefused("number", message)
    old, case.record.number = case.record.number, number
    case.note("renumber", f"{old} → {number}")
    case.send_again()


def rename(case: Case) -> None:
    """Another name for QuickBooks alone; here the record keeps its own."""
    name = case.text("name")
    limit = 500 if isinstance(case.record, Account) else 100
    if not name or len(name) > limit:
        raise ActionRefused(
            "name", gettext("Enter a name of at most %(limit)s characters.", limit=limit)
        )
    if any(char in name for char in ":\t\n\r"):
        raise ActionRefused("name", gettext("QuickBooks takes no colon, tab or line break here."))
    assert isinstance(case.record, Account | Service)
    case.record.quickbooks_name = name
    case.send_again()


def set_income_account(case: Case) -> None:
    assert isinstance(case.record, Service)
    chosen = case.listed("Account", case.text("quickbooks_id"))
    fits = chosen and chosen.detail.get("account_type") in roles.ROLES[roles.INCOME].types
    if chosen is None or not fits or not chosen.active:
        raise ActionRefused("quickbooks_id", gettext("Choose an income account from the list."))
    case.record.income_account_id = chosen.quickbooks_id
    case.send_again()
