"""One file per page. ``register`` is the list of them."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

PAGES = (
    "auth",
    "accounts",
    "expenses",
    "invoices",
    "payments",
    "own_security",
    "quickbooks_bulk",
    "quickbooks_connection",
    "quickbooks_issues",
    "quickbooks_page",
    "quickbooks_set_up",
    "refunds",
    "services",
    "settings",
    "team",
    "tokens",
    "health",
)


def register(app: Flask) -> None:
    for page in PAGES:
        app.register_blueprint(import_module(f"webapp.views.{page}").bp)
