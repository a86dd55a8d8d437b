"""What the firm sells: the list of services, and the form of one."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp import intake, money
from webapp.extensions import db
from webapp.models import Connection, MirrorObject, Service
from webapp.quickbooks.roles import INCOME, ROLES
from webapp.quickbooks.standing import standings
from webapp.rights import asking_firm, firm_id, for_firm, own
from webapp.views.answers import page, refused
from webapp.views.deletion import Question, ask_or_delete
from webapp.views.history import panel_of, sentence
from webapp.views.once import once, saved
from webapp.views.paging import asked_for, matches, page_of
from webapp.views.typed import Errors, Values, typed

bp = Blueprint("services", __name__, url_prefix="/services")

FIELDS = ("name", "description", "rate", "income_account")


@bp.get("")
@for_firm
def index() -> tuple[str, int]:
    query = select(Service).where(Service.firm_id == firm_id(), Service.removed_at.is_(None))
    if asked_for():
        query = query.where(matches(asked_for(), Service.name, Service.description))
    rows = page_of(query.order_by(Service.name, Service.id))
    return page(
        "services/index.html",
        "list",
        page=rows,
        q=asked_for(),
        standings=standings(rows.rows),
        income_accounts=dict(_income_accounts()),
    )


@bp.get("/new")
@for_firm
def new() -> tuple[str, int]:
    return page("services/form.html", "form", **_form(None, {}, {}))


@bp.post("")
@for_firm
@once
def create() -> Response | tuple[str, int]:
    return _save(None)


@bp.get("/<int:record_id>")
@for_firm
def show(record_id: int) -> tuple[str, int]:
    service = own(Service, record_id)
    values = {
        "name": service.name,
        "description": service.description or "",
        "rate": money.to_text(service.rate_minor, asking_firm().currency),
        "income_account": service.income_account_id or "",
    }
    return page("services/form.html", "form", **_form(service, values, {}))


@bp.post("/<int:record_id>")
@for_firm
def update(record_id: int) -> Response | tuple[str, int]:
    return _save(own(Service, record_id))


@bp.route("/<int:record_id>/delete", methods=["GET", "POST"])
@for_firm
def delete(record_id: int) -> Response | tuple[str, int]:
    service = own(Service, record_id)
    question = Question(
        title=gettext('Delete "%(service)s"?', service=service.name),
        text=gettext(
            "The service is removed from Cuadra. Nothing is deleted in QuickBooks. "
            "Invoices that used it keep their lines."
        ),
        delete=gettext("Delete service"),
        keep=gettext("Keep service"),
        back=url_for(".show", record_id=service.id),
    )
    return ask_or_delete(
        service, question, after=url_for(".index"), said=gettext("Service deleted.")
    )


def _save(service: Service | None) -> Response | tuple[str, int]:
    values = typed(*FIELDS)
    try:
        intake.service(asking_firm(), values, service)
    except intake.Refused as refusal:
        db.session.rollback()
        return refused("services/form.html", "form", **_form(service, values, refusal.errors))
    return saved(url_for(".index"), gettext("Service saved."))


def _form(service: Service | None, values: Values, errors: Errors) -> dict[str, object]:
    return {
        "service": service,
        "values": values,
        "errors": errors,
        "income_options": _income_options(values.get("income_account", "")),
        "panel": panel_of(service) if service else None,
        "sentence": sentence,
    }


def _income_options(chosen: str) -> list[tuple[str, str]]:
    """The firm's default, the company's income accounts, and a chosen one that went away."""
    accounts = _income_accounts()
    named = dict(accounts)
    default = named.get(_default_income_account())
    first = (
        gettext("The firm's default (%(name)s)", name=default)
        if default
        else gettext("The firm's default")
    )
    gone = [(chosen, gettext("Account %(id)s", id=chosen))] if chosen not in ("", *named) else []
    return [("", first), *gone, *accounts]


def _income_accounts() -> list[tuple[str, str]]:
    """Id and name of the company's active income accounts, by name."""
    accounts = db.session.scalars(
        select(MirrorObject)
        .where(
            MirrorObject.firm_id == firm_id(),
            MirrorObject.entity == ROLES[INCOME].entity,
            MirrorObject.active,
        )
        .order_by(MirrorObject.name_key, MirrorObject.id)
    )
    return [
        (account.quickbooks_id, account.name)
        for account in accounts
        if account.detail.get("account_type") in ROLES[INCOME].types
    ]


def _default_income_account() -> str:
    """Set-up's choice, as a QuickBooks id; empty before set-up."""
    accounts = db.session.scalar(select(Connection.accounts).where(Connection.firm_id == firm_id()))
    return str((accounts or {}).get(INCOME) or "")
