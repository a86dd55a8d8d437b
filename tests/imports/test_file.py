"""Reading a file: what it says comes out to the letter, or it is refused with a remedy."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.imports import columns, file
from webapp.imports.file import Table, Unreadable

HEADER = ["external_id", "name", "email", "kind"]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
CELLS = TEXT.filter(lambda text: not file._BLANK_BEFORE_QUOTE.match(text))
ROWS = st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=8)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


@pytest.fixture(autouse=True)
def _context(app_context: None) -> None:
    """Sentences need a language."""


def read(content: bytes, kind: str = "account") -> Table:
    return columns.table_of(kind, file.text_of(content))


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read(content)
    return str(refused.value)


def written(rows: list[list[str]], separator: str, newline: str) -> str:
    """Python's own writer quotes a lone line break only where its lines end in one."""
    text, quoting = (
        io.StringIO(newline=""),
        csv.QUOTE_MINIMAL if newline == "\r\n" else csv.QUOTE_ALL,
    )
    writer = csv.writer(text, delimiter=separator, lineterminator=newline, quoting=quoting)
    writer.writerows(rows)
    return text.getvalue()


@given(
    ROWS,
    st.sampled_from(file.SEPARATORS),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from(ENCODINGS),
)
@example(
    [["007", "=1+1", "a\r\nb", '"'], ["", "Ñandú 🦤", "שלום", "a;b,c\td"]], ";", "\n", "utf-16"
)
def test_what_a_spreadsheet_wrote_is_what_is_read(
    rows: list[list[str]], separator: str, newline: str, encoding: str
) -> None:
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    content = written([HEADER, *rows], separator, newline).encode(encoding)
    if not filled:
        assert "no row" in refusal(content)
        return
    table = read(content)
    assert table.header == HEADER
    assert [row.cells for row in table.rows] == filled
    assert table.empty == len(rows) - len(filled)


@given(st.binary(max_size=200))
def test_whatever_is_uploaded_is_read_or_refused(content: bytes) -> None:
    try:
        table = read(content)
        columns.columns_of("account", table.header)
    except Unreadable:
        return


def test_rows_name_the_line_they_begin_on() -> None:
    table = read(b'name,email\n"Ana\nLtd",\n\nBo,\n')
    assert [(row.line, row.cells[0]) for row in table.rows] == [(2, "Ana\nLtd"), (5, "Bo")]


def test_the_first_line_may_name_the_separator() -> None:
    table = read(b"sep=;\r\nname;email\r\nSmith, John;\r\n")
    assert [(row.line, row.cells) for row in table.rows] == [(3, ["Smith, John", ""])]


def test_an_only_column_is_not_split() -> None:
    assert read(b'name\n"a,b;c"\n').rows[0].cells == ["a,b;c"]


@pytest.mark.parametrize(
    "content",
    [
        "name\nCafé\n".encode("cp1252"),
        "name\nПривет\n".encode("cp1251"),
        "name\nCafé\n".encode("utf-16-le"),
        "name\nAna\n".encode("utf-16-be"),
        "name\nAna\n".encode("utf-32"),
        b"name\nAn\0a\n",
        b"\xff\xfen\x00a",
        b"\xff\xfe\x00\xd8\x41\x00",
    ],
    ids=["1252", "1251", "16-le", "16-be", "32", "nul", "half", "surrogate"],
)
def test_another_encoding_is_refused_not_guessed(content: bytes) -> None:
    assert "UTF-8" in refusal(content) or "“name”" in refusal_of_columns(content)


def refusal_of_columns(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        columns.columns_of("account", read(content).header)
    return str(refused.value)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('name,email\nAna,a@b.example\n"Bo,\n', 3),
        ('name,email\n"Bo" Ltd,\n', 2),
        ('name,email\n"B"o",\n', 2),
        ('name,email\nAna, "Smith, John"\n', 2),
        ('name,email\n"' + "x" * 140_000 + '",\n', 2),
    ],
    ids=["open", "after", "single", "blank", "endless"],
)
def test_quotes_that_do_not_fit_stop_the_file_at_their_line(rows: str, line: int) -> None:
    assert refusal(rows.encode()).startswith(f"Line {line}: the quotes")


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xef\xbb\xbf", b"\n\n,,\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert re.search("empty|no row", refusal(content))


def test_a_workbook_is_told_by_its_first_bytes() -> None:
    assert "Excel workbook" in refusal(b"PK\x03\x04 and more")


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "MOST_ROWS", 3)
    assert len(read(b"name\na\nb\n\nc\n").rows) == 3
    assert "more than 3 rows" in refusal(b"name\na\nb\nc\nd\n")
    assert "more than 3 rows" in refusal(b"name\na\n" + b"\n" * 4)


# -- columns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "header", "fields"),
    [
        ("account", ["E-Mail ", "NAME", "Phone"], ["email", "name", None]),
        ("account", ["Correo electrónico", "Nombre del cliente"], ["email", "name"]),
        ("account", ["External ID", "Client"], ["external_id", "name"]),
        ("service", ["Tarifa", "Servicio", "description"], ["rate", "name", "description"]),
    ],
)
def test_headings_are_known_by_several_names(
    kind: str, header: list[str], fields: list[str | None]
) -> None:
    assert columns.columns_of(kind, header).fields == fields


def test_columns_that_are_not_imported_are_named() -> None:
    assert columns.columns_of("account", ["name", "Phone", ""]).ignored == ["Phone", "column 3"]


def test_two_columns_for_one_field_are_refused() -> None:
    with pytest.raises(Unreadable, match="“name”, “Client” hold the same"):
        columns.columns_of("account", ["name", "Client"])


def test_a_file_without_names_is_refused() -> None:
    with pytest.raises(Unreadable, match="No column is called “name”"):
        columns.columns_of("account", ["email", "phone"])


@pytest.mark.parametrize("cells", [["Ana"], ["Ana", "", "c", "more"]])
def test_a_row_of_another_width_is_refused(cells: list[str], app: Flask) -> None:
    found = columns.columns_of("account", ["name", "email", "kind"])
    with pytest.raises(Unreadable, match="the headings are 3"):
        columns.data_of(found, cells)


def test_empty_cells_beyond_the_last_heading_are_no_harm() -> None:
    found = columns.columns_of("account", ["name", "email"])
    assert columns.data_of(found, ["Ana", " ", "", " "]) == {"name": "Ana"}
