"""Money given back: recorded from its payment, each refund with a page of its own."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from webapp import intake, money
from webapp.extensions import db
from webapp.formats import amount
from webapp.models import Payment, Refund
from webapp.rights import asking_firm, for_firm, own
from webapp.views.answers import page, refused
from webapp.views.deletion import Question, ask_or_delete
from webapp.views.history import panel_of, sentence
from webapp.views.once import once, saved
from webapp.views.typed import Errors, Values, typed

bp = Blueprint("refunds", __name__)

FORM = "payments/refund.html"
FIELDS = ("date", "amount", "reason")


@bp.get("/payments/<int:payment_id>/refunds/new")
@for_firm
def new(payment_id: int) -> tuple[str, int]:
    payment = own(Payment, payment_id)
    values = {"date": datetime.now(asking_firm().zone).date().isoformat()}
    return page(FORM, "form", **_form(None, payment, values, {}))


@bp.post("/payments/<int:payment_id>/refunds")
@for_firm
@once
def create(payment_id: int) -> Response | tuple[str, int]:
    return _save(None, own(Payment, payment_id))


@bp.get("/refunds/<int:record_id>")
@for_firm
def show(record_id: int) -> tuple[str, int]:
    refund = own(Refund, record_id)
    values = {
        "date": refund.date.isoformat(),
        "amount": money.to_text(refund.amount_minor, refund.currency),
        "reason": refund.reason or "",
    }
    return page(FORM, "form", **_form(refund, refund.payment, values, {}))


@bp.post("/refunds/<int:record_id>")
@for_firm
def update(record_id: int) -> Response | tuple[str, int]:
    refund = own(Refund, record_id)
    return _save(refund, refund.payment)


@bp.route("/refunds/<int:record_id>/delete", methods=["GET", "POST"])
@for_firm
def delete(record_id: int) -> Response | tuple[str, int]:
    refund = own(Refund, record_id)
    question = Question(
        title=gettext(
            "Delete the refund of %(amount)s?", amount=amount(refund.amount_minor, refund.currency)
        ),
        text=gettext(
            "The refund is removed from Cuadra. If it is in QuickBooks, it is deleted there too."
        ),
        delete=gettext("Delete refund"),
        keep=gettext("Keep refund"),
        back=url_for(".show", record_id=refund.id),
    )
    return ask_or_delete(
        refund, question, after=_after(refund.payment), said=gettext("Refund deleted.")
    )


def _save(refund: Refund | None, payment: Payment) -> Response | tuple[str, int]:
    values = typed(*FIELDS)
    try:
        intake.refund(asking_firm(), {**values, "payment": payment.id}, refund)
    except intake.Refused as refusal:
        db.session.rollback()
        return refused(FORM, "form", **_form(refund, payment, values, refusal.errors))
    return saved(_after(payment), gettext("Refund saved."))


def _after(payment: Payment) -> str:
    return url_for("payments.show", record_id=payment.id)


def _form(
    refund: Refund | None, payment: Payment, values: Values, errors: Errors
) -> dict[str, object]:
    return {
        "refund": refund,
        "payment": payment,
        "values": values,
        "errors": errors,
        "panel": panel_of(refund) if refund else None,
        "sentence": sentence,
    }
