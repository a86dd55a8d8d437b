"""The question for the password that ``webapp.confirmation`` leads to."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import second_factor, security_log
from webapp.extensions import db, limiter
from webapp.models import Person, SignIn
from webapp.models.columns import utc_now
from webapp.rights import for_signed_in, person_id
from webapp.views.local_address import local_address
from webapp.views.typed import Errors

bp = Blueprint("confirm", __name__, url_prefix="/confirm")


@bp.get("")
@for_signed_in
def ask() -> str:
    return _question({})


@bp.post("")
@limiter.limit("10 per minute; 30 per hour", key_func=lambda: f"confirm {person_id()}")
@for_signed_in
def confirm() -> Response | tuple[str, int]:
    this = cast(SignIn, db.session.get(SignIn, current_user.id))
    errors = wrong_with_proof(this.person)
    if errors:
        db.session.commit()
        security_log.note("confirmation_refused")
        return _question(errors), HTTPStatus.UNPROCESSABLE_ENTITY
    this.confirmed_at = utc_now()
    db.session.commit()
    security_log.note("confirmed")
    return redirect(url_for(".go_on", next=_wanted()), HTTPStatus.SEE_OTHER)


@bp.get("/done")
@for_signed_in
def go_on() -> Response:
    """On to what was asked for, by way of a page: what follows a form may not leave this site, and
    connecting does."""
    answer = make_response(render_template("auth/confirmed.html", wanted=_wanted()))
    answer.headers["Refresh"] = f"0; url={_wanted()}"
    return answer


def wrong_with_proof(person: Person) -> Errors:
    """What is wrong with the form's ``password``, and its ``code`` where one is due.

    The code counts only beside a right password. The caller commits, also on errors.
    """
    if not person.has_password(request.form.get("password", "")):
        return {"password": [gettext("This is not your password.")]}
    if second_factor.is_on(person) and not second_factor.take(person, request.form.get("code", "")):
        return {"code": [gettext("This code is wrong, or was used already.")]}
    return {}


def _question(errors: Errors) -> str:
    person = cast(SignIn, current_user).person
    return render_template(
        "auth/confirm.html",
        errors=errors,
        wanted=_wanted(),
        needs_code=second_factor.is_on(person),
    )


def _wanted() -> str:
    return local_address(request.args.get("next"))
