"""An invoice's number turns out to be another object's: the next one, another look, or a person?"""

from __future__ import annotations

from typing import Any

from webapp.models import Entry, Invoice, Link, Record
from webapp.quickbooks import accepting, mirror, numbering, sentence_facts
from webapp.quickbooks.composing import whole_body
from webapp.quickbooks.flight import DUPLICATE_NUMBER, NumberTaken, Outcome, Refused, Request
from webapp.quickbooks.rejecting import reject


def wants_another_number(outcome: Outcome) -> bool:
    """Settling it may renumber the invoice, for which the firm's turn has to be taken first."""
    taken = isinstance(outcome, Refused) and outcome.fault.code == DUPLICATE_NUMBER
    return taken or isinstance(outcome, NumberTaken)


def renumbered(entry: Entry, record: Record, request: Request) -> bool:
    """Somebody took the number of an assigned invoice while it was on its way: it takes the next.

    Only where the firm's numbers are synced.
    """
    if request.operation != "create" or not isinstance(record, Invoice):
        return False
    if not numbering.may_renumber(record) or not numbering.renumber(record):
        return False
    entry.wanted = record.version
    entry.go_again()
    return True


def checked(entry: Entry, record: Record, holder: dict[str, Any] | None) -> None:
    """``holder`` is the object that the mirror gave the number to, as it is now; None if gone."""
    assert isinstance(record, Invoice)
    entry.picked, entry.sent_at = 0, None  # not sent: the number was asked about first
    if holder is not None:
        mirror.keep(record.firm_id, "Invoice", holder)
    elif record.number:
        mirror.forget_number(record.firm_id, "Invoice", record.number)
    if holder is None or holder.get("DocNumber") != record.number:
        entry.set_ready()
    elif accepting.is_ours(holder, entry):
        accepting.accept_ours(entry, record, whole_body(entry, record) or {}, holder)
    elif Link.of(record) is None and numbering.may_renumber(record) and numbering.renumber(record):
        entry.wanted = record.version
        entry.set_ready()
    else:
        known = sentence_facts.of(record, holder)
        reject(entry, record, "dup_number", known, theirs=holder)
