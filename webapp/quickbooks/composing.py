"""What exactly is sent for an entry, the first time and again?"""

from __future__ import annotations

from webapp.models import Entry
from webapp.quickbooks.client import dumps
from webapp.quickbooks.flight import Request
from webapp.quickbooks.payloads import ENTITIES, Body


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
