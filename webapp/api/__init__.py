"""The JSON API: what programs do, with the same names, rights and results as the pages."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from webapp.extensions import csrf

AREAS = (
    "accounts",
    "services",
    "invoices",
    "payments",
    "refunds",
    "expenses",
    "bulk",
    "sync",
    "issues",
    "settings",
    "customers",
    "invoice_numbers",
)


def register(app: Flask) -> None:
    """Bind the API's blueprints to the application, and describe them.

    They are exempt from CSRF: only a bearer token opens them, and a browser sends none by itself.
    The other exemption is that of signed webhooks (``webapp.views.SIGNED``).
    """
    from webapp.api.document import PREFIX, describe

    app.config["OPENAPI_URL_PREFIX"] = PREFIX
    description = describe(app)
    for name in AREAS:
        area = import_module(f"webapp.api.{name}").area
        csrf.exempt(area)
        description.register_blueprint(area)
