"""Do templates, scripts and styles keep the house's rules: no inline code, htmx 4, 60 kB?"""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if path.parent.name != "mail"]
"""Mail programs read no style sheets: letters carry their styles inline."""
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
BUDGET_BYTES = 60_000

HABITS_OF_HTMX_2 = {
    "hx-on": "needs eval, which the content security policy refuses",
    r"htmx:[a-z]+[A-Z]": "events are named htmx:after:swap",
    r"HX-Trigger(?!-)": "the request names its element in HX-Source",
    r"\b286\b": "no longer stops a poll: answer with an element that does not poll",
    "hx-vars": "is gone",
    r"\bjs:": "needs eval",
    "hx-boost": "the house writes its requests out",
    "hx-disabled-elt": "is hx-disable; and a working button uses aria-disabled",
}
INLINE_CODE = {
    r"\sstyle=": "an inline style",
    r"\son[a-z]+=": "an inline handler",
    r"<style": "a style element",
    r"<script(?![^>]*\ssrc=)": "an inline script",
    r"javascript:": "a script in an address",
}


def uncommented(path: Path) -> str:
    return re.sub(
        r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/|^\s*//.*?$", "", path.read_text(), flags=re.S | re.M
    )


@pytest.mark.parametrize("path", TEMPLATES + SCRIPTS, ids=lambda path: path.name)
def test_no_habit_of_htmx_2(path: Path) -> None:
    text = uncommented(path)
    found = [f"{word}: {why}" for word, why in HABITS_OF_HTMX_2.items() if re.search(word, text)]
    assert found == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_inline_code(path: Path) -> None:
    text = re.sub(r"\{%.*?%\}", "", uncommented(path), flags=re.S)
    found = [what for word, what in INLINE_CODE.items() if re.search(word, text)]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_posts_carries_a_token(path: Path) -> None:
    forms = re.findall(r'<form[^>]*method="post".*?</form>', uncommented(path), flags=re.S)
    assert [form[:80] for form in forms if "csrf" not in form] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_htmx_request_has_a_plain_address_beside_it(path: Path) -> None:
    """Each hx-get stands on a link or a GET form, each hx-post on a form; polls may not."""
    for tag in re.findall(r"<[a-z]+\s[^>]*hx-(?:get|post)=[^>]*>", uncommented(path)):
        works_plainly = " href=" in tag or "<form" in tag
        asks_by_itself = "hx-trigger=" in tag
        assert works_plainly or asks_by_itself, tag


def test_styles_and_scripts_fit_the_budget() -> None:
    files = [*STYLES, *SCRIPTS, *(ROOT / "static" / "vendor").glob("*.js")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= BUDGET_BYTES


def test_every_vendored_file_names_its_version_and_has_a_licence() -> None:
    vendor = ROOT / "static" / "vendor"
    files = [path.name for path in vendor.iterdir() if path.suffix in (".js", ".woff2")]
    assert all(re.search(r"\d+\.\d+\.\d+", name) for name in files)
    for name in files:
        family = re.match(r"[a-z]+(?:-mono)?", name).group()  # type: ignore[union-attr]
        assert list(vendor.glob(f"{family}-*.txt")), name


def test_colours_are_named_once_in_the_tokens() -> None:
    """A stray hex colour elsewhere would miss its dark counterpart; white on dark aside."""
    for path in STYLES:
        if path.name != "tokens.css":
            strays = re.findall(
                r"#(?!fff\b|c6ccd8\b)[0-9a-f]{3,8}\b(?![^{;]*\{)", uncommented(path)
            )
            assert [s for s in strays if s != "#000"] == [], path.name
