"""Does QuickBooks have a client or service of this name that our copy does not know yet?

The copy is as old as the last change we heard of. Before a record that came after it is called
unknown, or made, QuickBooks is asked for its name, and for those of the records that follow. What
a name has to be like to count as the same is decided by ``matching``, as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func

from webapp.models import Account, Entry, Service
from webapp.quickbooks import questions
from webapp.quickbooks.client import Company, literal
from webapp.quickbooks.errors import QuickBooksError, Rejected
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.mirror import NAME_FIELDS
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.questions import Answer, Topic


@dataclass(frozen=True)
class Question:
    kind: str
    names: list[str]
    entry_ids: list[int]
    """Of the records that wait for the answer."""


def topic(firm_id: int, kind: str) -> Topic:
    return Topic(firm_id, f"{kind}-name")


def question(unknown: Sequence[tuple[Entry, str]], now: datetime) -> Question | None:
    """What to ask about these records, all of one kind; None if there are none.

    They are put off until it is answered; the caller commits.
    """
    if not unknown:
        return None
    entries = [entry for entry, _name in unknown]
    questions.put_off(entries, now)
    firm_id, kind = entries[0].firm_id, entries[0].kind
    model = Account if kind == Account.kind else Service
    names = [name for _entry, name in unknown]
    asked = questions.with_those_that_follow(firm_id, model, _name_of(model), names)
    return Question(kind, asked, [entry.id for entry in entries])


def _name_of(model: type[Account] | type[Service]) -> ColumnElement[str]:
    """As ``display_name``."""
    return func.coalesce(model.quickbooks_name, model.name)


def ask(company: Company, asked: Question) -> Answer:
    """The active objects over there that have one of these names. For a thread that calls."""
    entity = ENTITIES[asked.kind]
    listed = ", ".join(map(literal, asked.names))
    try:
        return company.query(entity, f"{NAME_FIELDS.get(entity, 'Name')} IN ({listed})")
    except QuickBooksError as error:
        return error


def answered(hold: Hold, asked: Question, found: Answer) -> None:
    """Let those that waited be planned anew; by what is known, if QuickBooks will not tell.

    Commits.
    """
    told = [] if isinstance(found, Rejected) else found
    if questions.take_in(hold, ENTITIES[asked.kind], asked.entry_ids, told):
        topic(hold.firm_id, asked.kind).note(asked.names)
