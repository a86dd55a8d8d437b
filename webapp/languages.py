"""Which language and zone a person sees: their own choice, else the browser's, else English."""

from __future__ import annotations

from babel.support import NullTranslations
from flask import current_app, has_request_context, request
from flask_babel import Domain, force_locale, get_locale

from webapp.rights import current_firm, current_person

LANGUAGES = ("en", "es")
NAMES = {"en": "English", "es": "Español"}

__all__ = [
    "LANGUAGES",
    "NAMES",
    "Catalogues",
    "cookie_name",
    "force_locale",
    "select_language",
    "zone",
]


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


class Catalogues(Domain):
    """Flask-Babel's, found by the language's name: a list writes hundreds of sentences, and the
    original spells the whole locale out for each."""

    def __init__(self) -> None:
        super().__init__()
        self._of_language: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        if locale is None:
            return super().get_translations()
        found = self._of_language.get(locale.language)
        if found is None:
            found = self._of_language[locale.language] = super().get_translations()
        return found
