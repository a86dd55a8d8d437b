"""What does an uploaded file say: its text, its separator, its rows?

Whatever can be read in two ways is refused with a remedy. RFC 4180 is followed, with semicolons
and tabs as further separators, since spreadsheet programs write what their country uses.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask_babel import gettext

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
SEPARATORS = (",", ";", "\t")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NAMED_SEPARATOR = re.compile(r"sep=([,;\t])\r?\n?", re.IGNORECASE)
_BLANK_BEFORE_QUOTE = re.compile(r'\s+"')


class Unreadable(Exception):
    """The file cannot be taken as it is; the message says what to do with it."""


@dataclass(frozen=True)
class Row:
    line: int
    """Where it begins in the file, counted from 1."""
    cells: list[str]


@dataclass(frozen=True)
class Table:
    header: list[str]
    rows: list[Row]
    empty: int
    """Rows without any value, which are passed over."""


def text_of(content: bytes) -> str:
    """The file's text. Raises Unreadable for what is not UTF-8, or UTF-16 with its mark."""
    if not content.strip():
        raise Unreadable(gettext("The file is empty. Choose another one."))
    if content.startswith(_WORKBOOKS):
        raise Unreadable(
            gettext(
                "This is an Excel workbook. In Excel, save it as “CSV UTF-8”, then choose that."
            )
        )
    if content.startswith(codecs.BOM_UTF32_LE):
        raise Unreadable(_not_utf8())
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(_not_utf8()) from None
    if "\0" in text:
        raise Unreadable(_not_utf8())
    return text


def _not_utf8() -> str:
    """Guessing would turn é into something else."""
    return gettext(
        "The file's characters are not UTF-8. In Excel, choose File, Save as, “CSV UTF-8”; in "
        "other programs choose the UTF-8 encoding. Then choose the new file."
    )


def table_of(text: str, known: Callable[[str], bool]) -> Table:
    """The header and the rows. ``known`` says of a heading whether it is one of ours, which is
    what tells the separator. Raises Unreadable.
    """
    text, skipped, separator = _separator(text, known)
    records = _records(text, separator, skipped)
    header = next((row.cells for row in records if _filled(row.cells)), None)
    if header is None:
        raise Unreadable(gettext("The file is empty. Choose another one."))
    rows: list[Row] = []
    empty = 0
    for row in records:
        if max(len(rows), empty) == MOST_ROWS:
            raise Unreadable(
                gettext("The file has more than %(n)s rows. Split it.", n=f"{MOST_ROWS:,}")
            )
        if _filled(row.cells):
            rows.append(row)
        else:
            empty += 1
    if not rows:
        raise Unreadable(gettext("There is no row beneath the headings. Choose another file."))
    return Table([cell.strip() for cell in header], rows, empty)


def _separator(text: str, known: Callable[[str], bool]) -> tuple[str, int, str]:
    """The text to read, how many lines stand before it, and what separates its cells."""
    named = _NAMED_SEPARATOR.match(text)
    if named:
        return text[named.end() :], 1, named[1]
    best = max(SEPARATORS, key=lambda separator: _fitness(text, separator, known))
    return text, 0, best


def _fitness(text: str, separator: str, known: Callable[[str], bool]) -> tuple[int, int]:
    """How many headings are ours, then how many there are."""
    try:
        records = _records(text, separator, 0)
        header = next((row.cells for row in records if _filled(row.cells)), [])
    except Unreadable:
        return (0, 0)
    return sum(known(cell) for cell in header), len(header)


def _records(text: str, separator: str, skipped: int) -> Iterator[Row]:
    """Strictly: a quote that is not closed, or that closes before its cell ends, stops it all."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable(_misquoted(line)) from None
        if any(_BLANK_BEFORE_QUOTE.match(cell) for cell in cells):
            raise Unreadable(_misquoted(line))
        yield Row(line, cells)


def _misquoted(line: int) -> str:
    return gettext(
        "Line %(line)s: the quotes do not fit together. Put quotes right at the beginning and the "
        "end of the value, write a quote inside it twice, and keep a value under 131,072 "
        "characters.",
        line=line,
    )


def _filled(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)
