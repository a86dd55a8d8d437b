"""Recurring invoices: the list of schedules, and the form of one with what it has made."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from werkzeug.wrappers import Response

from webapp import intake
from webapp.extensions import db
from webapp.models import Account, Recurring, RecurringInvoice
from webapp.recurring import today_of
from webapp.rights import asking_firm, firm_id, for_firm, own
from webapp.views.answers import done, page, refused
from webapp.views.deletion import Question, ask_or_delete
from webapp.views.line_form import LINES, TOTALS
from webapp.views.once import once, saved
from webapp.views.paging import asked_for, matches, page_of
from webapp.views.recurring_form import (
    RecurringForm,
    end_in_words,
    rhythm_in_words,
    stopped_in_words,
)

bp = Blueprint("recurring", __name__, url_prefix="/recurring")

FORM = "recurring/form.html"
LATEST = 10
"""So many of the invoices it made stand beside the form."""


@bp.app_context_processor
def words() -> dict[str, object]:
    return {
        "rhythm_in_words": rhythm_in_words,
        "end_in_words": end_in_words,
        "stopped_in_words": stopped_in_words,
    }


@bp.get("")
@for_firm
def index() -> tuple[str, int]:
    query = (
        select(Recurring)
        .join(Recurring.account)
        .where(Recurring.firm_id == firm_id(), Recurring.removed_at.is_(None))
        .options(contains_eager(Recurring.account), selectinload(Recurring.lines))
    )
    if asked_for():
        query = query.where(matches(asked_for(), Account.name, Recurring.memo))
    rows = page_of(query.order_by(Recurring.next_date.is_(None), Recurring.next_date, Recurring.id))
    return page("recurring/index.html", "list", page=rows, q=asked_for())


@bp.get("/new")
@for_firm
def new() -> tuple[str, int]:
    return page(FORM, "form", form=RecurringForm.blank(asking_firm()))


@bp.post("")
@for_firm
@once
def create() -> Response | tuple[str, int]:
    return _save(None)


@bp.post("/lines")
@for_firm
def lines() -> tuple[str, int]:
    """The lines of the form after adding, removing or choosing a service; nothing is saved."""
    form = RecurringForm.posted(asking_firm(), _edited())
    form.apply_buttons()
    return page(LINES, "lines", form=form)


@bp.post("/totals")
@for_firm
def totals() -> tuple[str, int]:
    """What the lines come to as they are typed; nothing is saved."""
    return page(TOTALS, "totals", form=RecurringForm.posted(asking_firm(), _edited()))


@bp.get("/<int:record_id>")
@for_firm
def show(record_id: int) -> tuple[str, int]:
    recurring = own(Recurring, record_id)
    form = RecurringForm.of(asking_firm(), recurring)
    return page(FORM, "form", form=form, latest=_latest(recurring))


@bp.post("/<int:record_id>")
@for_firm
def update(record_id: int) -> Response | tuple[str, int]:
    return _save(own(Recurring, record_id))


@bp.post("/<int:record_id>/pause")
@for_firm
def pause(record_id: int) -> Response:
    recurring = own(Recurring, record_id)
    if not recurring.paused:
        recurring.pause()
    db.session.commit()
    return done(url_for(".show", record_id=record_id), gettext("Paused. No invoices are made."))


@bp.post("/<int:record_id>/resume")
@for_firm
def resume(record_id: int) -> Response:
    recurring = own(Recurring, record_id)
    if recurring.paused:
        recurring.resume(today_of(asking_firm()))
    db.session.commit()
    return done(url_for(".show", record_id=record_id), gettext("Invoices are made again."))


@bp.route("/<int:record_id>/delete", methods=["GET", "POST"])
@for_firm
def delete(record_id: int) -> Response | tuple[str, int]:
    recurring = own(Recurring, record_id)
    question = Question(
        title=gettext("Delete recurring invoice for %(client)s?", client=recurring.account.name),
        text=gettext("No more invoices are made. Those that were made stay."),
        delete=gettext("Delete recurring invoice"),
        keep=gettext("Keep recurring invoice"),
        back=url_for(".show", record_id=record_id),
    )
    said = gettext("Recurring invoice deleted.")
    return ask_or_delete(recurring, question, after=url_for(".index"), said=said)


def _save(recurring: Recurring | None) -> Response | tuple[str, int]:
    firm = asking_firm()
    form = RecurringForm.posted(firm, recurring)
    latest = _latest(recurring) if recurring else []
    if form.apply_buttons():
        return page(FORM, "form", form=form, latest=latest)
    form.drop_blank_lines()
    try:
        kept = intake.recurring(firm, form.data(), today_of(firm), recurring)
    except intake.Refused as refusal:
        db.session.rollback()
        form.errors = refusal.errors
        return refused(FORM, "form", form=form, latest=latest)
    said = gettext("Recurring invoice for %(client)s saved.", client=kept.account.name)
    return saved(url_for(".index"), said)


def _edited() -> Recurring | None:
    """The one whose form asks for a part of itself."""
    record_id = request.form.get("record_id", type=int)
    return own(Recurring, record_id) if record_id else None


def _latest(recurring: Recurring) -> Sequence[RecurringInvoice]:
    return db.session.scalars(
        select(RecurringInvoice)
        .where(RecurringInvoice.recurring_id == recurring.id)
        .order_by(RecurringInvoice.date.desc())
        .limit(LATEST)
        .options(joinedload(RecurringInvoice.invoice))
    ).all()
