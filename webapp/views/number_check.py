"""Is the invoice number that is being typed free? What the form says beneath the field."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Connection, Firm, Invoice
from webapp.models.connection import CONNECTED
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH
from webapp.quickbooks import numbering
from webapp.rights import asking_firm, for_firm, own

bp = Blueprint("number_check", __name__, url_prefix="/invoices/number-check")

TROUBLE_FROM = 2
"""From so many calls in a row without an answer on, what we know of QuickBooks may be old."""


@bp.get("")
@for_firm
def check() -> str:
    """Says nothing while the firm does not sync its numbers with QuickBooks."""
    firm = asking_firm()
    number = request.args.get("number", "").strip()[:MAXIMUM_NUMBER_LENGTH]
    record_id = request.args.get("record_id", type=int)
    invoice = own(Invoice, record_id) if record_id else None
    state, instead = _look(firm, number, invoice)
    return render_template("invoices/_number.html", state=state, number=number, next_number=instead)


def _look(firm: Firm, number: str, invoice: Invoice | None) -> tuple[str, str]:
    """The field's state, and the number to use instead of a taken one."""
    if not firm.sync_invoice_numbers:
        return "idle", ""
    if not number:
        return "empty", ""
    found = numbering.check(firm, number, invoice)
    if found.taken:
        return "duplicate", found.suggestion or ""
    return ("free" if _up_to_date(firm.id) else "unreachable"), ""


def _up_to_date(firm_id: int) -> bool:
    """Do we hear from QuickBooks, so that a number it gave away would be known here?"""
    connection = db.session.scalar(select(Connection).where(Connection.firm_id == firm_id))
    return (
        connection is not None
        and connection.state == CONNECTED
        and connection.failures < TROUBLE_FROM
    )
