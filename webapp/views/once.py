"""A form that creates something creates one, however often it is sent.

A second click on Save, where no script holds it back, sends the very same form again. So each form
carries a word of its own: address, fields and word together name the request, and a row under that
name is written in the transaction that keeps the record. Of two at once the database lets one in;
the other is answered as the first was. A form that differs in any field is another request, as when
somebody goes back and types another amount. What is refused writes nothing, so its form stays good.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.models import IdempotencyKey
from webapp.rights import firm_id
from webapp.views.answers import done

FIELD = "once"
View = TypeVar("View", bound=Callable[..., Any])


def word() -> str:
    """For a hidden field; another one each time a form is shown."""
    return secrets.token_urlsafe(12)


def once(view: View) -> View:
    """For a view that answers a form by ``saved``, or writes nothing."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not request.form.get(FIELD):
            return view(*args, **kwargs)
        name = _name()
        first = IdempotencyKey.find(firm_id(), name) or _claim(name)
        if first is not None:
            return _again(first)
        answer = view(*args, **kwargs)
        if g.pop(FIELD, None) is not None:
            db.session.rollback()  # nothing was saved under it
        return answer

    return cast(View, wrapper)


def saved(url: str, message: str) -> Response:
    """Commit, and go on to ``url`` with a toast there. The answer is kept with what it tells of."""
    claim: IdempotencyKey | None = g.pop(FIELD, None)
    if claim is not None:
        claim.answer = json.dumps([url, message])
    db.session.commit()
    return done(url, message)


def _name() -> str:
    fields = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
    return f"form:{hashlib.sha256(json.dumps([request.path, fields]).encode()).hexdigest()}"


def _claim(name: str) -> IdempotencyKey | None:
    """Take the name for this request; who has it already, if that was quicker."""
    firm = firm_id()
    try:
        setattr(g, FIELD, IdempotencyKey.claim(firm, name, fingerprint=""))
    except IntegrityError:
        db.session.rollback()
        return IdempotencyKey.find(firm, name)
    return None


def _again(first: IdempotencyKey) -> Response:
    url, message = json.loads(first.answer or "[]")
    return done(url, message)
