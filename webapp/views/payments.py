"""What clients paid: the list, one payment with its refunds and fees, and the payment form."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.wrappers import Response

from webapp import intake, money
from webapp.extensions import db
from webapp.formats import amount
from webapp.models import Account, Expense, Invoice, Payment, Refund
from webapp.models.payment import METHODS
from webapp.quickbooks.standing import standings
from webapp.rights import asking_firm, firm_id, for_firm, own
from webapp.views.answers import page, refused
from webapp.views.deletion import Question, ask_or_delete
from webapp.views.history import panel_of, sentence
from webapp.views.once import once, saved
from webapp.views.paging import asked_for, matches, page_of
from webapp.views.payment_choices import account_options, invoice_options
from webapp.views.typed import Errors, Values, typed

bp = Blueprint("payments", __name__, url_prefix="/payments")

FORM = "payments/form.html"
FIELDS = ("account", "invoice", "date", "amount", "method", "reference")


@bp.get("")
@for_firm
def index() -> tuple[str, int]:
    query = (
        select(Payment)
        .join(Payment.account)
        .outerjoin(Payment.invoice)
        .where(Payment.firm_id == firm_id(), Payment.removed_at.is_(None))
        .options(contains_eager(Payment.account), contains_eager(Payment.invoice))
    )
    if asked_for():
        words = asked_for().removeprefix("#")
        query = query.where(matches(words, Payment.reference, Account.name, Invoice.number))
    rows = page_of(query.order_by(Payment.date.desc(), Payment.id.desc()))
    return page(
        "payments/index.html", "list", page=rows, q=asked_for(), standings=standings(rows.rows)
    )


@bp.get("/new")
@for_firm
def new() -> tuple[str, int]:
    """A blank form, or one for the invoice or the client of the address."""
    firm = asking_firm()
    values = {
        "account": request.args.get("account", ""),
        "date": datetime.now(firm.zone).date().isoformat(),
        "method": "check",
    }
    invoice_id = request.args.get("invoice", type=int)
    if invoice_id is not None:
        invoice = own(Invoice, invoice_id)
        rest = invoice.total_minor - invoice.paid_minor()
        values |= {
            "account": str(invoice.account_id),
            "invoice": str(invoice.id),
            "amount": money.to_text(max(rest, 0), invoice.currency),
        }
    return page(FORM, "form", **_form(None, values, {}))


@bp.get("/open-invoices")
@for_firm
def open_invoices() -> tuple[str, int]:
    """The choice of invoices, after another client was chosen in the form."""
    return page(
        FORM, "open_invoices", **_form(None, {"account": request.args.get("account", "")}, {})
    )


@bp.post("")
@for_firm
@once
def create() -> Response | tuple[str, int]:
    return _save(None)


@bp.get("/<int:record_id>")
@for_firm
def show(record_id: int) -> tuple[str, int]:
    payment = own(Payment, record_id)
    refunds, fees = _given_back(payment), _fees(payment)
    return page(
        "payments/show.html",
        "quickbooks",
        payment=payment,
        refunds=refunds,
        refund_standings=standings(refunds),
        left_minor=payment.amount_minor - sum(refund.amount_minor for refund in refunds),
        fees=fees,
        fee_standings=standings(fees),
        panel=panel_of(payment),
        sentence=sentence,
    )


@bp.get("/<int:record_id>/edit")
@for_firm
def edit(record_id: int) -> tuple[str, int]:
    payment = own(Payment, record_id)
    values = {
        "account": str(payment.account_id),
        "invoice": str(payment.invoice_id or ""),
        "date": payment.date.isoformat(),
        "amount": money.to_text(payment.amount_minor, payment.currency),
        "method": payment.method,
        "reference": payment.reference or "",
    }
    return page(FORM, "form", **_form(payment, values, {}))


@bp.post("/<int:record_id>")
@for_firm
def update(record_id: int) -> Response | tuple[str, int]:
    return _save(own(Payment, record_id))


@bp.route("/<int:record_id>/delete", methods=["GET", "POST"])
@for_firm
def delete(record_id: int) -> Response | tuple[str, int]:
    payment = own(Payment, record_id)
    question = Question(
        title=gettext(
            "Delete the payment of %(amount)s?",
            amount=amount(payment.amount_minor, payment.currency),
        ),
        text=gettext(
            "The payment is removed from Cuadra. If it is in QuickBooks, it is deleted there too."
        ),
        delete=gettext("Delete payment"),
        keep=gettext("Keep payment"),
        back=url_for(".show", record_id=payment.id),
    )
    return ask_or_delete(
        payment, question, after=url_for(".index"), said=gettext("Payment deleted.")
    )


def _save(payment: Payment | None) -> Response | tuple[str, int]:
    values = typed(*FIELDS)
    try:
        kept = intake.payment(asking_firm(), values, payment)
    except intake.Refused as refusal:
        db.session.rollback()
        return refused(FORM, "form", **_form(payment, values, refusal.errors))
    return saved(url_for(".show", record_id=kept.id), gettext("Payment saved."))


def _form(payment: Payment | None, values: Values, errors: Errors) -> dict[str, object]:
    return {
        "payment": payment,
        "values": values,
        "errors": errors,
        "methods": METHODS,
        "account_options": account_options(firm_id()),
        "invoice_options": invoice_options(firm_id(), values.get("account", ""), payment),
    }


def _given_back(payment: Payment) -> list[Refund]:
    return list(
        db.session.scalars(
            select(Refund)
            .where(Refund.payment_id == payment.id, Refund.removed_at.is_(None))
            .order_by(Refund.date, Refund.id)
            .options(joinedload(Refund.payment))
        )
    )


def _fees(payment: Payment) -> list[Expense]:
    return list(
        db.session.scalars(
            select(Expense)
            .where(Expense.payment_id == payment.id, Expense.removed_at.is_(None))
            .order_by(Expense.date, Expense.id)
        )
    )
