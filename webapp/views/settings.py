"""Where Settings leads, and what the firm says about itself."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Blueprint, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.intake import values as fit
from webapp.models import Firm
from webapp.rights import asking_firm, current_person, for_firm, for_fixers
from webapp.views.answers import done, page, refused
from webapp.views.settings_menu import INTEGRATIONS_URL, settings_menu
from webapp.views.typed import Errors, Values, typed

bp = Blueprint("settings", __name__, url_prefix="/settings")

LONGEST_NAME = 200
TEMPLATE = "settings/firm.html"


@bp.get("")
@bp.get("/integrations")
@for_firm
def index() -> Response:
    """The first page of the settings that the person may open."""
    person = current_person()
    fixes = person is not None and person.fixes_sync
    return redirect(INTEGRATIONS_URL if fixes else url_for("own_security.index"), 303)


@bp.get("/firm")
@for_fixers
def firm() -> tuple[str, int]:
    own = asking_firm()
    return page(TEMPLATE, "form", **_form({"name": own.name, "timezone": own.timezone}, {}))


@bp.post("/firm")
@for_fixers
def save_firm() -> Response | tuple[str, int]:
    values = typed("name", "timezone")
    errors = _change(asking_firm(), values)
    if errors:
        db.session.rollback()
        return refused(TEMPLATE, "form", **_form(values, errors))
    db.session.commit()
    return done(url_for(".firm"), gettext("Firm saved."))


def _change(own: Firm, values: Values) -> Errors:
    """Set what fits; what does not comes back by field."""
    errors: Errors = {}
    try:
        own.name = fit.text(LONGEST_NAME)(values.get("name", "")) or own.name
    except fit.Unfit as unfit:
        errors["name"] = [str(unfit)]
    if not values.get("name", "").strip():
        errors["name"] = [gettext("Enter the firm's name.")]
    if values.get("timezone") in available_timezones():
        own.timezone = values["timezone"]
    else:
        errors["timezone"] = [gettext("Choose a time zone.")]
    return errors


def _form(values: Values, errors: Errors) -> dict[str, object]:
    return {
        "values": values,
        "errors": errors,
        "zones": _zones(),
        "menu": settings_menu("firm"),
    }


def _zones() -> list[tuple[str, str]]:
    """Places, not the offsets and abbreviations that the database also lists."""
    places = [name for name in available_timezones() if "/" in name and not name.startswith("Etc/")]
    return [(name, name.replace("_", " ")) for name in [*sorted(places), "UTC"]]
