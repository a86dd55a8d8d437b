"""The fees a card processor kept: recorded from their payment, each with a page of its own."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from webapp import intake, money
from webapp.extensions import db
from webapp.formats import amount
from webapp.models import Expense, Payment
from webapp.rights import asking_firm, for_firm, own
from webapp.views.answers import page, refused
from webapp.views.deletion import Question, ask_or_delete
from webapp.views.history import panel_of, sentence
from webapp.views.once import once, saved
from webapp.views.typed import Errors, Values, typed

bp = Blueprint("expenses", __name__)

FORM = "payments/expense.html"
FIELDS = ("date", "amount", "description")


@bp.get("/payments/<int:payment_id>/expenses/new")
@for_firm
def new(payment_id: int) -> tuple[str, int]:
    payment = own(Payment, payment_id)
    values = {"date": datetime.now(asking_firm().zone).date().isoformat()}
    return page(FORM, "form", **_form(None, payment, values, {}))


@bp.post("/payments/<int:payment_id>/expenses")
@for_firm
@once
def create(payment_id: int) -> Response | tuple[str, int]:
    return _save(None, own(Payment, payment_id))


@bp.get("/expenses/<int:record_id>")
@for_firm
def show(record_id: int) -> tuple[str, int]:
    expense = own(Expense, record_id)
    values = {
        "date": expense.date.isoformat(),
        "amount": money.to_text(expense.amount_minor, expense.currency),
        "description": expense.description or "",
    }
    return page(FORM, "form", **_form(expense, expense.payment, values, {}))


@bp.post("/expenses/<int:record_id>")
@for_firm
def update(record_id: int) -> Response | tuple[str, int]:
    expense = own(Expense, record_id)
    return _save(expense, expense.payment)


@bp.route("/expenses/<int:record_id>/delete", methods=["GET", "POST"])
@for_firm
def delete(record_id: int) -> Response | tuple[str, int]:
    expense = own(Expense, record_id)
    question = Question(
        title=gettext(
            "Delete the fee of %(amount)s?", amount=amount(expense.amount_minor, expense.currency)
        ),
        text=gettext(
            "The fee is removed from Cuadra. If it is in QuickBooks, it is deleted there too."
        ),
        delete=gettext("Delete fee"),
        keep=gettext("Keep fee"),
        back=url_for(".show", record_id=expense.id),
    )
    return ask_or_delete(
        expense, question, after=_after(expense.payment), said=gettext("Fee deleted.")
    )


def _save(expense: Expense | None, payment: Payment | None) -> Response | tuple[str, int]:
    values = typed(*FIELDS)
    of_payment = {"payment": payment.id} if payment else {}
    try:
        kept = intake.expense(asking_firm(), {**values, **of_payment}, expense)
    except intake.Refused as refusal:
        db.session.rollback()
        return refused(FORM, "form", **_form(expense, payment, values, refusal.errors))
    return saved(_after(kept.payment), gettext("Fee saved."))


def _after(payment: Payment | None) -> str:
    """Fees that came in by themselves may belong to no payment."""
    if payment is None:
        return url_for("payments.index")
    return url_for("payments.show", record_id=payment.id)


def _form(
    expense: Expense | None, payment: Payment | None, values: Values, errors: Errors
) -> dict[str, object]:
    return {
        "expense": expense,
        "payment": payment,
        "values": values,
        "errors": errors,
        "back": _after(payment),
        "panel": panel_of(expense) if expense else None,
        "sentence": sentence,
    }
