"""The application factory."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import (
    backup_commands,
    commands,
    config,
    database_version,
    errors,
    formats,
    hints,
    languages,
    logs,
    macros,
    navigation,
    sealing,
    security,
)
from webapp.database import end_failed_commits, prepare_sqlite
from webapp.extensions import babel, csrf, db, htmx, limiter, login_manager, mail, migrate

ROOT = Path(__file__).resolve().parent.parent


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """A configured application.

    A missing or malformed setting, or a database that is newer than the code, stops the start with
    one clear line and exit code 2.
    """
    try:
        settings = config.load() | (overrides or {})
        database_version.fit(str(settings["SQLALCHEMY_DATABASE_URI"]))
    except (config.SettingsError, database_version.UnfitDatabase) as error:
        print(f"Cuadra cannot start: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static")
    )
    app.config.update(settings)
    app.config["INSTANCE"].mkdir(parents=True, exist_ok=True, mode=0o700)
    logs.configure()
    _bind_extensions(app)
    for part in (
        logs,
        security,
        errors,
        formats,
        macros,
        navigation,
        hints,
        commands,
        backup_commands,
    ):
        part.init_app(app)
    _register_pages(app)
    return app


def _bind_extensions(app: Flask) -> None:
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    app.config["RATELIMIT_STORAGE_URI"] = _limiter_storage(app.config["REDIS_URL"])
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    login_manager.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=languages.select_language, timezone_selector=languages.zone)
    babel.domain_instance = languages.Catalogues()
    htmx.init_app(app)
    limiter.init_app(app)
    mail.init_app(app)
    app.extensions["sealer"] = sealing.Sealer(app.config["TOKEN_KEYS"])
    with app.app_context():
        prepare_sqlite(db.engine)
        end_failed_commits(db.engine)


def _limiter_storage(redis_url: str) -> str:
    """Flask-Limiter writes a unix socket's address its own way."""
    return redis_url.replace("unix://", "redis+unix://", 1)


def _register_pages(app: Flask) -> None:
    from webapp import api, views

    views.register(app)
    api.register(app)
