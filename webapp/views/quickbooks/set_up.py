"""Set-up: what is copied, from when, into which accounts; and what that will do, before it does."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.models import Account, Connection, MirrorObject
from webapp.models.connection import ASK, CREATE, NONE
from webapp.quickbooks import company_reset, preview, roles, set_up
from webapp.quickbooks import connection as connecting
from webapp.rights import firm_id, for_fixers, person_id
from webapp.views.answers import done
from webapp.views.quickbooks.connection import read_company
from webapp.views.quickbooks.page import FOLDER
from webapp.views.settings_menu import INTEGRATIONS_URL, settings_menu
from webapp.views.typed import Errors, Values

bp = Blueprint("quickbooks_set_up", __name__, url_prefix=f"{INTEGRATIONS_URL}/set-up")

TEMPLATE = f"{FOLDER}/set_up.html"
MOST_LISTED = 500
"""So many accounts can be ticked one by one; the rest have their own switch."""


@bp.get("")
@for_fixers
def show() -> Response | str:
    connection = _connection()
    if connection is None:
        return redirect(url_for("quickbooks_page.index"), 303)
    return _page(connection, _present(connection), {})


@bp.post("/read")
@for_fixers
def read_again() -> Response:
    """QuickBooks did not answer when its lists were read: try once more."""
    connection = Connection.of(firm_id())
    db.session.commit()
    ok = connection.state != NONE and read_company(connection)
    said = "" if ok else gettext("QuickBooks did not answer. Try again in a minute.")
    return done(url_for(".show"), said or None)


@bp.post("")
@for_fixers
def accept() -> Response | str | tuple[str, int]:
    """Show what the choices will do, or keep them and let the records go."""
    connection = _connection()
    if connection is None:
        return redirect(url_for("quickbooks_page.index"), 303)
    values = _typed()
    chosen, errors = _read(values)
    if errors or connection.mirrored_at is None:
        return _page(connection, values, errors), 422
    if "preview" in request.form:
        return _page(connection, values, {})
    first = connection.set_up_at is None
    set_up.accept(connection, chosen, person_id())
    said = gettext("Set-up is done. Your records are on their way.") if first else ""
    return done(url_for("quickbooks_page.index"), said or gettext("Set-up saved."))


def _connection() -> Connection | None:
    connection = db.session.scalar(select(Connection).where(Connection.firm_id == firm_id()))
    return connection if connection is not None and connection.state != NONE else None


# -- what the form holds --------------------------------------------------------------------------


def _present(connection: Connection) -> Values:
    """The choices made, and for those not made yet the proposals."""
    proposed = connecting.default_roles(connection.firm_id)
    picked = {
        role: connection.accounts.get(role) or proposed.get(role) or "" for role in roles.ROLES
    }
    start = connection.start_date
    return {
        "from": "day" if start else "all",
        "start_date": start.isoformat() if start else "",
        "unmatched": connection.unmatched,
        "which": "all",
        **picked,
    }


def _typed() -> Values:
    names = ("from", "start_date", "unmatched", "which", *roles.ROLES)
    values = {name: request.form.get(name, "") for name in names}
    values["ticked"] = ",".join(request.form.getlist("account"))
    return values


def _read(values: Values) -> tuple[set_up.Choices, Errors]:
    errors: Errors = {}
    start: date | None = None
    if values["from"] == "day":
        try:
            start = date.fromisoformat(values["start_date"])
        except ValueError:
            errors["start_date"] = [gettext("Choose the first day to copy.")]
    unmatched = values["unmatched"] if values["unmatched"] in (ASK, CREATE) else ASK
    picked = {role: values[role] for role in roles.ROLES if values[role]}
    for role, id_ in picked.items():
        if not set_up.fits(firm_id(), role, id_):
            errors[role] = [gettext("Choose one from the list.")]
    ticked = {int(id_) for id_ in values.get("ticked", "").split(",") if id_.isdecimal()}
    accounts = ticked if values["which"] == "some" else None
    return set_up.Choices(start, unmatched, picked, accounts), errors


# -- the page -------------------------------------------------------------------------------------


def _page(connection: Connection, values: Values, errors: Errors) -> str:
    chosen, _errors = _read(values)
    accounts = _accounts()
    ticked = values.get("ticked")
    options = {role: _options(role) for role in roles.ROLES}
    return render_template(
        TEMPLATE,
        connection=connection,
        values=values,
        errors=errors,
        options=options,
        gone=_gone(connection, options, values),
        accounts=accounts,
        ticked=set(ticked.split(",")) if ticked else {str(a.id) for a in accounts if a.sync},
        more_accounts=len(accounts) == MOST_LISTED,
        preview=preview.preview(connection, chosen) if connection.mirrored_at else None,
        lost=company_reset.lost(connection.firm_id) if connection.reset_at else 0,
        menu=settings_menu("integrations"),
    )


def _accounts() -> list[Account]:
    return list(
        db.session.scalars(
            select(Account)
            .where(Account.firm_id == firm_id(), Account.removed_at.is_(None))
            .order_by(Account.name, Account.id)
            .limit(MOST_LISTED)
        )
    )


def _gone(
    connection: Connection, options: dict[str, list[tuple[str, str]]], values: Values
) -> dict[str, str]:
    """What is to be chosen anew, by role: what was chosen can't be any more."""
    return {
        role: gettext("What was chosen here is inactive in QuickBooks. Choose another.")
        for role, offered in options.items()
        if connection.accounts.get(role)
        and values[role] in ("", connection.accounts[role])
        and connection.accounts[role] not in dict(offered)
    }


def _options(role: str) -> list[tuple[str, str]]:
    """Id and name of what can play the part, by name."""
    wanted = roles.ROLES[role]
    rows = db.session.scalars(
        select(MirrorObject)
        .where(
            MirrorObject.firm_id == firm_id(),
            MirrorObject.entity == wanted.entity,
            MirrorObject.active,
        )
        .order_by(MirrorObject.name_key, MirrorObject.id)
    ).all()
    fitting = [
        (row.quickbooks_id, row.name)
        for row in rows
        if not wanted.types or row.detail.get("account_type") in wanted.types
    ]
    nothing = {
        roles.REFUND_ITEM: gettext("Make one called “Refunds”"),
        roles.FEE_VENDOR: gettext("None"),
    }.get(role, gettext("Choose"))
    return [("", nothing), *fitting]
