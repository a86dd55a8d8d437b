"""The documentation keeps up with the program: its links lead somewhere, its errors are today's."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from sandbox.switches import CHOICES

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTING = re.compile(r'''(?:read\.\w+|settings\.get)\(\s*"([A-Z_]+)"''')
NAME = re.compile(r"`([A-Z_]+)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert missing == []


FACTS = (ROOT / "docs" / "local-quickbooks-facts.md").read_text()


@pytest.mark.parametrize("file", sorted({*re.findall(r"`(\w+)::test_", FACTS)}))
def test_every_test_that_shows_a_fact_is_there(file: str) -> None:
    """What the page says of the local QuickBooks, tests/sandbox shows."""
    named = set(re.findall(rf"`{file}::(test_\w+)`", FACTS))
    written = (ROOT / "tests" / "sandbox" / f"test_{file}.py").read_text()
    assert named <= set(re.findall(r"^def (test_\w+)\(", written, re.MULTILINE))


def test_every_switch_of_an_open_question_is_among_the_facts() -> None:
    assert [name for name in CHOICES if f"`{name}`" not in FACTS] == []


def test_every_setting_stands_in_the_readme_once() -> None:
    source = (ROOT / "webapp" / "config.py").read_text()
    read = set(SETTING.findall(source)) | {"CUADRA_INSTANCE"}
    table = (ROOT / "README.md").read_text().partition("| name | default |")[2].partition("\n\n")[0]
    told = [name for row in table.splitlines() for name in NAME.findall(row.split(" | ")[0])]
    assert sorted(told) == sorted(read)


def handbook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("handbook", ROOT / ".ci" / "handbook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_of_errors_say_what_the_program_says() -> None:
    """`make translations` writes them anew."""
    for file, text in handbook().pages().items():
        assert file.read_text() == text, f"{file.name}: run `make translations`"


def test_every_third_party_file_lies_beside_its_licence() -> None:
    for file in (ROOT / "static" / "vendor").iterdir():
        name = file.name.split("-")[0]
        assert list((ROOT / "static" / "vendor").glob(f"{name}*[LO][IF][CL]*.txt")), file.name
