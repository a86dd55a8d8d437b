"""Which text is safe to open in a spreadsheet program, and how rows become a file for one?

A cell that begins like a formula is run by the program that opens the file. defusedcsv puts an
apostrophe before the ASCII ones; the others that OWASP names (CSV injection) are handled here.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

from defusedcsv import csv

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the computer's own code page."""

_KNOWN_SIGNS = ("=", "+", "-", "@", "|", "%")
_ALSO_SIGNS = ("\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Each row as one line of CSV, the byte order mark before the first."""
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([_inert(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _inert(cell: object) -> object:
    """Blanks before a formula's sign do not stop every program from running it."""
    if not isinstance(cell, str):
        return cell
    begins = cell.lstrip(" \u00a0")
    hidden = begins != cell and begins.startswith(_KNOWN_SIGNS)
    return f"'{cell}" if hidden or begins.startswith(_ALSO_SIGNS) else cell
