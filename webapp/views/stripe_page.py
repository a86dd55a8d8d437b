"""Settings, Integrations, Stripe: the connection, and what could not be recorded."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp import security_log
from webapp.confirmation import recently_confirmed
from webapp.extensions import db
from webapp.models import StripeConnection, StripeObject
from webapp.models.stripe_connection import NONE
from webapp.rights import asking_firm, current_person, firm_id, for_fixers, for_owner
from webapp.stripe import client
from webapp.stripe import connection as connecting
from webapp.stripe.missed import NAMES
from webapp.views.answers import done, page, refused
from webapp.views.deletion import Question, ask
from webapp.views.integrations_menu import STRIPE, integrations_menu
from webapp.views.paging import page_of
from webapp.views.quickbooks.counts import counts_of
from webapp.views.settings_menu import STRIPE_URL, settings_menu
from webapp.views.stripe_words import StripeRow, row_of
from webapp.views.typed import Errors

bp = Blueprint("stripe_page", __name__, url_prefix=STRIPE_URL)

INDEX, CONNECT = "settings/stripe/index.html", "settings/stripe/connect.html"


@bp.get("")
@for_fixers
def index() -> tuple[str, int]:
    """``?state=dismissed`` shows what people left out instead of what needs them."""
    dismissed = request.args.get("state") == "dismissed"
    wanted = StripeObject.dismissed if dismissed else StripeObject.shown
    found = page_of(wanted(firm_id()))
    return page(
        INDEX,
        "list",
        connection=_connection(),
        page=found,
        rows=rows_of(found.rows),
        dismissed=dismissed,
        counts=_counts(),
        integrations=integrations_menu(firm_id(), STRIPE, counts_of(firm_id()).total_open),
        menu=settings_menu("integrations"),
        webhook_url=webhook_url(),
        person=current_person(),
    )


def rows_of(found: Sequence[StripeObject]) -> list[StripeRow]:
    charges = db.session.scalars(
        select(StripeObject).where(
            StripeObject.firm_id == firm_id(),
            StripeObject.stripe_id.in_([one.charge_id for one in found]),
        )
    )
    by_id = {charge.stripe_id: charge for charge in charges}
    return [row_of(one, by_id.get(one.charge_id)) for one in found]


def webhook_url() -> str:
    public: str = current_app.config["PUBLIC_URL"]
    return public + url_for("webhooks.stripe", key=asking_firm().stripe_webhook_key)


def _connection() -> StripeConnection | None:
    """None where the firm is not connected."""
    return db.session.scalar(
        select(StripeConnection)
        .where(StripeConnection.firm_id == firm_id(), StripeConnection.state != NONE)
        .options(joinedload(StripeConnection.connected_by))
    )


def _counts() -> dict[str, int]:
    """What was recorded so far, and what waits for Stripe's answer or a worker."""
    counted = select(
        func.count(StripeObject.payment_id),
        func.count(StripeObject.refund_id),
        func.count(StripeObject.expense_id),
        func.count().filter(StripeObject.due_at.is_not(None), StripeObject.problem.is_(None)),
        func.count(StripeObject.dismissed_at),
    ).where(StripeObject.firm_id == firm_id())
    names = ("payments", "refunds", "fees", "waiting", "dismissed")
    return dict(zip(names, db.session.execute(counted).one(), strict=True))


# -- connecting ------------------------------------------------------------------------------------


@bp.get("/connect")
@for_owner
@recently_confirmed
def connect() -> tuple[str, int]:
    """The form for the two keys, also to change them."""
    return page(CONNECT, "form", **_form({}))


@bp.post("/connect")
@for_owner
@recently_confirmed
def save_keys() -> Response | tuple[str, int]:
    api_key = request.form.get("api_key", "").strip()
    secret = request.form.get("webhook_secret", "").strip()
    errors = _unfit(api_key, secret)
    if errors:
        return refused(CONNECT, "form", **_form(errors))
    firm, person = firm_id(), current_person()
    db.session.commit()  # nothing stays open while Stripe is asked
    try:
        checked = connecting.check(api_key)
    except client.KeyRefused:
        return refused(CONNECT, "form", **_form({"api_key": [gettext("Stripe refuses this key.")]}))
    except client.StripeError:
        lacking = gettext("This key may not read charges and balance transactions.")
        return refused(CONNECT, "form", **_form({"api_key": [lacking]}))
    connecting.connect(firm, api_key, secret, checked, person)
    db.session.commit()
    security_log.note("stripe_connected")
    return done(url_for(".index"), _connected(checked))


def _unfit(api_key: str, secret: str) -> Errors:
    errors: Errors = {}
    if api_key.startswith("pk_"):
        errors["api_key"] = [
            gettext("This is a publishable key. Enter a secret or restricted one.")
        ]
    elif not connecting.API_KEY.fullmatch(api_key):
        errors["api_key"] = [gettext("Enter a key that begins with sk_ or rk_.")]
    if not connecting.WEBHOOK_SECRET.fullmatch(secret):
        errors["webhook_secret"] = [gettext("Enter the secret that begins with whsec_.")]
    return errors


def _connected(checked: bool) -> str:
    if checked:
        return gettext("Stripe is connected.")
    return gettext(
        "Stripe is connected. It did not answer just now, so the key is not checked yet."
    )


def _form(errors: Errors) -> dict[str, object]:
    """What was typed is not shown again: secrets stay out of pages."""
    return {
        "errors": errors,
        "webhook_url": webhook_url(),
        "events": NAMES,
        "connection": _connection(),
    }


@bp.route("/disconnect", methods=["GET", "POST"])
@for_owner
@recently_confirmed
def disconnect() -> Response | tuple[str, int]:
    if request.method == "GET":
        return ask(
            Question(
                title=gettext("Disconnect Stripe?"),
                text=gettext(
                    "Card payments are no longer recorded. What was recorded stays. The keys are "
                    "wiped here; delete the webhook in Stripe, too."
                ),
                delete=gettext("Disconnect"),
                keep=gettext("Keep connected"),
                back=url_for(".index"),
            )
        )
    connecting.disconnect(firm_id())
    db.session.commit()
    security_log.note("stripe_disconnected")
    return done(url_for(".index"), gettext("Stripe is disconnected."))


@bp.get("/")
@for_fixers
def with_slash() -> Response:
    return redirect(url_for(".index"), HTTPStatus.PERMANENT_REDIRECT)
