"""Which number does the next invoice get, and is a given one taken here?"""

from __future__ import annotations

import re

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import Firm, Invoice
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH

FIRST_NUMBER = "1001"

_TRAILING_DIGITS = re.compile(r"[0-9]*\Z")


def next_number(firm: Firm) -> str:
    """The number after the one of the firm's latest invoice, skipping those in use.

    The caller holds the firm's turn (``webapp.intake.keeping.take_turn``).
    """
    last = db.session.scalar(
        select(Invoice.number)
        .where(Invoice.firm_id == firm.id)
        .order_by(Invoice.id.desc())
        .limit(1)
    )
    return FIRST_NUMBER if last is None else next_free_after(firm.id, last)


def next_free_after(firm_id: int, number: str) -> str:
    """The first number after this one, counting up, that no live invoice of the firm has."""
    candidate = following(number)
    while used_here(firm_id, candidate):
        candidate = following(candidate)
    return candidate


def used_here(firm_id: int, number: str) -> bool:
    return bool(
        db.session.scalar(
            select(func.count()).where(
                Invoice.firm_id == firm_id,
                Invoice.number == number,
                Invoice.removed_at.is_(None),
            )
        )
    )


def following(number: str) -> str:
    """``INV-0099`` to ``INV-0100``: one more, with its prefix and its zeros.

    A number without digits at its end gets ``1``; where there is no room, the prefix gives way.
    """
    match = _TRAILING_DIGITS.search(number)
    assert match is not None
    digits = match.group()
    one_more = str(int(digits or 0) + 1).zfill(len(digits))
    prefix = number[: match.start()][: max(0, MAXIMUM_NUMBER_LENGTH - len(one_more))]
    return (prefix + one_more)[-MAXIMUM_NUMBER_LENGTH:]
