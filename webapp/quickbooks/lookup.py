"""Did it happen? Looking for the objects of requests whose answers never came.

Documents carry our marker in their note, which cannot be searched for: they are found by number or
by day, and told apart by the marker. Lists are found by name. What has an id already is read by it:
a query may lag, and an update or a delete must not be judged by what it does not show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from webapp.quickbooks import matching
from webapp.quickbooks.client import Company, literal
from webapp.quickbooks.flight import Request

AT_ONCE = 30
LISTS = ("Customer", "Item")
Found = dict[int, dict[str, Any]]


def look_up(company: Company, entity: str, requests: Sequence[Request]) -> Found:
    """The objects that exist, by entry id. All requests are of one entity.

    Raises any QuickBooksError. Ask only after a late commit can no longer come.
    """
    found: Found = {}
    creates = [request for request in requests if request.quickbooks_id is None]
    others = [request for request in requests if request.quickbooks_id is not None]
    for some in _chunks(creates):
        found |= _created(company, entity, some)
    for request in others:
        theirs = company.find(entity, str(request.quickbooks_id))
        if theirs is not None:
            found[request.entry_id] = theirs
    return found


def _created(company: Company, entity: str, requests: Sequence[Request]) -> Found:
    field = {"Customer": "DisplayName", "Item": "Name", "Invoice": "DocNumber"}.get(
        entity, "TxnDate"
    )
    wanted = {str(request.sent.get(field)) for request in requests}
    rows = company.query_all(entity, f"{field} IN ({_list(wanted)})")
    key = field if entity in LISTS else "PrivateNote"
    by_key: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_key[_fold(row.get(key))].append(row)
    own = {r.entry_id: _own(r, by_key[_fold(r.sent.get(key))]) for r in requests}
    return {entry_id: row for entry_id, row in own.items() if row is not None}


def _own(request: Request, rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """A marker is proof. A name is not: somebody may just have typed a stranger of it, so what can
    be found by name alone counts by the rules of matching, and else the request is repeated."""
    if request.entity in LISTS:
        rows = [row for row in rows if matching.agrees(request.entity, request.sent, row)]
        return rows[0] if len(rows) == 1 else None
    return rows[0] if rows else None


def _fold(value: object) -> str:
    """Names are the same whatever their case; a note may have been added to by hand."""
    return str(value or "").split("\n")[0].strip().casefold()


def _list(values: Iterable[str]) -> str:
    return ", ".join(literal(value) for value in sorted(values))


def _chunks(requests: Sequence[Request]) -> Iterable[Sequence[Request]]:
    for start in range(0, len(requests), AT_ONCE):
        yield requests[start : start + AT_ONCE]
