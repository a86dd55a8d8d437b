"""One file per page. ``register`` is the list of them."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from webapp.extensions import csrf
from webapp.views import once

PAGES = (
    "auth",
    "accounts",
    "confirm",
    "expenses",
    "forgotten",
    "imports",
    "invoices",
    "payments",
    "notifications",
    "number_check",
    "operator",
    "own_security",
    "quickbooks.books",
    "quickbooks.bulk",
    "quickbooks.connection",
    "quickbooks.export",
    "quickbooks.issues",
    "quickbooks.page",
    "quickbooks.set_up",
    "recurring",
    "refunds",
    "services",
    "settings",
    "stripe_fixing",
    "stripe_page",
    "team",
    "tokens",
    "two_step",
    "health",
    "metrics",
    "webhooks",
)
SIGNED = ("webhooks",)
"""Exempt from CSRF: each body is signed by its sender, and no browser's cookie opens anything. The
only other exemption is the API's, which wants a bearer token (``webapp.api.register``)."""


def register(app: Flask) -> None:
    app.jinja_env.globals["form_word"] = once.word
    for page in PAGES:
        bp = import_module(f"webapp.views.{page}").bp
        if page in SIGNED:
            csrf.exempt(bp)
        app.register_blueprint(bp)
