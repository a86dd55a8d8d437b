"""A request that changes something: one transaction, one answer, given again under its key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, request
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError

from webapp.api.problems import problem
from webapp.extensions import db
from webapp.intake import Refused
from webapp.models.idempotency import IdempotencyKey
from webapp.rights import firm_id

View = TypeVar("View", bound=Callable[..., Response])
Run = Callable[[], Response]

HEADER = "Idempotency-Key"
LONGEST_KEY = 255


def writes(view: View) -> View:
    """Commit what the view did, or nothing of it when it raises Refused (answered with 422)."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Response:
        def run() -> Response:
            return view(*args, **kwargs)

        key = request.headers.get(HEADER)
        return _committed(run) if key is None else _once(key, run)

    return cast(View, wrapper)


def _committed(run: Run) -> Response:
    response = _attempt(run)
    db.session.commit()
    return response


def _attempt(run: Run) -> Response:
    try:
        return run()
    except Refused as refused:
        db.session.rollback()
        return problem(422, fields=refused.errors)


def _once(key: str, run: Run) -> Response:
    """The first answer is stored in the very transaction that it tells of."""
    if not 0 < len(key) <= LONGEST_KEY:
        return _unfit_key(gettext("Use between 1 and %(n)s characters.", n=LONGEST_KEY))
    firm, fingerprint = firm_id(), _fingerprint()
    first = IdempotencyKey.find(firm, key)
    if first is not None:
        return _again(first, fingerprint)
    try:
        claim = IdempotencyKey.claim(firm, key, fingerprint)
    except IntegrityError:
        db.session.rollback()
        return _again(IdempotencyKey.find(firm, key), fingerprint)
    response = _attempt(run)
    if claim not in db.session:
        claim = IdempotencyKey.claim(firm, key, fingerprint)
    claim.status, claim.content_type = response.status_code, response.content_type
    claim.answer = response.get_data(as_text=True)
    db.session.commit()
    return response


def _again(first: IdempotencyKey | None, fingerprint: str) -> Response:
    if first is None or first.status is None:
        return problem(409, gettext("The first request with this key is still under way."))
    if first.fingerprint != fingerprint:
        return _unfit_key(gettext("This key was used for another request. Use a new one."))
    response = current_app.response_class(
        first.answer, status=first.status, content_type=first.content_type
    )
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _unfit_key(message: str) -> Response:
    return problem(422, fields={HEADER: [message]})


def _fingerprint() -> str:
    asked = f"{request.method} {request.full_path}\n".encode() + request.get_data(cache=True)
    return hashlib.sha256(asked).hexdigest()
