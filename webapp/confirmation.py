"""The password once more, before something that a borrowed browser must not do.

Whoever signed in, or confirmed, within the last ten minutes is not asked. Stand the decorator under
the one that says who may:

    @bp.post("/disconnect")
    @for_owner
    @recently_confirmed
    def disconnect() -> Response: ...
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.models import SignIn

View = TypeVar("View", bound=Callable[..., Any])


def recently_confirmed(view: View) -> View:
    """Ask for the password (and the code, where there is one) unless it was shown just now."""

    @wraps(view)
    def confirmed(*args: Any, **kwargs: Any) -> Any:
        if cast(SignIn, current_user).confirmed_lately:
            return view(*args, **kwargs)
        return _ask()

    return cast(View, confirmed)


def _ask() -> Response:
    """On to the question; a fetch is told to go there, since it would follow a redirect itself."""
    question = url_for("confirm.ask", next=_back())
    if request.headers.get("HX-Request") != "true":
        return redirect(question, HTTPStatus.SEE_OTHER)
    answer = make_response("", HTTPStatus.NO_CONTENT)
    answer.headers["HX-Redirect"] = question
    return answer


def _back() -> str:
    """What was asked for; after a form, the page it stood on: a form is not sent twice."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return came_from.path or "/"
