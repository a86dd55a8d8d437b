"""Sign in and out; a person's language and theme."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from webapp.extensions import db, limiter
from webapp.languages import LANGUAGES
from webapp.models import Person, SignIn
from webapp.rights import current_person, note_seen

bp = Blueprint("auth", __name__)

THEMES = ("light", "dark", "auto")
YEAR_S = 365 * 24 * 3600

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


@bp.post("/sign-in")
@limiter.limit("10 per minute; 100 per hour")
@limiter.limit(
    "10 per minute; 30 per hour", key_func=lambda: request.form.get("email", "").strip().lower()
)
def start_session() -> Response | tuple[str, int]:
    email = request.form.get("email", "")
    person = Person.with_credentials(email, request.form.get("password", ""))
    if person is None:
        error = gettext("This e-mail and password do not match.")
        page = render_template("auth/sign_in.html", email=email, error=error)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    session.clear()
    signed_in = SignIn.start(person, request.remote_addr, request.user_agent.string[:300])
    db.session.commit()
    login_user(signed_in)
    return redirect(local_address(request.args.get("next")), 303)


@bp.post("/sign-out")
def sign_out() -> Response:
    if current_user.is_authenticated:
        db.session.delete(db.session.get(SignIn, current_user.id))
        db.session.commit()
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"), 303)


@bp.post("/language/<language>")
def choose_language(language: str) -> Response:
    if language not in LANGUAGES:
        abort(404)
    person = current_person()
    if person is not None:
        person.language = language
        db.session.commit()
    answer = redirect(local_address(request.form.get("next")), 303)
    answer.set_cookie("language", language, max_age=YEAR_S, samesite="Lax", httponly=True)
    return answer


@bp.post("/theme/<theme>")
def choose_theme(theme: str) -> Response:
    person = current_person()
    if theme not in THEMES or person is None:
        abort(404)
    person.theme = None if theme == "auto" else theme
    db.session.commit()
    return redirect(local_address(request.form.get("next")), 303)


def local_address(target: str | None) -> str:
    """``target`` if it stays on this site, else the home page.

    Browsers read ``//x``, ``/\\x`` and their escaped forms as another host.
    """
    if not target:
        return url_for("auth.home")
    plain = unquote(unquote(target)).replace("\\", "/")
    parts = urlsplit(plain)
    odd = any(ord(char) < 32 for char in plain)
    if odd or parts.scheme or parts.netloc or not plain.startswith("/") or plain.startswith("//"):
        return url_for("auth.home")
    return target
