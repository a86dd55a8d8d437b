"""What is said after an act: in a toast, and aloud; and how it can be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import Account, Entry, Invoice, Issue, outbox
from webapp.models import issue as issues
from webapp.quickbooks import actions
from webapp.quickbooks.causes import cause as names


@dataclass(frozen=True)
class Result:
    """``said`` is read aloud; ``toast`` is shown; with ``undo_url`` it stays until closed."""

    said: str = ""
    toast: str = ""
    icon: str = "check-circle"
    undo_url: str = ""


def result_of(issue: Issue, action: str) -> Result:
    """What the act has come to by now."""
    if action == actions.IGNORE:
        url = url_for("quickbooks_issues.act", issue_id=issue.id, action=actions.RESTORE)
        return _toast(_ignored(issue), "ban", url)
    if action == names.STOP_SYNCING:
        url = url_for("quickbooks_issues.sync_again", issue_id=issue.id)
        said = gettext("Sync is off for %(account)s.", account=issue.title)
        return _toast(said, "unlink", url)
    if action == names.DELETE:
        return _toast(gettext("Service deleted."), "trash")
    if action == actions.RESTORE:
        return _toast(gettext("%(name)s restored.", name=issue.title), "repeat")
    if action in (names.KEEP_THEIRS, names.LEAVE_OUT):
        return _toast(gettext("%(name)s is settled.", name=issue.title))
    if action == names.LINK and issue.kind == "account":
        url = url_for("quickbooks_issues.unlink", issue_id=issue.id)
        return replace(_settled(issue), undo_url=url)
    return _settled(issue) if issue.state == issues.CLOSED else Result()


def _toast(text: str, icon: str = "check-circle", undo_url: str = "") -> Result:
    return Result(text, text, icon, undo_url)


def _ignored(issue: Issue) -> str:
    if issue.kind == "invoice":
        return gettext("Invoice %(n)s ignored.", n=issue.title.removeprefix("#"))
    return gettext("%(name)s ignored.", name=issue.title)


def _settled(issue: Issue) -> Result:
    record = issue.record
    if isinstance(record, Account):
        return _toast(_linked(record))
    old = issue.title.removeprefix("#")
    if isinstance(record, Invoice) and record.number != old:
        return _toast(gettext("Invoice %(a)s is now %(b)s and synced.", a=old, b=record.number))
    return Result(said=gettext("%(name)s synced.", name=issue.title))


def _linked(account: Account) -> str:
    going = (
        db.session.scalar(
            select(func.count()).where(
                Entry.firm_id == account.firm_id,
                Entry.kind == "invoice",
                Entry.state.in_((outbox.READY, outbox.SENT)),
                Entry.record_id.in_(select(Invoice.id).where(Invoice.account_id == account.id)),
            )
        )
        or 0
    )
    if not going:
        return gettext("%(account)s linked.", account=account.name)
    return ngettext(
        "%(account)s linked. Sending %(num)s waiting record.",
        "%(account)s linked. Sending %(num)s waiting records.",
        going,
        account=account.name,
    )
