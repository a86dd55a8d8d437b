"""Which number does the next invoice get, and is a given one taken: here or in QuickBooks?

"The last QuickBooks number": the prefix of the invoice created last over there, the highest number
with that prefix, one more, skipping what is taken in either place. Numbers are compared as exact
strings; zero padding is kept. docs/invoice-numbers.md tells the whole story.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import Attempt, Firm, Invoice, Link, MirrorNumber
from webapp.models import attempt as attempts
from webapp.quickbooks.free_numbers import TXN_TYPE, NoNumberLeft, next_free_after

BEFORE_THE_FIRST = "1000"
"""A firm without any number begins after this one."""
HERE, QUICKBOOKS = "here", "quickbooks"


@dataclass(frozen=True)
class Check:
    """``where`` is ``here`` or ``quickbooks``; ``suggestion`` is the number to use instead, None
    if the sequence is used up."""

    number: str
    taken: bool
    where: str | None = None
    suggestion: str | None = None


def take_turn(firm_id: int) -> None:
    """Before a worker locks entries of invoices that it may have to renumber.

    A person's request takes the firm's turn first and locks entries afterwards; so must we.
    """
    if db.session.scalar(select(Firm.sync_invoice_numbers).where(Firm.id == firm_id)):
        Firm.take_turn(firm_id)


def check(firm: Firm, number: str, invoice: Invoice | None = None) -> Check:
    """Is the number taken by anything but ``invoice`` itself? Answers from our own database."""
    if _used_in_quickbooks(firm.id, number, invoice):
        last = last_in_quickbooks(firm.id) or number
        return Check(number, True, QUICKBOOKS, next_free_after(firm.id, last))
    if used_here(firm.id, number, invoice):
        return Check(number, True, HERE, _next_free(firm))
    return Check(number, False)


def next_number(firm: Firm) -> str:
    """The number an assigned invoice gets. Raises NoNumberLeft.

    QuickBooks' sequence while the firm's numbers are synced with it, else our own. The caller holds
    the firm's turn (``Firm.take_turn``), so that no two get the same.
    """
    number = _next_free(firm)
    if number is None:
        raise NoNumberLeft(_last(firm) or "")
    return number


def proposed(firm: Firm) -> str:
    """What a form offers as the next number, nothing where the sequence is used up."""
    return _next_free(firm) or ""


def _next_free(firm: Firm) -> str | None:
    return next_free_after(firm.id, _last(firm) or BEFORE_THE_FIRST)


def _last(firm: Firm) -> str | None:
    """Where the firm's sequence stands."""
    theirs = last_in_quickbooks(firm.id) if firm.sync_invoice_numbers else None
    return theirs or _last_here(firm.id)


def suggestion(invoice: Invoice) -> str | None:
    """What to renumber an invoice to when its number is taken over there; None if none is left."""
    last = last_in_quickbooks(invoice.firm_id) or invoice.number
    return next_free_after(invoice.firm_id, last)


def may_renumber(invoice: Invoice) -> bool:
    """Its number was assigned, and the firm's numbers follow QuickBooks'."""
    firm = db.session.get_one(Firm, invoice.firm_id)
    return invoice.number_assigned and firm.sync_invoice_numbers


def renumber(invoice: Invoice) -> bool:
    """Give an assigned invoice the next number and record it; the caller commits.

    False, and nothing changed, if no number is left. The caller holds the firm's turn.
    """
    number = suggestion(invoice)
    if number is None:
        return False
    change_number(invoice, number)
    return True


def change_number(invoice: Invoice, number: str) -> None:
    """Give it this number and record that; the caller commits."""
    db.session.add(
        Attempt(
            firm_id=invoice.firm_id,
            kind=invoice.kind,
            record_id=invoice.id,
            operation="renumber",
            outcome=attempts.ACCEPTED,
            message=f"{invoice.number} → {number}",
        )
    )
    invoice.number = number
    invoice.version += 1
    db.session.flush()


# -- where the sequences stand --------------------------------------------------------------------


def last_in_quickbooks(firm_id: int) -> str | None:
    """The highest number that shares its prefix with the invoice created last in QuickBooks."""
    numbers = select(MirrorNumber).where(
        MirrorNumber.firm_id == firm_id, MirrorNumber.txn_type == TXN_TYPE
    )
    id_ = MirrorNumber.quickbooks_id  # ids count up, and stamps have whole seconds only
    latest = db.session.scalar(
        numbers.order_by(MirrorNumber.created_at.desc(), func.length(id_).desc(), id_.desc()).limit(
            1
        )
    )
    if latest is None:
        return None
    highest = db.session.scalar(
        numbers.where(MirrorNumber.prefix == latest.prefix, MirrorNumber.value.is_not(None))
        .order_by(MirrorNumber.value.desc(), MirrorNumber.id.desc())
        .limit(1)
    )
    return (highest or latest).number


def _last_here(firm_id: int) -> str | None:
    return db.session.scalar(
        select(Invoice.number)
        .where(Invoice.firm_id == firm_id)
        .order_by(Invoice.id.desc())
        .limit(1)
    )


# -- what is taken -------------------------------------------------------------------------------


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
