"""Has QuickBooks been asked lately whether a crowd's invoice numbers are free?

Our copy of its numbers is as old as the last change we heard of, and a company that does not warn
of duplicates takes them without a word; whether it warns cannot be read. One invoice by itself is
asked about in the moment before it goes. Of a crowd a single query asks for the numbers of the next
batches together, and its answer is good for a minute: at Intuit's pace of 40 batches a minute that
is 2 reads per 1,000 invoices, and at any slower one at most a reading a minute more. What slips
through is found by ``doubled_numbers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.models import Connection, Entry, Invoice
from webapp.quickbooks import questions
from webapp.quickbooks.client import Company, literal
from webapp.quickbooks.errors import QuickBooksError, Rejected
from webapp.quickbooks.flight import Request
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.questions import Answer, Topic


@dataclass(frozen=True)
class Question:
    numbers: list[str]
    entry_ids: list[int]
    """The invoices that wait for the answer."""


def topic(firm_id: int) -> Topic:
    return Topic(firm_id, "number")


def question(connection: Connection, requests: Sequence[Request], now: datetime) -> Question | None:
    """What has to be asked before these requests of a crowd may go; None if nothing has.

    The invoices that have to wait are put off; the caller commits.
    """
    numbers = {r.entry_id: number_of(r) for r in requests if number_of(r)}
    unknown = topic(connection.firm_id).unasked(set(numbers.values()))
    if not unknown:
        return None
    waiting = [entry_id for entry_id, number in numbers.items() if number in unknown]
    questions.put_off(Entry.locked(waiting).values(), now)
    asked = questions.with_those_that_follow(
        connection.firm_id, Invoice, Invoice.number.expression, sorted(unknown)
    )
    return Question(asked, waiting)


def number_of(request: Request) -> str:
    """The one that the request would give to an invoice; empty if it gives none."""
    numbered = request.entity == ENTITIES["invoice"] and request.operation in ("create", "update")
    return str(request.sent.get("DocNumber") or "") if numbered else ""


# -- asking ----------------------------------------------------------------------------------------


def ask(company: Company, numbers: Sequence[str]) -> Answer:
    """The invoices over there that have one of these numbers. For a thread that calls."""
    try:
        listed = ", ".join(map(literal, numbers))
        return company.query(ENTITIES["invoice"], f"DocNumber IN ({listed})")
    except QuickBooksError as error:
        return error


def answered(hold: Hold, asked: Question, found: Answer) -> None:
    """Let those that waited be planned anew; by what is known, if QuickBooks will not tell.

    Commits.
    """
    told = [] if isinstance(found, Rejected) else found
    if questions.take_in(hold, ENTITIES["invoice"], asked.entry_ids, told):
        topic(hold.firm_id).note(asked.numbers)
