"""Is every sentence of the product in Spanish, and every visible word of a template a sentence?"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.is_file())
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None}
"""As in .ci/translations."""


@pytest.fixture(scope="module")
def spanish() -> Catalog:
    with (ROOT / "webapp/translations/es/LC_MESSAGES/messages.po").open("rb") as source:
        return read_po(source, locale="es")


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The sentences as they stand in the source now."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as source:
        methods, options = parse_mapping_cfg(source)
    found = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(
        ROOT, methods, options, KEYWORDS
    ):
        found.add(message, context=context)
    return found


def sentences(catalog: Catalog) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in catalog if message.id}


def translated(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def test_every_sentence_of_the_source_is_in_the_catalogue(
    english: Catalog, spanish: Catalog
) -> None:
    assert sentences(english) - sentences(spanish) == set()


def test_nothing_in_the_catalogue_has_left_the_source(english: Catalog, spanish: Catalog) -> None:
    assert sentences(spanish) - sentences(english) == set()


def test_no_translation_is_empty_or_uncertain(spanish: Catalog) -> None:
    wanting = [
        message.id
        for message in translated(spanish)
        if message.fuzzy or not all(_forms(message.string))
    ]
    assert wanting == []


def test_translations_keep_the_placeholders(spanish: Catalog) -> None:
    differing = [
        message.id
        for message in translated(spanish)
        for form, english in zip(_forms(message.string), _forms(message.id), strict=True)
        if placeholders(form) != placeholders(english)
    ]
    assert differing == []


ABBREVIATED = {"Qty"}
AT_A_TIME = "%(time)s"
"""``2:17 p. m.`` brings its own full stop."""


def test_translations_end_as_the_sentence_does(spanish: Catalog) -> None:
    differing = [
        message.id
        for message in translated(spanish)
        for form in _forms(message.string)
        if not form.endswith(AT_A_TIME)
        and (form[-1] in ".:?") != (_forms(message.id)[-1][-1] in ".:?")
    ]
    assert [sentence for sentence in differing if sentence not in ABBREVIATED] == []


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[a-z]|%[a-z%]|\{\w+\}", text))


def test_no_sentence_hides_in_an_f_string() -> None:
    """The extractor of Python 3.11 does not look into them."""
    hidden = re.compile(r"""\bf("|').*\{[^}]*\b(n?p?gettext|_l)\(""")
    sources = sorted((ROOT / "webapp").rglob("*.py"))
    assert sources
    assert [str(path) for path in sources if hidden.search(path.read_text("utf-8"))] == []


# -- templates ------------------------------------------------------------------------------------

SHOWN_ATTRIBUTES = {"alt", "aria-description", "aria-label", "data-label", "placeholder", "title"}
ALREADY_IN_BOTH = {"Cuadra", "English", "Español", "Intuit", "QuickBooks", "Stripe"}
LIKE_A_LABEL = re.compile(r"[A-Z][a-z]+(?![A-Za-z-])")
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
NO_LANGUAGE = re.compile(r'[\w-]+="[^"]*"|/[\w/#-]+|\bbtn\b|\b(is|hx)-\w*|\w+_\w+|\bsha256\b')
"""Attributes and classes that a macro hands out, addresses, and names of other programs."""
EXPRESSION = "\ue000"
"""Stands where a template computes something."""


class Shown(HTMLParser):
    """Collects what a reader of the page would see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.texts += [
            value
            for name, value in attrs
            if value and (name in SHOWN_ATTRIBUTES or LIKE_A_LABEL.match(value))
        ]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def markup(source: str, environment: Environment) -> str:
    """A template's own HTML, with a sign in place of every expression and statement."""
    parts = []
    for _line, kind, text in environment.lex(source):
        if kind == "data":
            parts.append(text)
        elif kind in ("variable_begin", "block_begin"):
            parts.append(EXPRESSION)
    return "".join(parts)


def untranslated_words(html: str) -> set[str]:
    reader = Shown()
    reader.feed(html)
    shown = (NO_LANGUAGE.sub(" ", text) for text in reader.texts)
    return {word for text in shown for word in WORD.findall(text)} - ALREADY_IN_BOTH


def untranslated_arguments(tree: nodes.Template) -> set[str]:
    """Strings that read like a label and are handed to a macro without being translated."""
    exempt = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name in ("_", "gettext", "ngettext", "pgettext", "npgettext")
        for constant in call.find_all(nodes.Const)
    }
    return {
        str(constant.value)
        for constant in tree.find_all(nodes.Const)
        if id(constant) not in exempt
        and isinstance(constant.value, str)
        and LIKE_A_LABEL.match(constant.value)
    } - ALREADY_IN_BOTH


@pytest.fixture(scope="module")
def environment() -> Environment:
    return Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_shows_a_word_in_one_language(template: Path, environment: Environment) -> None:
    source = template.read_text(encoding="utf-8")
    assert untranslated_words(markup(source, environment)) == set()
    assert untranslated_arguments(environment.parse(source)) == set()


@pytest.mark.parametrize(
    "source",
    [
        "<p>Saved</p>",
        "<p>{{ _('Saved') }} today</p>",
        '<button aria-label="Close">{{ icon("x") }}</button>',
        '<button data-working="Saving">{{ icon("x") }}</button>',
        "{% if a %}Yes{% else %}{{ _('No') }}{% endif %}",
    ],
)
def test_a_word_outside_a_translation_is_noticed(source: str, environment: Environment) -> None:
    assert untranslated_words(markup(source, environment))


def test_an_argument_outside_a_translation_is_noticed(environment: Environment) -> None:
    tree = environment.parse('{{ button("Save changes", "is-main") }}{{ link(_("Back"), "/x") }}')
    assert untranslated_arguments(tree) == {"Save changes"}
