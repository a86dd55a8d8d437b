"""What every answer carries: the headers that keep a page's data and scripts where they belong."""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, request

from webapp.extensions import db

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def init_app(app: Flask) -> None:
    app.before_request(_refuse_trace)
    app.before_request(_refuse_nul)
    app.before_request(_read_without_lock)
    app.after_request(_add_headers)


def _refuse_trace() -> None:
    if request.method == "TRACE":
        abort(405)


def _refuse_nul() -> None:
    """Nobody searches for it, and PostgreSQL refuses to. Forms check each field."""
    if b"%00" in request.query_string:
        abort(400)


def _read_without_lock() -> None:
    """On SQLite a page that only reads need not queue behind the writers."""
    reads = request.method in ("GET", "HEAD") and request.endpoint not in ("static", None)
    if reads and db.engine.dialect.name == "sqlite":
        db.session.connection(execution_options={"read_only": True})


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
        headers.add("Vary", "HX-Request")
        headers.add("Vary", "Accept-Language")
    return response
