"""Which language and zone a person sees: their own choice, else the browser's, else English."""

from __future__ import annotations

from flask import current_app, has_request_context, request
from flask_babel import force_locale

from webapp.rights import current_firm, current_person

LANGUAGES = ("en", "es")
NAMES = {"en": "English", "es": "Español"}

__all__ = ["LANGUAGES", "NAMES", "cookie_name", "force_locale", "select_language", "zone"]


def select_language() -> str:
    if not has_request_context():
        return "en"
    person = current_person()
    if person is not None and person.language in LANGUAGES:
        return str(person.language)
    chosen = request.cookies.get(cookie_name())
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or "en"


def zone() -> str:
    firm = current_firm() if has_request_context() else None
    return firm.timezone if firm else "UTC"


def cookie_name() -> str:
    """Over https the prefix keeps other hosts of the domain from setting it."""
    return "__Host-language" if current_app.config["SESSION_COOKIE_SECURE"] else "language"
