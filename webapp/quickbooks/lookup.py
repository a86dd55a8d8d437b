"""Did it happen? Looking for the objects of requests whose answers never came.

Documents carry our marker in their note, which cannot be searched for: they are found by number or
by day, and told apart by the marker. Lists are found by name. What has an id already is read by it:
a query may lag, and an update or a delete must not be judged by what it does not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from webapp.quickbooks import facts, matching
from webapp.quickbooks.client import Company, literal
from webapp.quickbooks.flight import Request

AT_ONCE = 30
LISTS = ("Customer", "Item")
Row = dict[str, Any]
Found = dict[int, Row]


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
    own = {
        r.entry_id: _named(r, rows, field) if entity in LISTS else _marked(r, rows)
        for r in requests
    }
    return {entry_id: row for entry_id, row in own.items() if row is not None}


def _named(request: Request, rows: Sequence[Row], field: str) -> Row | None:
    """A name is no proof: somebody may just have typed a stranger of it, so what can be found by
    name alone counts by the rules of matching, and else the request is repeated."""
    name = _fold(request.sent.get(field))
    alike = [
        row
        for row in rows
        if _fold(row.get(field)) == name and matching.agrees(request.entity, request.sent, row)
    ]
    return alike[0] if len(alike) == 1 else None


def _marked(request: Request, rows: Sequence[Row]) -> Row | None:
    """A marker is proof, wherever in the note: people may have written before it, or after it. But
    what was voided since stands for nothing."""
    mark = str(request.sent["PrivateNote"])
    return next(
        (row for row in rows if mark in str(row.get("PrivateNote")) and not facts.voided(row)), None
    )


def _fold(value: object) -> str:
    """Names are the same whatever their case."""
    return str(value or "").strip().casefold()


def _list(values: Iterable[str]) -> str:
    return ", ".join(literal(value) for value in sorted(values))


def _chunks(requests: Sequence[Request]) -> Iterable[Sequence[Request]]:
    for start in range(0, len(requests), AT_ONCE):
        yield requests[start : start + AT_ONCE]
