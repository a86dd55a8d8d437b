"""Who has the number that the mirror gives to another? Asked of QuickBooks before a person is."""

from __future__ import annotations

from typing import Any

from webapp.models import Entry
from webapp.quickbooks import health, numbering, taken_numbers
from webapp.quickbooks.client import Company
from webapp.quickbooks.errors import QuickBooksError, Rejected
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.settling import records_of

Answer = dict[str, Any] | QuickBooksError


def read(company: Company, quickbooks_id: str) -> Answer:
    """The invoice as it is over there now. For a thread that calls."""
    try:
        return company.read("Invoice", quickbooks_id)
    except QuickBooksError as error:
        return error


def checked(hold: Hold, entry_id: int, found: Answer) -> None:
    """Go on with the entry whose number it was: with the same number, the next, or a person."""
    with hold.transaction() as (now, connection):
        numbering.take_turn(hold.firm_id)
        entry = Entry.locked([entry_id])[entry_id]
        record = records_of([entry])[entry_id]
        if isinstance(found, QuickBooksError) and not isinstance(found, Rejected):
            entry.put_back(now)
            health.troubled(connection, found, now)
            return
        taken_numbers.checked(entry, record, None if isinstance(found, Rejected) else found)
