"""What each claimed entry needs: a request, a link, something to wait for, or a person.

A whole claim is planned at once, so that the number of queries does not grow with it. Nothing here
calls QuickBooks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from webapp.models import Account, Connection, Entry, Invoice, Issue, Record, Service, outbox
from webapp.quickbooks import changes, company_reset, issues, links, payloads, updates
from webapp.quickbooks.composing import compose
from webapp.quickbooks.earlier_choices import but_for_set_up
from webapp.quickbooks.facts import facts_of
from webapp.quickbooks.flight import Request
from webapp.quickbooks.linking import Linker
from webapp.quickbooks.needs import account_of
from webapp.quickbooks.obstacles import obstacle
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.planned_numbers import PlannedNumbers
from webapp.quickbooks.rejecting import STOPPED_WORKER, reject
from webapp.quickbooks.strays import Strays
from webapp.quickbooks.surroundings import KnownLink, Surroundings

GONE = {"account": "customer_deleted", "service": "inactive_service"}
"""What it is called that a record's counterpart is gone, where not simply deleted."""


@dataclass
class Plan:
    """Entries that need a call, with their requests; the others have been dealt with."""

    requests: list[Request] = field(default_factory=list)
    numbers_to_check: list[tuple[Entry, str]] = field(default_factory=list)
    """Invoices whose number the mirror gives to another object: entry and that object's id."""
    names_to_ask: list[tuple[Entry, str]] = field(default_factory=list)
    """Clients or services that came after the mirror was read, and that it does not know."""


class Planner:
    """Plans one claim of one kind or level. The caller commits."""

    def __init__(self, connection: Connection, entries: Sequence[Entry]):
        self.connection, self.entries = connection, entries
        self.around = Surroundings(connection, entries)
        self.numbers = PlannedNumbers(connection.firm_id, self.around.invoices())
        self.linker = Linker(connection, entries[0].kind, self.around)
        self.strays = Strays(connection.firm_id, entries[0].kind)
        self.names_to_ask: list[tuple[Entry, str]] = []

    def plan(self) -> Plan:
        requests = []
        for entry in self.entries:
            request = self._deal_with(entry, self.around.records[entry.kind, entry.record_id])
            if request is not None:
                requests.append(request)
        return Plan(requests, self.numbers.to_check, self.names_to_ask)

    def _deal_with(self, entry: Entry, record: Record) -> Request | None:
        if entry.picked > outbox.CRASHES_ALLOWED:
            reject(entry, record, STOPPED_WORKER, {})
            return None
        link = self.around.link_of(record)
        if entry.action == outbox.REMOVE:
            return self._remove(entry, record, link)
        if not self._has_to_be_saved(entry, record, link) or not self._may_go(entry, record, link):
            return None
        references = self.around.references
        if link is None:
            body = payloads.body_of(record, references, entry.uid)
            return compose(entry, "create", body, None)
        assert link.quickbooks_id  # else it is gone, and a person is asked
        address = payloads.removal_of(link.quickbooks_id, link.sync_token)
        entity, body = ENTITIES[record.kind], updates.lasting_body(record, references, entry.uid)
        known = self.around.known_of(record)
        ours = but_for_set_up(record, references, known, facts_of(entity, body))
        known = links.agree(record, known, ours)
        change = updates.update_of(entity, body, ours, known, address)
        if change is None:
            _is_done(entry, record)
            return None
        return compose(entry, "update", change, link.quickbooks_id)

    def _remove(self, entry: Entry, record: Record, link: KnownLink | None) -> Request | None:
        """An invoice is voided, other documents deleted; a client or service only unlinked."""
        if isinstance(record, Account | Service):
            links.cut(record)
        elif link is not None and not link.gone:
            assert link.quickbooks_id
            operation = "void" if isinstance(record, Invoice) else "delete"
            body = payloads.removal_of(link.quickbooks_id, link.sync_token)
            return compose(entry, operation, body, link.quickbooks_id)
        _is_done(entry, record)
        return None

    def _has_to_be_saved(self, entry: Entry, record: Record, link: KnownLink | None) -> bool:
        """False when that is not wanted, cannot be, or is so already: the entry is dealt with."""
        if self._stays_out(record) or (link is not None and link.left_out):
            entry.rest(outbox.OFF)
        elif link is not None and link.gone:
            _tell_gone(entry, record, link)
        elif link is None and isinstance(record, Account | Service):
            if not self.linker.must_ask(record):
                return self.linker.must_create(entry, record)
            self.names_to_ask.append((entry, record.display_name))
        elif link is not None and entry.reached >= entry.wanted:
            entry.rest(outbox.DONE)
        else:
            return True
        return False

    def _stays_out(self, record: Record) -> bool:
        account = account_of(record)
        if account is not None and not account.sync:
            return True
        start, day = self.connection.start_date, getattr(record, "date", None)
        return start is not None and day is not None and day < start

    def _may_go(self, entry: Entry, record: Record, link: KnownLink | None) -> bool:
        """False when it has to wait, or to be put right, or is there: the entry is dealt with."""
        missing = self.around.first_missing(record)
        if missing is not None:
            entry.wait_for(*missing)
            return False
        trouble = obstacle(record, self.connection, self.around)
        if trouble is not None:
            cause, known = trouble
            reject(entry, record, cause, known)
            return False
        if link is None and self.strays and self._is_there_already(entry, record):
            return False
        own = link.quickbooks_id if link is not None else None
        return not isinstance(record, Invoice) or self.numbers.may_go(entry, record, own)

    def _is_there_already(self, entry: Entry, record: Record) -> bool:
        body = payloads.body_of(record, self.around.references, entry.uid)
        return self.strays.take_back(entry, record, body)


def _is_done(entry: Entry, record: Record) -> None:
    """There is nothing to tell QuickBooks."""
    issues.close_all([record])
    entry.reached = entry.wanted
    entry.rest(outbox.DONE)
    Entry.release(entry.firm_id, record.kind, [record.id])


def _tell_gone(entry: Entry, record: Record, link: KnownLink) -> None:
    """As it was told when it went: only then was it seen how."""
    if link.quickbooks_id is None:
        reject(entry, record, company_reset.CAUSE, {})
        return
    told = next((i for i in Issue.unsettled_of(record) if i.cause in changes.TELL_OF_GOING), None)
    if told is None:
        reject(entry, record, GONE.get(record.kind, "record_deleted"), {})
    else:
        reject(entry, record, told.cause, told.facts, theirs=told.theirs)
