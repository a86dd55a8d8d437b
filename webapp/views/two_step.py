"""Turning the second step of one's own sign-in on and off, and its recovery codes."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp import second_factor, security_log
from webapp.confirmation import recently_confirmed
from webapp.extensions import db, limiter
from webapp.models import Person, SignIn
from webapp.rights import for_signed_in, person_id
from webapp.views.answers import done, page, refused
from webapp.views.settings_menu import settings_menu

bp = Blueprint("two_step", __name__, url_prefix="/settings/security/two-step")

TEMPLATE, BLOCK = "settings/two_step.html", "two_step"


@bp.get("")
@for_signed_in
@recently_confirmed
def index() -> tuple[str, int]:
    return page(TEMPLATE, BLOCK, **_shown())


@bp.post("")
@for_signed_in
@recently_confirmed
def set_up() -> Response:
    """A new secret for the app to read; nothing is asked for until its first code was right."""
    second_factor.set_up(_person())
    db.session.commit()
    return done(url_for(".index"))


@bp.post("/on")
@limiter.limit("10 per minute; 60 per hour", key_func=lambda: f"two-step {person_id()}")
@for_signed_in
@recently_confirmed
def turn_on() -> tuple[str, int]:
    """Answers with the page itself: the recovery codes must not outlive this answer."""
    codes = second_factor.turn_on(_person(), request.form.get("code", ""))
    if codes is None:
        error = gettext("This is not the app’s present code. Type the one it shows now.")
        return refused(TEMPLATE, BLOCK, **_shown(error=error))
    SignIn.end_all(_person().id, besides=current_user.id)
    db.session.commit()
    security_log.note("second_factor_on")
    return page(TEMPLATE, BLOCK, **_shown(codes=codes))


@bp.post("/recovery-codes")
@for_signed_in
@recently_confirmed
def renew_codes() -> Response | tuple[str, int]:
    if not second_factor.is_on(_person()):
        return done(url_for(".index"))
    codes = second_factor.new_recovery_codes(_person())
    db.session.commit()
    security_log.note("recovery_codes_renewed")
    return page(TEMPLATE, BLOCK, **_shown(codes=codes))


@bp.post("/off")
@for_signed_in
@recently_confirmed
def turn_off() -> Response:
    second_factor.turn_off(_person())
    db.session.commit()
    security_log.note("second_factor_off")
    said = gettext("Your sign-in asks for the password alone from now on.")
    return done(url_for("own_security.index"), said)


def _person() -> Person:
    return cast(SignIn, current_user).person


def _shown(error: str = "", codes: list[str] | None = None) -> dict[str, object]:
    """``codes`` are the recovery codes in clear, this once."""
    person = _person()
    secret = second_factor.secret_being_set_up(person)
    return {
        "on": second_factor.is_on(person),
        "secret": _in_groups(secret) if secret else "",
        "picture": Markup(second_factor.picture(person, secret)) if secret else "",  # noqa: S704 - drawn from our own address
        "codes": codes or [],
        "codes_left": second_factor.recovery_codes_left(person),
        "error": error,
        "menu": settings_menu("security"),
    }


def _in_groups(secret: str) -> str:
    """In fours, to be typed by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
