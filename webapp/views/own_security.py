"""A person's own password and e-mail address, and where they are signed in."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp import passwords, second_factor, security_log
from webapp.confirmation import recently_confirmed
from webapp.extensions import db, limiter
from webapp.intake import values as fit
from webapp.models import Person, SignIn
from webapp.models.password_reset import forget_resets
from webapp.rights import for_signed_in
from webapp.views.answers import done, page, refused
from webapp.views.settings_menu import settings_menu
from webapp.views.typed import Errors

bp = Blueprint("own_security", __name__, url_prefix="/settings/security")

TEMPLATE = "settings/security.html"

BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")
"""As user agents name themselves; the earlier ones also name the later."""
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS X", "Linux")


@bp.get("")
@for_signed_in
def index() -> tuple[str, int]:
    return page(TEMPLATE, "sessions", **_shown())


@bp.post("/password")
@limiter.limit("10 per minute; 30 per hour")
@for_signed_in
def change_password() -> Response | tuple[str, int]:
    """The other sessions end: whoever learnt the old password is out."""
    person = _this_session().person
    current, new = (request.form.get(field, "") for field in ("current", "new"))
    errors = _wrong_with(person, current, new)
    if errors:
        security_log.note("password_change_refused")
        return refused(TEMPLATE, "password", **_shown(errors))
    person.set_password(new)
    SignIn.end_all(person.id, besides=_this_session().id)
    db.session.commit()
    security_log.note("password_changed")
    return done(url_for(".index"), gettext("Password changed. Your other sessions were ended."))


@bp.post("/email")
@limiter.limit("10 per minute; 30 per hour")
@for_signed_in
@recently_confirmed
def change_email() -> Response | tuple[str, int]:
    """Links to a new password that went to the old address are void."""
    person = _this_session().person
    written = request.form.get("email", "")
    error = _wrong_email(person, written)
    if error:
        return refused(TEMPLATE, "email", **_shown({"email": [error]}, email=written))
    person.email = written.strip().lower()
    forget_resets(person.id)
    db.session.commit()
    security_log.note("email_changed")
    return done(
        url_for(".index"), gettext("From now on you sign in as %(email)s.", email=person.email)
    )


@bp.post("/sessions/<int:session_id>/end")
@for_signed_in
def end_session(session_id: int) -> Response:
    session = db.session.scalar(
        select(SignIn).where(SignIn.id == session_id, SignIn.person_id == _this_session().person_id)
    )
    if session is None:
        abort(404)
    db.session.delete(session)
    db.session.commit()
    security_log.note("session_ended")
    return done(url_for(".index"), gettext("Session ended."))


@bp.post("/sessions/end-others")
@for_signed_in
def end_others() -> Response:
    this = _this_session()
    SignIn.end_all(this.person_id, besides=this.id)
    db.session.commit()
    security_log.note("other_sessions_ended")
    return done(url_for(".index"), gettext("Your other sessions were ended."))


def agent_name(agent: str | None) -> str:
    """``Firefox, Windows`` for a user agent; a plain word for what names neither."""
    browser = next((name for name in BROWSERS if name in (agent or "")), None)
    system = next((name for name in SYSTEMS if name in (agent or "")), None)
    known = [{"Edg": "Edge", "Mac OS X": "macOS"}.get(n, n) for n in (browser, system) if n]
    return ", ".join(known) or gettext("Unknown device")


def _this_session() -> SignIn:
    return cast(SignIn, db.session.get(SignIn, current_user.id))


def _wrong_with(person: Person, current: str, new: str) -> Errors:
    errors: Errors = {}
    if not person.has_password(current):
        errors["current"] = [gettext("This is not your present password.")]
    unfit = passwords.wrong_with(new, person.own_words)
    if unfit:
        errors["new"] = [unfit]
    return errors


def _wrong_email(person: Person, written: str) -> str | None:
    try:
        if fit.is_blank(written):
            return gettext("Enter an e-mail address.")
        fit.email(written)
    except fit.Unfit as unfit:
        return str(unfit)
    other = Person.by_email(written)
    if other is not None and other.id != person.id:
        return gettext("This e-mail already has a sign-in here.")
    return None


def _shown(errors: Errors | None = None, email: str | None = None) -> dict[str, object]:
    this = _this_session()
    return {
        "errors": errors or {},
        "email": this.person.email if email is None else email,
        "this": this,
        "two_step": second_factor.is_on(this.person),
        "sessions": SignIn.of(this.person_id),
        "agent_name": agent_name,
        "menu": settings_menu("security"),
    }
