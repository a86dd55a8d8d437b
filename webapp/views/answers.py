"""How a view answers: a page to a browser, one block of it to htmx, a redirect after a change."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, request
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response


def from_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def page(
    template: str, block: str, *, status: int = HTTPStatus.OK, **context: object
) -> tuple[str, int]:
    """The template, or only its ``block`` when htmx asked for it."""
    if from_htmx():
        return render_block(template, block, **context), status
    return render_template(template, **context), status


def refused(template: str, block: str, **context: object) -> tuple[str, int]:
    """The form again, with what was typed and what is wrong with it."""
    return page(template, block, status=HTTPStatus.UNPROCESSABLE_ENTITY, **context)


def done(url: str, message: str | None = None) -> Response:
    """On to ``url`` after a change, with a toast there.

    A fetch would follow a 303 by itself and put the new page inside the old one, so htmx is told
    to go there instead.
    """
    if message:
        flash(message)
    if not from_htmx():
        return redirect(url, HTTPStatus.SEE_OTHER)
    answer = make_response("", HTTPStatus.NO_CONTENT)
    answer.headers["HX-Redirect"] = url
    return answer
