"""Is a client or a service to be created, linked with what is there, or put to a person?

``matching`` finds what is there; here the entry is dealt with accordingly.
"""

from __future__ import annotations

from webapp.models import Account, Connection, Entry, MirrorObject, Record, Service, outbox
from webapp.quickbooks import asked_names, attempt_log, issues, links, matching, relinking
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.rejecting import reject
from webapp.quickbooks.surroundings import Surroundings


class Linker:
    """For the records of one claim, all of this kind, that have no link."""

    def __init__(self, connection: Connection, kind: str, surroundings: Surroundings):
        firm_id, self.unmatched = connection.firm_id, connection.unmatched
        self.known_to = connection.changes_read_to
        unlinked = [r for r in surroundings.unlinked() if isinstance(r, Account | Service)]
        names = [record.display_name for record in unlinked]
        self.candidates = matching.Candidates(firm_id, kind, ENTITIES[kind], names)
        accounts = [r.id for r in surroundings.records.values() if isinstance(r, Account)]
        self.undone = relinking.undone(firm_id, accounts) if accounts else set()
        strange = {record.display_name for record in unlinked if self._is_strange(record)}
        self.unasked = asked_names.topic(firm_id, kind).unasked(strange)

    def _is_strange(self, record: Account | Service) -> bool:
        """Nothing is known of its name, and what is known is older than the record."""
        known_to = self.known_to
        newer = known_to is None or record.updated_at > known_to
        return newer and not self.candidates.named(record.display_name)

    def must_ask(self, record: Account | Service) -> bool:
        """Somebody may just have made it over there: QuickBooks has to be asked first."""
        return record.display_name in self.unasked

    def must_create(self, entry: Entry, record: Account | Service) -> bool:
        """False when it was linked, or a person is asked. The caller commits."""
        match = self._match(record)
        decided = entry.create_anyway and match.verdict != matching.LINK
        if match.verdict == matching.CREATE or decided:
            return True
        if match.verdict == matching.ISSUE:
            reject(entry, record, match.cause, match.facts)
            return False
        assert match.found is not None
        self.candidates.take(match.found)
        link_to(entry, record, match.found)
        return False

    def _match(self, record: Account | Service) -> matching.Match:
        if isinstance(record, Service):
            return matching.match_service(record, self.candidates)
        match = matching.match_account(record, self.candidates, self.unmatched)
        if match.verdict == matching.LINK and record.id in self.undone:
            return matching.Match(matching.ISSUE, cause=relinking.CAUSE)
        return match


def link_to(entry: Entry, record: Record, found: MirrorObject) -> None:
    """Take an object that is there already as the record's own; nothing is overwritten."""
    links.take(record, found)
    attempt_log.linked_by_itself(entry, record, found.quickbooks_id)
    issues.close_all([record])
    entry.reached = entry.wanted
    entry.rest(outbox.DONE)
