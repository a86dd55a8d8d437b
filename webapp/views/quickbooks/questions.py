"""What is asked before an act that cannot simply be undone, with the figures it concerns."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from webapp.extensions import db
from webapp.formats import amount
from webapp.models import Entry, Invoice, InvoiceLine, Issue, outbox
from webapp.quickbooks.causes import cause as names
from webapp.views.quickbooks.button_model import Action, Question

ID = "qb-question"


def question_about(issue: Issue, action: str) -> Question:
    return _deletion(issue) if action == names.DELETE else _stop(issue)


def disconnection() -> Question:
    url = url_for("quickbooks_connection.disconnect")
    return Question(
        ID,
        gettext("Disconnect QuickBooks?"),
        gettext("Sync stops now. Records already in QuickBooks stay there."),
        Action("disconnect", gettext("Disconnect"), url, gettext("Disconnecting"), "danger"),
        gettext("Keep connected"),
        url_for("quickbooks_page.index"),
        note=gettext(
            "You can connect the same company again at any time: the links between your records "
            "and QuickBooks are kept."
        ),
    )


def _deletion(issue: Issue) -> Question:
    used = (
        db.session.scalar(
            select(func.count(func.distinct(InvoiceLine.invoice_id))).where(
                InvoiceLine.service_id == issue.record_id
            )
        )
        or 0
    )
    return Question(
        ID,
        gettext('Delete "%(service)s"?', service=issue.title),
        gettext("The service is removed from Cuadra. Nothing is deleted in QuickBooks."),
        _yes(issue, names.DELETE, gettext("Delete service"), gettext("Deleting")),
        gettext("Keep service"),
        _back(issue),
        facts=(
            (
                gettext("Invoices that use it"),
                ngettext("%(num)s keeps its lines", "%(num)s keep their lines", used),
            ),
        )
        if used
        else (),
        note_title=gettext("To replace it:"),
        note=gettext("create the service again under Services. It then syncs by itself."),
        row_id=issue.id,
    )


def _stop(issue: Issue) -> Question:
    number, minor, currency = _held(issue)
    return Question(
        ID,
        gettext("Stop syncing %(account)s?", account=issue.title),
        gettext("Nothing of this client goes to QuickBooks. Turn sync on again in the Info tab.")
        if not number
        else ngettext(
            "%(num)s waiting invoice will not go to QuickBooks. Turn sync on again in the Info "
            "tab.",
            "%(num)s waiting invoices will not go to QuickBooks. Turn sync on again in the Info "
            "tab.",
            number,
        ),
        _yes(issue, names.STOP_SYNCING, gettext("Do not sync this account"), gettext("Stopping")),
        gettext("Keep syncing"),
        _back(issue),
        facts=((gettext("Held back"), amount(minor, currency)),) if minor else (),
        row_id=issue.id,
    )


def _held(issue: Issue) -> tuple[int, int, str]:
    """The client's invoices that are not in QuickBooks: how many, their sum, the currency."""
    waiting = (outbox.READY, outbox.WAITING, outbox.REJECTED)
    number, minor, currency = db.session.execute(
        select(func.count(), func.sum(Invoice.total_minor), func.max(Invoice.currency))
        .join(Entry, (Entry.record_id == Invoice.id) & (Entry.kind == "invoice"))
        .where(
            Entry.firm_id == issue.firm_id,
            Invoice.account_id == issue.record_id,
            Entry.state.in_(waiting),
        )
    ).one()
    return number, int(minor or 0), currency or "USD"


def _yes(issue: Issue, action: str, label: str, working: str) -> Action:
    url = url_for("quickbooks_issues.act", issue_id=issue.id, action=action)
    return Action(action, label, url, working, "danger")


def _back(issue: Issue) -> str:
    return url_for("quickbooks_page.errors", name=f"{issue.kind}s")
