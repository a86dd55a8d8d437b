"""Which number comes after a given one and is free, here and in QuickBooks?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import ColumnElement, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from webapp.extensions import db
from webapp.models import Invoice, MirrorNumber
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH
from webapp.quickbooks.mirror import split_number

TXN_TYPE = "Invoice"
"""QuickBooks numbers each type of transaction by itself."""

WINDOW = 50
"""How many numbers ahead are looked up at once."""
LENGTHEN = 32
"""By how much each stretch of a run is longer than the one before."""

_Number = InstrumentedAttribute[str]


class NoNumberLeft(Exception):
    """What follows ``last`` would need more than 21 characters."""

    def __init__(self, last: str):
        super().__init__(f"no number of {MAXIMUM_NUMBER_LENGTH} characters follows {last!r}")
        self.last = last


def following(number: str) -> str:
    """``INV-0099`` to ``INV-0100``: one more, with its prefix and its zeros.

    A number without digits at its end gets ``1``. Raises NoNumberLeft rather than drop a character
    of the prefix: another prefix would be another sequence.
    """
    prefix, digits = split_number(number)
    one_more = str(int(digits or 0) + 1).zfill(len(digits or ""))
    if len(prefix) + len(one_more) > MAXIMUM_NUMBER_LENGTH:
        raise NoNumberLeft(number)
    return prefix + one_more


def next_free_after(firm_id: int, number: str) -> str | None:
    """The first number after this one, counting up, that is free in both places.

    None if none is left within 21 characters.
    """
    while True:
        window = list(islice(_counting_on(number), WINDOW))
        taken = _taken(firm_id, window)
        free = next((candidate for candidate in window if candidate not in taken), None)
        if free is not None or len(window) < WINDOW:
            return free
        number = _end_of_run(firm_id, window[-1])


def _counting_on(number: str) -> Iterator[str]:
    try:
        while True:
            number = following(number)
            yield number
    except NoNumberLeft:
        return


def _taken(firm_id: int, numbers: Sequence[str]) -> set[str]:
    """Those of the numbers that are in use, here or there."""
    in_each = (
        select(column).where(*where, column.in_(numbers)) for column, where in _places(firm_id)
    )
    return set(db.session.scalars(union_all(*in_each)))


def _end_of_run(firm_id: int, number: str) -> str:
    """The last number of the unbroken run that begins after this one; itself where none does.

    A firm may have a million numbers in a row, and asking for each would take minutes. Counting how
    many lie in a stretch finds the end in a few queries: as long as stretches are full they grow.
    The first that is not tells how long the rest of the run can be at most, and mostly is.
    """
    prefix, digits = split_number(number)
    assert digits is not None
    width = len(digits)

    def used(first: int, last: int) -> int:
        return _used_between(firm_id, f"{prefix}{first:0{width}}", f"{prefix}{last:0{width}}")

    low, top, stride = int(digits), 10**width - 1, WINDOW
    while (found := used(low + 1, min(low + stride, top))) >= (length := min(stride, top - low)):
        if low + length == top:
            return f"{prefix}{top}"
        low, stride = low + length, stride * LENGTHEN
    middle, beyond = low + found, low + found + 1
    while low + 1 < beyond:
        if used(low + 1, middle) >= middle - low:
            low = middle
        else:
            beyond = middle
        middle = (low + beyond) // 2
    return f"{prefix}{low:0{width}}"


def _used_between(firm_id: int, first: str, last: str) -> int:
    """How many numbers are in use from the first to the last, in the place that has more of them.

    Numbers of one prefix and length sort as text as they do as numbers. Should one be there twice,
    or a stranger with letters among its digits lie between them, a gap may be passed over; what is
    found in the end is looked up letter by letter all the same.
    """
    counts = (
        select(func.count())
        .where(*where, column.between(first, last), func.length(column) == len(first))
        .scalar_subquery()
        for column, where in _places(firm_id)
    )
    return max(db.session.execute(select(*counts)).one())


def _places(firm_id: int) -> list[tuple[_Number, tuple[ColumnElement[bool], ...]]]:
    """Where numbers are in use: the column that holds them, and which of its rows count."""
    return [
        (Invoice.number, (Invoice.firm_id == firm_id, Invoice.removed_at.is_(None))),
        (
            MirrorNumber.number,
            (MirrorNumber.firm_id == firm_id, MirrorNumber.txn_type == TXN_TYPE),
        ),
    ]
