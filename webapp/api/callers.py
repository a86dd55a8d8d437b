"""Which program is calling, for which firm, and how often it may."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flask import Response, g, request
from flask_babel import gettext
from flask_limiter import RequestLimit
from sqlalchemy import update

from webapp import security_log
from webapp.api.problems import problem
from webapp.extensions import db, limiter
from webapp.models import ApiToken
from webapp.models.columns import utc_now

CALLS = "6000 per minute"
BULK_CALLS = "300 per minute"
NOTED_EVERY = timedelta(minutes=1)
SCHEME = "bearer "


def authenticate() -> Response | None:
    """Set ``g.api_firm`` from the bearer token. A signed-in browser counts for nothing here."""
    token = ApiToken.find(_bearer())
    if token is None:
        security_log.note("api_token_refused")
        refusal = problem(401, gettext("Send a valid token: Authorization: Bearer …"))
        refusal.headers["WWW-Authenticate"] = 'Bearer realm="Cuadra"'
        return refusal
    g.api_firm = token.firm
    _note_use(token)
    return None


def _bearer() -> str:
    header = request.headers.get("Authorization", "")
    return header[len(SCHEME) :].strip() if header.lower().startswith(SCHEME) else ""


def _note_use(token: ApiToken) -> None:
    """At most once a minute. A call that writes has the lock, so the note rides along with it."""
    now = utc_now()
    if token.last_used_at is not None and now - token.last_used_at < NOTED_EVERY:
        return
    if request.method not in ("GET", "HEAD"):
        token.last_used_at = now
        return
    note = update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=now)
    with db.engine.begin() as connection:
        connection.execute(note)


def token_key() -> str:
    """What a limit counts by: the token, without keeping it in Redis."""
    return hashlib.sha256(_bearer().encode()).hexdigest()


def too_often(limit: RequestLimit) -> Response:
    refusal = problem(429, gettext("Too many requests. Try again in a minute."))
    refusal.headers["Retry-After"] = str(max(1, int(limit.reset_at - utc_now().timestamp())))
    return refusal


per_token = limiter.shared_limit(
    CALLS, scope="api", key_func=token_key, on_breach=too_often, override_defaults=False
)
per_token_in_bulk = limiter.limit(BULK_CALLS, key_func=token_key, on_breach=too_often)
