"""Writes what each error means, and what clears it, from the catalogue of causes: one page for each
language, ``docs/errors.md`` and ``docs/errores.md``. `make translations` runs it; a test compares.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask
from flask_babel import Babel, force_locale

from webapp.quickbooks import causes
from webapp.quickbooks.causes import cause as words
from webapp.views.quickbooks.words import BUTTONS

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = str(ROOT / "webapp" / "translations")
PAGES = {"en": "errors.md", "es": "errores.md"}
GROUPS = {
    "en": {
        words.HERE: "Fixed in Cuadra",
        words.QUICKBOOKS: "Fixed in QuickBooks",
        words.CONNECTION: "Fixed by signing in to QuickBooks again",
        words.US: "Not your mistake",
    },
    "es": {
        words.HERE: "Se corrigen en Cuadra",
        words.QUICKBOOKS: "Se corrigen en QuickBooks",
        words.CONNECTION: "Se corrigen al iniciar sesión de nuevo en QuickBooks",
        words.US: "No son un error suyo",
    },
}
HEADS = {
    "en": (
        "# What each error means, and the click that clears it",
        "Made from the sentences of the program; how the page works stands in "
        "[for-firms.md](for-firms.md).",
        ("Error", "What to do", "Buttons"),
        "*Ignore* is there for every one of them.",
    ),
    "es": (
        "# Qué significa cada error y el clic que lo resuelve",
        "Se genera a partir de las frases del programa; el funcionamiento de la página se explica "
        "en [para-firmas.md](para-firmas.md).",
        ("Error", "Qué hacer", "Botones"),
        "*Omitir* está disponible en todos.",
    ),
}


def page(language: str) -> str:
    title, made_from, columns, always = HEADS[language]
    parts = [title, "", made_from, always, ""]
    for place, heading in GROUPS[language].items():
        parts += [f"## {heading}", "", _row(*columns), "|---|---|---|"]
        parts += [_line(key) for key, cause in causes.CAUSES.items() if cause.fixed_in == place]
        parts.append("")
    return "\n".join(parts)


def _line(key: str) -> str:
    cause = causes.CAUSES[key]
    described = causes.describe(key, {}, "")
    fix = described.fix
    if cause.detail and described.detail:
        fix = f"{described.detail} {fix}"
    return _row(
        causes.title(key), fix, ", ".join(str(BUTTONS[action].label) for action in cause.actions)
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def pages() -> dict[Path, str]:
    app = Flask(__name__)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = TRANSLATIONS
    Babel(app)
    found = {}
    for language, name in PAGES.items():
        with app.test_request_context(), force_locale(language):
            found[ROOT / "docs" / name] = page(language)
    return found


if __name__ == "__main__":
    os.chdir(ROOT)
    for file, text in pages().items():
        file.write_text(text)
