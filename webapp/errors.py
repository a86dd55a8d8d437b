"""What a person sees when something is refused or breaks: a page, or a fragment for htmx."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from flask import Flask, g, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed
from werkzeug.wrappers import Response

from webapp import security_log
from webapp.extensions import db
from webapp.rights import current_person, sign_in_first

RETRY_AFTER_S = 5
"""A restarted database is back within seconds."""

log = structlog.get_logger(__name__)

SENTENCES = {
    404: _l("There is nothing at this address."),
    405: _l("This address does not take this method."),
}
"""For programs, where a refusal has no sentence of its own."""

PAGES = (403, 404, 405, 429, 500, 503)


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(InternalServerError, _broken)
    app.register_error_handler(OperationalError, _without_database)
    app.register_error_handler(InterfaceError, _without_database)


def _stale_form(_error: CSRFError) -> tuple[str, int] | Response:
    """An old form; or, from a page that outlived its session, a reason to sign in."""
    security_log.note("form_token_refused", endpoint=request.endpoint)
    if request.headers.get("HX-Request") == "true" and current_person() is None:
        return sign_in_first()
    return render_template("errors/csrf.html"), HTTPStatus.BAD_REQUEST


def _refused(error: HTTPException) -> tuple[str, int] | Response | HTTPException:
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    if request.path.startswith("/api/"):
        from webapp.api.problems import problem

        answer = problem(error.code, _detail(error))
        if isinstance(error, MethodNotAllowed):
            answer.allow.update(error.valid_methods or ())
        return answer
    if error.code == HTTPStatus.FORBIDDEN:
        security_log.note("access_refused", endpoint=request.endpoint)
    page = error.code if error.code in PAGES else 500
    return render_template(f"errors/{page}.html"), error.code


def _detail(error: HTTPException) -> str | None:
    """What was said for this very refusal; a framework's own words are in English alone."""
    if error.description != type(error).description:
        return error.description
    return str(SENTENCES[error.code]) if error.code in SENTENCES else None


def _broken(_error: InternalServerError) -> tuple[str, int] | Response:
    db.session.rollback()
    if request.path.startswith("/api/"):
        from webapp.api.problems import problem

        return problem(500, "Something went wrong on our side. Nothing was saved.")
    return render_template("errors/500.html"), HTTPStatus.INTERNAL_SERVER_ERROR


def _without_database(error: OperationalError | InterfaceError) -> Response:
    """The database restarts, is locked for too long, or its disk is full: come again soon.

    Nothing was committed. The page asks the database nothing, not even who is signed in.
    """
    db.session.rollback()
    g.database_away = True
    log.error("database_away", error=str(error.orig).splitlines()[0][:200])
    if request.path.startswith("/api/"):
        from webapp.api.problems import problem

        answer = problem(503, "The database cannot be reached just now. Nothing was saved.")
    else:
        answer = make_response(render_template("errors/503.html"), 503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer
