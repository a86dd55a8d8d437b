"""The firm's invoices: the list, one invoice with its history, and what its form does."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.wrappers import Response

from webapp import intake
from webapp.extensions import db
from webapp.models import Account, Invoice, Payment
from webapp.quickbooks.standing import standings
from webapp.rights import asking_firm, firm_id, for_firm, own
from webapp.views.answers import page, refused
from webapp.views.deletion import Question, ask_or_delete
from webapp.views.history import panel_of, sentence
from webapp.views.invoice_form import InvoiceForm
from webapp.views.line_form import LINES, TOTALS
from webapp.views.once import once, saved
from webapp.views.paging import asked_for, matches, page_of

bp = Blueprint("invoices", __name__, url_prefix="/invoices")

FORM = "invoices/form.html"


@bp.get("")
@for_firm
def index() -> tuple[str, int]:
    query = (
        select(Invoice)
        .join(Invoice.account)
        .where(Invoice.firm_id == firm_id(), Invoice.removed_at.is_(None))
        .options(contains_eager(Invoice.account))
    )
    if asked_for():
        query = query.where(matches(asked_for().removeprefix("#"), Invoice.number, Account.name))
    rows = page_of(query.order_by(Invoice.date.desc(), Invoice.id.desc()))
    return page(
        "invoices/index.html", "list", page=rows, q=asked_for(), standings=standings(rows.rows)
    )


@bp.get("/new")
@for_firm
def new() -> tuple[str, int]:
    form = InvoiceForm.blank(asking_firm(), request.args.get("account", ""))
    return page(FORM, "form", form=form)


@bp.post("")
@for_firm
@once
def create() -> Response | tuple[str, int]:
    return _save(None)


@bp.post("/lines")
@for_firm
def lines() -> tuple[str, int]:
    """The lines of the form after adding, removing or choosing a service; nothing is saved."""
    form = InvoiceForm.posted(asking_firm(), _edited())
    form.apply_buttons()
    return page(LINES, "lines", form=form)


@bp.post("/totals")
@for_firm
def totals() -> tuple[str, int]:
    """What the lines come to as they are typed; nothing is saved."""
    return page(TOTALS, "totals", form=InvoiceForm.posted(asking_firm(), _edited()))


@bp.get("/account-hint")
@for_firm
def account_hint() -> tuple[str, int]:
    """Whether the chosen client is linked, as the line beneath the field says it."""
    form = InvoiceForm.blank(asking_firm(), request.args.get("account", ""))
    return page(FORM, "account_hint", form=form)


@bp.get("/<int:record_id>")
@for_firm
def show(record_id: int) -> tuple[str, int]:
    invoice = own(Invoice, record_id)
    return page(
        "invoices/show.html",
        "quickbooks",
        invoice=invoice,
        payments=_payments(invoice),
        paid_minor=invoice.paid_minor(),
        panel=panel_of(invoice),
        sentence=sentence,
    )


@bp.get("/<int:record_id>/edit")
@for_firm
def edit(record_id: int) -> tuple[str, int]:
    return page(FORM, "form", form=InvoiceForm.of(asking_firm(), own(Invoice, record_id)))


@bp.post("/<int:record_id>")
@for_firm
def update(record_id: int) -> Response | tuple[str, int]:
    return _save(own(Invoice, record_id))


@bp.route("/<int:record_id>/delete", methods=["GET", "POST"])
@for_firm
def delete(record_id: int) -> Response | tuple[str, int]:
    invoice = own(Invoice, record_id)
    question = Question(
        title=gettext("Delete invoice %(number)s?", number=invoice.title),
        text=gettext(
            "The invoice is removed from Cuadra. If it is in QuickBooks, it is voided there."
        ),
        delete=gettext("Delete invoice"),
        keep=gettext("Keep invoice"),
        back=url_for(".show", record_id=invoice.id),
    )
    return ask_or_delete(
        invoice, question, after=url_for(".index"), said=gettext("Invoice deleted.")
    )


def _save(invoice: Invoice | None) -> Response | tuple[str, int]:
    form = InvoiceForm.posted(asking_firm(), invoice)
    if form.apply_buttons():
        return page(FORM, "form", form=form)
    form.drop_blank_lines()
    if form.warns_of_number:
        form.errors = {"number": [gettext("This number already exists in QBO.")]}
        return refused(FORM, "form", form=form)
    try:
        kept = intake.invoice(asking_firm(), form.data(), invoice)
    except intake.Refused as refusal:
        db.session.rollback()
        form.errors = refusal.errors
        return refused(FORM, "form", form=form)
    said = gettext("Invoice %(number)s saved.", number=kept.number)
    return saved(url_for(".show", record_id=kept.id), said)


def _edited() -> Invoice | None:
    """The invoice whose form asks for a part of itself."""
    record_id = request.form.get("record_id", type=int)
    return own(Invoice, record_id) if record_id else None


def _payments(invoice: Invoice) -> list[Payment]:
    return list(
        db.session.scalars(
            select(Payment)
            .where(Payment.invoice_id == invoice.id, Payment.removed_at.is_(None))
            .order_by(Payment.date.desc(), Payment.id.desc())
            .options(joinedload(Payment.invoice))
        )
    )
