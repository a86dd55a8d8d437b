"""Which number does the next invoice get, and is a given one taken: here or in QuickBooks?

"The last QuickBooks number": the prefix of the invoice created last over there, the highest number
with that prefix, one more, skipping what is taken in either place. Numbers are compared as exact
strings; zero padding is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Attempt, Firm, Invoice, Link, MirrorNumber
from webapp.models import attempt as attempts
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH

FIRST_NUMBER = "1001"
TXN_TYPE = "Invoice"
HERE, QUICKBOOKS = "here", "quickbooks"

_TRAILING_DIGITS = re.compile(r"[0-9]*\Z")


@dataclass(frozen=True)
class Check:
    """``where`` is ``here`` or ``quickbooks``; ``suggestion`` is the number to use instead."""

    number: str
    taken: bool
    where: str | None = None
    suggestion: str | None = None


def check(firm: Firm, number: str, invoice: Invoice | None = None) -> Check:
    """Is the number taken by anything but ``invoice`` itself? Answers from our own database."""
    if _used_in_quickbooks(firm.id, number, invoice):
        return Check(number, True, QUICKBOOKS, next_number(firm))
    if used_here(firm.id, number, invoice):
        return Check(number, True, HERE, next_number(firm))
    return Check(number, False)


def next_number(firm: Firm) -> str:
    """The number an assigned invoice gets.

    QuickBooks' sequence while the firm's numbers are synced with it, else our own. The caller holds
    the firm's turn (``webapp.intake.keeping.take_turn``), so that no two get the same.
    """
    last = last_in_quickbooks(firm.id) if firm.sync_invoice_numbers else None
    last = last or _last_here(firm.id)
    return FIRST_NUMBER if last is None else next_free_after(firm.id, last)


def suggestion(invoice: Invoice) -> str:
    """What to renumber an invoice to when its number is taken over there."""
    last = last_in_quickbooks(invoice.firm_id) or invoice.number
    return next_free_after(invoice.firm_id, last)


def may_renumber(invoice: Invoice) -> bool:
    """Its number was assigned, and the firm's numbers follow QuickBooks'."""
    firm = db.session.get_one(Firm, invoice.firm_id)
    return invoice.number_assigned and firm.sync_invoice_numbers


def renumber(invoice: Invoice) -> None:
    """Give an assigned invoice the next number and record it; the caller commits."""
    old = invoice.number
    invoice.number = suggestion(invoice)
    invoice.version += 1
    db.session.add(
        Attempt(
            firm_id=invoice.firm_id,
            kind=invoice.kind,
            record_id=invoice.id,
            operation="renumber",
            outcome=attempts.ACCEPTED,
            message=f"{old} → {invoice.number}",
        )
    )
    db.session.flush()


def last_in_quickbooks(firm_id: int) -> str | None:
    """The highest number that shares its prefix with the invoice created last in QuickBooks."""
    numbers = select(MirrorNumber).where(
        MirrorNumber.firm_id == firm_id, MirrorNumber.txn_type == TXN_TYPE
    )
    latest = db.session.scalar(
        numbers.order_by(MirrorNumber.created_at.desc(), MirrorNumber.id.desc()).limit(1)
    )
    if latest is None or latest.value is None:
        return latest.number if latest else None
    highest = db.session.scalar(
        numbers.where(MirrorNumber.prefix == latest.prefix, MirrorNumber.value.is_not(None))
        .order_by(MirrorNumber.value.desc())
        .limit(1)
    )
    return highest.number if highest else latest.number


def _last_here(firm_id: int) -> str | None:
    return db.session.scalar(
        select(Invoice.number)
        .where(Invoice.firm_id == firm_id)
        .order_by(Invoice.id.desc())
        .limit(1)
    )


def next_free_after(firm_id: int, number: str) -> str:
    """The first number after this one, counting up, that is free in both places."""
    candidate = following(number)
    while used_here(firm_id, candidate) or _used_in_quickbooks(firm_id, candidate):
        candidate = following(candidate)
    return candidate


def used_here(firm_id: int, number: str, except_for: Invoice | None = None) -> bool:
    """Does another live invoice of the firm have exactly this number?"""
    used = select(Invoice.id).where(
        Invoice.firm_id == firm_id, Invoice.number == number, Invoice.removed_at.is_(None)
    )
    if except_for is not None and except_for.id is not None:
        used = used.where(Invoice.id != except_for.id)
    return db.session.scalar(used.limit(1)) is not None


def _used_in_quickbooks(firm_id: int, number: str, except_for: Invoice | None = None) -> bool:
    """Does an object over there, other than the invoice's own, have exactly this number?"""
    used = select(MirrorNumber.quickbooks_id).where(
        MirrorNumber.firm_id == firm_id,
        MirrorNumber.txn_type == TXN_TYPE,
        MirrorNumber.number == number,
    )
    if except_for is not None and except_for.id is not None:
        own = select(Link.quickbooks_id).where(
            Link.firm_id == firm_id, Link.kind == "invoice", Link.record_id == except_for.id
        )
        used = used.where(MirrorNumber.quickbooks_id.not_in(own))
    return db.session.scalar(used.limit(1)) is not None


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
