"""One issue being dealt with: what every act needs to hand, and how one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.extensions import db
from webapp.models import Attempt, Entry, Issue, Link, MirrorObject, outbox
from webapp.models import attempt as attempts
from webapp.models.record import Record
from webapp.quickbooks import repairs
from webapp.quickbooks.actions.offered import still_out
from webapp.quickbooks.agreed import agreed
from webapp.quickbooks.composing import whole_body
from webapp.quickbooks.facts import Facts, facts_of
from webapp.quickbooks.payloads import ENTITIES

Arguments = Mapping[str, str]


class ActionRefused(Exception):
    """The act cannot be done as asked; ``errors`` maps a field ("" for the act) to messages."""

    def __init__(self, field: str, message: str):
        self.errors = {field: [message]}
        super().__init__(message)


class Case:
    def __init__(
        self, issue: Issue, entry: Entry, person_id: int | None, arguments: Arguments
    ) -> None:
        self.issue, self.entry, self.person_id = issue, entry, person_id
        self.arguments = arguments
        self.record: Record = issue.record
        self.link = Link.of(self.record)

    def lock_again(self) -> None:
        """A call to QuickBooks ended the transaction, and with it the hold on the entry.

        Raises ActionRefused if something was sent meanwhile.
        """
        entry = Entry.find(self.issue.firm_id, self.issue.kind, self.issue.record_id)
        assert entry is not None
        if entry.unsettled:
            raise ActionRefused("", still_out())
        self.entry, self.link = entry, Link.of(self.record)

    def listed(self, entity: str, quickbooks_id: str) -> MirrorObject | None:
        """One of the company's list, asked for if we have not heard of it yet."""
        firm_id = self.issue.firm_id
        known = MirrorObject.find(firm_id, entity, quickbooks_id)
        if known is None and quickbooks_id:
            known = repairs.look_up(firm_id, entity, quickbooks_id)
            self.lock_again()
        return known

    def text(self, name: str) -> str:
        return str(self.arguments.get(name) or "").strip()

    def try_now(self) -> None:
        self.entry.try_now(outbox.PERSON, self.person_id)

    def send_again(self) -> None:
        """QuickBooks is to hear of the record anew, changed or not."""
        self.record.version += 1
        self.entry.wanted = self.record.version
        self.try_now()

    def settle(self, state: str) -> None:
        """Over without a word to QuickBooks."""
        self.entry.reached = self.entry.wanted
        self.entry.rest(state)
        self.issue.close(self.person_id)
        Entry.release(self.record.firm_id, self.record.kind, [self.record.id])

    def note(self, operation: str, message: str) -> None:
        """The record's history shows what a person did."""
        db.session.add(
            Attempt(
                firm_id=self.issue.firm_id,
                kind=self.issue.kind,
                record_id=self.issue.record_id,
                operation=operation,
                outcome=attempts.ACCEPTED,
                person_id=self.person_id,
                message=message,
            )
        )

    def as_it_is(self, theirs: Mapping[str, Any]) -> Facts:
        """What a link is to know so that both stay as they are, whatever else of ours changes."""
        return self.as_both_are(facts_of(ENTITIES[self.record.kind], theirs))

    def as_both_are(self, known: Facts) -> Facts:
        """As ``as_it_is``, of what the link knows of theirs."""
        ours = whole_body(self.entry, self.record)
        return known if ours is None else agreed(known, facts_of(ENTITIES[self.record.kind], ours))
