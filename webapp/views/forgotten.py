"""A forgotten password: asking for a link by mail, and setting a new one through it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from webapp import passwords, security_log
from webapp.extensions import db, limiter
from webapp.models import PasswordReset, Person, SignIn
from webapp.models.password_reset import forget_resets

bp = Blueprint("forgotten", __name__)


@bp.get("/forgot-password")
def ask() -> str:
    return render_template("auth/forgot.html", asked=False)


@bp.post("/forgot-password")
@limiter.limit("10 per minute; 30 per hour")
@limiter.limit(
    "3 per 15 minutes",
    key_func=lambda: security_log.account_tag(request.form.get("email", "")),
)
def send_link() -> str:
    """The same for every address, in the same time: who has it is looked up when the mail is
    written, by another process."""
    email = request.form.get("email", "")
    PasswordReset.ask(email)
    db.session.commit()
    security_log.note("password_reset_asked", account=security_log.account_tag(email))
    return render_template("auth/forgot.html", asked=True)


@bp.get("/reset-password/<token>")
def choose(token: str) -> str | tuple[str, int]:
    """Looking uses nothing up: programs that scan mail open every link."""
    if PasswordReset.person_for(token) is None:
        return render_template("auth/stale_link.html"), HTTPStatus.NOT_FOUND
    return render_template("auth/reset.html", error=None)


@bp.post("/reset-password/<token>")
@limiter.limit("10 per minute; 30 per hour")
def reset(token: str) -> Response | str | tuple[str, int]:
    """The new password counts from the next sign-in, which still asks for the second factor."""
    person = PasswordReset.person_for(token)
    if person is None:
        return render_template("auth/stale_link.html"), HTTPStatus.NOT_FOUND
    new = request.form.get("new", "")
    error = passwords.wrong_with(new, person.own_words)
    if error:
        return render_template("auth/reset.html", error=error), HTTPStatus.UNPROCESSABLE_ENTITY
    if not PasswordReset.use(token):
        db.session.rollback()
        return render_template("auth/stale_link.html"), HTTPStatus.NOT_FOUND
    _renew(person, new)
    flash(gettext("Your password is changed. Sign in with it."))
    return redirect(url_for("auth.sign_in"), HTTPStatus.SEE_OTHER)


def _renew(person: Person, password: str) -> None:
    person.set_password(password)
    SignIn.end_all(person.id)
    forget_resets(person.id)
    db.session.commit()
    security_log.note("password_reset", person_id=person.id, firm_id=person.firm_id)
