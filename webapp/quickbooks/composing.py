"""What exactly is sent for an entry, the first time and again?"""

from __future__ import annotations

from webapp.models import Connection, Entry, Record
from webapp.quickbooks.client import dumps
from webapp.quickbooks.flight import Request
from webapp.quickbooks.payloads import ENTITIES, Body
from webapp.quickbooks.surroundings import Surroundings
from webapp.quickbooks.updates import lasting_body


def compose(entry: Entry, operation: str, body: Body, quickbooks_id: str | None) -> Request:
    """Fix what is sent for the entry; the caller commits before it is."""
    entry.compose(operation, dumps(body))
    entry.planned()
    return request_of(entry, quickbooks_id)


def request_of(entry: Entry, quickbooks_id: str | None) -> Request:
    """The entry's composed request, as it is (re)sent."""
    assert entry.request_id
    assert entry.operation
    assert entry.body
    return Request(
        entry.id,
        ENTITIES[entry.kind],
        entry.operation,
        entry.body,
        entry.request_id,
        entry.sent_version or entry.wanted,
        quickbooks_id,
    )


def whole_body(entry: Entry, record: Record) -> Body | None:
    """All that the record would say today; None while something that it names is not linked."""
    references = Surroundings(Connection.of(record.firm_id), [entry]).references
    try:
        return lasting_body(record, references, entry.uid)
    except KeyError:
        return None
