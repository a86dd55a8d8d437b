"""Sign in, with a second step where it is on, and out; a person's language and theme."""

from __future__ import annotations

from http import HTTPStatus

from flask import (
    Blueprint,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from webapp import second_factor, security_log
from webapp.extensions import db, limiter
from webapp.languages import LANGUAGES, cookie_name
from webapp.models import Person, SignIn
from webapp.rights import current_person, note_seen
from webapp.views.local_address import local_address

bp = Blueprint("auth", __name__)

THEMES = ("light", "dark", "auto")
YEAR_S = 365 * 24 * 3600
WAITING = "waiting_for_code"
"""Where the cookie holds the token of a sign-in whose code is still due."""

bp.before_app_request(note_seen)


@bp.get("/")
def home() -> Response:
    person = current_person()
    if person is None:
        return redirect(url_for("auth.sign_in"), 303)
    return redirect("/operator" if person.is_operator else "/invoices", 303)


@bp.get("/sign-in")
def sign_in() -> Response | str:
    if current_person() is not None:
        return redirect(local_address(request.args.get("next")), 303)
    return render_template("auth/sign_in.html", email="", error=None)


def _refused(answer: Response) -> bool:
    """Guesses are limited, not people who sign in."""
    return answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/sign-in")
@limiter.limit("10 per minute; 100 per hour", deduct_when=_refused)
@limiter.limit(
    "10 per minute; 30 per hour",
    key_func=lambda: security_log.account_tag(request.form.get("email", "")),
    deduct_when=_refused,
)
def start_session() -> Response | tuple[str, int]:
    email = request.form.get("email", "")
    person = Person.with_credentials(email, request.form.get("password", ""))
    if person is None:
        security_log.note("sign_in_refused", account=security_log.account_tag(email))
        error = gettext("This e-mail and password do not match.")
        page = render_template("auth/sign_in.html", email=email, error=error)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    if second_factor.is_on(person):
        return _wait_for_code(person)
    return _enter(person)


def _enter(person: Person) -> Response:
    """Nothing of the visitor's session survives the sign-in: whoever planted it gains nothing."""
    session.clear()
    signed_in = SignIn.start(person, request.remote_addr, request.user_agent.string[:300])
    db.session.commit()
    login_user(signed_in)
    security_log.note("signed_in", person_id=person.id, firm_id=person.firm_id)
    return redirect(local_address(request.args.get("next")), 303)


@bp.post("/sign-out")
def sign_out() -> Response:
    if current_user.is_authenticated:
        security_log.note("signed_out")
        db.session.delete(db.session.get(SignIn, current_user.id))
        db.session.commit()
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"), 303)


# -- the second step ------------------------------------------------------------------------------


def _wait_for_code(person: Person) -> Response:
    session.clear()
    agent = request.user_agent.string[:300]
    waiting = SignIn.start(person, request.remote_addr, agent, awaits_code=True)
    db.session.commit()
    session[WAITING] = waiting.token
    return redirect(url_for("auth.second_step", next=request.args.get("next")), 303)


@bp.get("/sign-in/code")
def second_step() -> Response | str:
    if _waiting() is None:
        return redirect(url_for("auth.sign_in", next=request.args.get("next")), 303)
    return render_template("auth/code.html", error=None)


@bp.post("/sign-in/code")
@limiter.limit("10 per minute; 100 per hour", deduct_when=_refused)
@limiter.limit(
    "10 per minute; 30 per hour",
    key_func=lambda: f"code of {_waiting_person_id()}",
    deduct_when=_refused,
)
def take_code() -> Response | tuple[str, int]:
    waiting = _waiting()
    if waiting is None:
        return redirect(url_for("auth.sign_in", next=request.args.get("next")), 303)
    if second_factor.take(waiting.person, request.form.get("code", "")):
        db.session.delete(waiting)
        return _enter(waiting.person)
    waiting.count_wrong_code()
    db.session.commit()
    security_log.note("code_refused", person_id=waiting.person_id)
    error = gettext("This code is wrong, or was used already.")
    return render_template("auth/code.html", error=error), HTTPStatus.UNPROCESSABLE_ENTITY


def _waiting() -> SignIn | None:
    return SignIn.waiting(session.get(WAITING, ""))


def _waiting_person_id() -> int | None:
    waiting = _waiting()
    return waiting.person_id if waiting else None


# -- language and theme ---------------------------------------------------------------------------


@bp.post("/language/<language>")
def choose_language(language: str) -> Response:
    if language not in LANGUAGES:
        abort(404)
    person = current_person()
    if person is not None:
        person.language = language
        db.session.commit()
    answer = redirect(local_address(request.form.get("next")), 303)
    answer.set_cookie(
        cookie_name(),
        language,
        max_age=YEAR_S,
        samesite="Lax",
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return answer


@bp.post("/theme/<theme>")
def choose_theme(theme: str) -> Response:
    person = current_person()
    if theme not in THEMES or person is None:
        abort(404)
    person.theme = None if theme == "auto" else theme
    db.session.commit()
    return redirect(local_address(request.form.get("next")), 303)
