"""Connecting to QuickBooks and back, disconnecting, pausing, and asking for a sync now."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

import structlog
from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import security_log
from webapp.confirmation import recently_confirmed
from webapp.extensions import db
from webapp.models import Connection, Entry, SignIn
from webapp.models.connection import NONE
from webapp.quickbooks import connection as connecting
from webapp.quickbooks import mirror, oauth
from webapp.quickbooks.connection import CannotConnect
from webapp.quickbooks.errors import QuickBooksError
from webapp.quickbooks.session import company_of
from webapp.rights import asking_firm, current_person, firm_id, for_fixers, for_owner
from webapp.views.answers import done, from_htmx
from webapp.views.quickbooks.activity import Run, activity_card
from webapp.views.quickbooks.page import FOLDER, connection_of, number_switch
from webapp.views.quickbooks.questions import disconnection
from webapp.views.settings_menu import INTEGRATIONS_URL

bp = Blueprint("quickbooks_connection", __name__, url_prefix=INTEGRATIONS_URL)

CALLBACK = f"{INTEGRATIONS_URL}/callback"

log = structlog.get_logger(__name__)


# -- to Intuit and back ---------------------------------------------------------------------------


@bp.route("/connect", methods=["GET", "POST"])
@for_owner
@recently_confirmed
def connect() -> Response:
    """On to Intuit. A plain link leads here: a form's redirect may not leave this site."""
    db.session.rollback()  # a reading transaction began with the request
    state = cast(SignIn, current_user).new_oauth_state()
    db.session.commit()
    try:
        address = oauth.authorize_url(state, _redirect_uri())
    except oauth.IntuitUnreachable:
        return _back(gettext("Intuit did not answer. Try again in a minute."))
    return redirect(address, HTTPStatus.SEE_OTHER)


@bp.get("/callback")
@for_owner
def callback() -> Response:
    """Intuit sends the owner's browser here, with a code for the tokens."""
    db.session.rollback()
    known = cast(SignIn, current_user).take_oauth_state(request.args.get("state", ""))
    db.session.commit()
    if not known:
        security_log.note("oauth_state_refused")
        return _back(gettext("This sign-in was already used or took too long. Connect again."))
    if request.args.get("error"):
        return _back(_refusal(request.args["error"]))
    code, realm_id = request.args.get("code"), request.args.get("realmId", "")
    if not code or not realm_id.isdecimal() or len(realm_id) > 30:
        return _back(gettext("Intuit’s answer was incomplete. Connect again."))
    return _finish(code, realm_id)


def _finish(code: str, realm_id: str) -> Response:
    firm, person = firm_id(), current_person()
    db.session.commit()
    try:
        granted = oauth.exchange(code, _redirect_uri())
        connection = connecting.connect(firm, realm_id, granted, person)
    except oauth.GrantRefused:
        return _back(gettext("Intuit did not accept this sign-in any more. Connect again."))
    except oauth.IntuitUnreachable:
        return _back(gettext("Intuit did not answer. Try again in a minute."))
    except CannotConnect as error:
        return _back(_cannot(error.reason, firm))
    security_log.note("quickbooks_connected")
    read_company(connection)
    if connection.set_up_at is None:
        return redirect(url_for("quickbooks_set_up.show"), HTTPStatus.SEE_OTHER)
    return _back(gettext("QuickBooks is connected. What waited is on its way."))


def read_company(connection: Connection) -> bool:
    """Read the company's lists; whether it worked. What was read before a failure stays."""
    company = company_of(connection)
    db.session.commit()
    try:
        mirror.fill(company, connection)
    except QuickBooksError as error:
        db.session.rollback()
        log.warning("company_not_read", firm_id=connection.firm_id, error=type(error).__name__)
        return False
    return True


def _redirect_uri() -> str:
    return f"{current_app.config['PUBLIC_URL']}{CALLBACK}"


def _refusal(error: str) -> str:
    if error == "access_denied":
        return gettext("You did not give Cuadra access. Nothing was connected.")
    return gettext(
        "Intuit could not complete the sign-in (%(error)s). Try again.", error=error[:40]
    )


def _cannot(reason: str, firm: int) -> str:
    if reason == "other_firm":
        return gettext(
            "This QuickBooks company is connected to another firm in Cuadra. Sign in with your own "
            "company, or disconnect it there first."
        )
    if reason == "no_access":
        return gettext(
            "QuickBooks does not open this company for who signed in. Connect again and choose a "
            "company in which you are an administrator."
        )
    known = Connection.of(firm).company_name
    db.session.rollback()
    if known:
        return gettext(
            "You chose another company. This firm’s records are linked to %(company)s: connect "
            "again and choose that one.",
            company=known,
        )
    return gettext("You chose another company than before. Connect again and choose the first.")


def _back(said: str) -> Response:
    flash(said)
    return redirect(url_for("quickbooks_page.index"), HTTPStatus.SEE_OTHER)


# -- disconnecting --------------------------------------------------------------------------------


@bp.get("/disconnect")
@for_owner
@recently_confirmed
def ask_disconnect() -> str:
    page = "_question" if from_htmx() else "question"
    return render_template(f"{FOLDER}/{page}.html", question=disconnection())


@bp.post("/disconnect")
@for_owner
@recently_confirmed
def disconnect() -> Response:
    connecting.disconnect(Connection.of(firm_id()))
    security_log.note("quickbooks_disconnected")
    return done(url_for("quickbooks_page.index"), gettext("QuickBooks is disconnected."))


# -- pausing, and syncing now ---------------------------------------------------------------------


@bp.post("/pause")
@for_fixers
def pause() -> Response:
    connecting.pause(Connection.of(firm_id()), True)
    db.session.commit()
    return done(url_for("quickbooks_page.index"), gettext("Sync is paused."))


@bp.post("/resume")
@for_fixers
def resume() -> Response:
    connecting.pause(Connection.of(firm_id()), False)
    db.session.commit()
    return done(url_for("quickbooks_page.index"), gettext("Sync goes on."))


@bp.post("/sync-now")
@for_fixers
def sync_now() -> Response | str:
    """What waits for its next try goes now."""
    connection = Connection.of(firm_id())
    connecting.sync_now(connection)
    db.session.commit()
    said = gettext("Syncing now.")
    if not from_htmx():
        return done(url_for("quickbooks_page.index"), said)
    return _activity(connection, said)


@bp.get("/activity")
@for_fixers
def activity() -> Response | str:
    """The activity card, which asks for itself while something runs."""
    if not from_htmx():
        return redirect(url_for("quickbooks_page.index"), HTTPStatus.SEE_OTHER)
    connection = connection_of(firm_id())
    if connection is None or connection.state == NONE:
        abort(404)
    run = Run.read(request.args.get("run", ""))
    return _activity(connection, "", run)


def _activity(connection: Connection, said: str, run: Run | None = None) -> str:
    card = activity_card(connection, Entry.counts(connection.firm_id), run)
    if run is not None and card.state == "done":
        said = card.title
    return render_template(f"{FOLDER}/_activity.html", activity=card) + render_template(
        f"{FOLDER}/_said.html", said=said
    )


# -- invoice numbers ------------------------------------------------------------------------------


@bp.post("/numbers")
@for_fixers
def numbers() -> Response | str:
    """The switch "Sync invoice numbers with QuickBooks Online"."""
    wanted = request.form.get("sync_invoice_numbers")
    if wanted not in ("0", "1"):
        abort(400)
    asking_firm().sync_invoice_numbers = wanted == "1"
    db.session.commit()
    said = gettext("Number check is on.") if wanted == "1" else gettext("Number check is off.")
    if not from_htmx():
        return done(url_for("quickbooks_page.index", _anchor="qb-invoices"), said)
    switch = number_switch(connection_of(firm_id()))
    return render_template(f"{FOLDER}/_invoices.html", numbers=switch) + render_template(
        f"{FOLDER}/_said.html", said=said
    )
