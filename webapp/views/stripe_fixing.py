"""One thing of Stripe's that is not recorded: what is known of it, and what a person does."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from webapp import money
from webapp.intake import Lookup
from webapp.models import Record, StripeObject
from webapp.rights import firm_id, for_fixers, own
from webapp.stripe import actions, amounts
from webapp.views.answers import done, page, refused
from webapp.views.payment_choices import (
    Options,
    account_options,
    invoice_options,
    payment_options,
)
from webapp.views.settings_menu import STRIPE_URL
from webapp.views.stripe_page import rows_of
from webapp.views.typed import Errors, Values, typed

bp = Blueprint("stripe_fixing", __name__, url_prefix=STRIPE_URL)

TEMPLATE = "settings/stripe/show.html"
FIELDS = ("account", "invoice", "payment")


@bp.get("/<int:object_id>")
@for_fixers
def show(object_id: int) -> tuple[str, int]:
    found = own(StripeObject, object_id)
    chosen = {name: str(id_) for name, id_ in found.choice.items()}
    return page(TEMPLATE, "form", **_shown(found, chosen, {}))


@bp.get("/<int:object_id>/invoices")
@for_fixers
def invoices(object_id: int) -> tuple[str, int]:
    """The choice of invoices, after another client was chosen."""
    values = {"account": request.args.get("account", "")}
    return page(TEMPLATE, "invoices", **_shown(own(StripeObject, object_id), values, {}))


@bp.post("/<int:object_id>")
@for_fixers
def choose(object_id: int) -> Response | tuple[str, int]:
    found, values = own(StripeObject, object_id), typed(*FIELDS)
    if found.payment_id is not None:
        return done(url_for("stripe_page.index"), gettext("It is recorded already."))
    chosen, errors = _chosen(values)
    if errors:
        return refused(TEMPLATE, "form", **_shown(found, values, errors))
    if not actions.choose(found, **chosen):
        return refused(TEMPLATE, "form", **_shown(found, values, {}))
    return done(url_for("stripe_page.index"), gettext("Recorded. Its fee follows by itself."))


@bp.post("/<int:object_id>/retry")
@for_fixers
def retry(object_id: int) -> Response:
    tried = actions.retry(own(StripeObject, object_id))
    said = gettext("Done, or on its way.") if tried else gettext("It still cannot be recorded.")
    return done(url_for("stripe_page.index"), said)


@bp.post("/<int:object_id>/dismiss")
@for_fixers
def dismiss(object_id: int) -> Response:
    actions.dismiss(own(StripeObject, object_id))
    return done(url_for("stripe_page.index"), gettext("Dismissed. You can restore it."))


@bp.post("/<int:object_id>/restore")
@for_fixers
def restore(object_id: int) -> Response:
    found = own(StripeObject, object_id)
    if found.dismissed_at is not None:
        actions.restore(found)
    return done(url_for("stripe_page.index"), gettext("Restored."))


def _chosen(values: Values) -> tuple[dict[str, int | None], Errors]:
    """The ids of the firm's own records; an invoice says more than its client alone."""
    lookup, errors = Lookup(firm_id()), Errors()
    named: dict[str, Record] = {}
    for kind in FIELDS:
        if values.get(kind, "").strip():
            record = lookup.one(kind, values[kind])
            if record is None:
                errors[kind] = [gettext("Not found. Choose one from the list.")]
            else:
                named[kind] = record
    if not named and not errors:
        errors["account"] = [gettext("Choose a client, or the payment it already is.")]
    if "payment" in named:
        named = {"payment": named["payment"]}
    return {kind: record.id for kind, record in named.items()}, errors


def _shown(found: StripeObject, values: Values, errors: Errors) -> dict[str, object]:
    [row] = rows_of([found])
    return {
        "row": row,
        "found": found,
        "values": values,
        "errors": errors,
        "account_options": account_options(firm_id()) if row.chooses else [],
        "invoice_options": invoice_options(firm_id(), values.get("account", "")),
        "payment_options": _payments_like(found) if row.chooses else [],
    }


def _payments_like(found: StripeObject) -> Options:
    facts = found.facts
    if "taken" not in facts:
        return []
    try:
        minor = amounts.minor(facts["taken"], facts["currency"])
    except money.AmountError:
        return []
    day = datetime.fromtimestamp(facts["created"], UTC).date()
    return payment_options(firm_id(), minor, facts["currency"], day)
