"""What has changed since a moment? Change data capture.

Thirty days back at most, at most 1000 objects for all entities together, whole objects, and stubs
of what was deleted. Intuit: change data capture page.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox import errors
from sandbox.clock import parse_moment, stamp
from sandbox.company import Company, render
from sandbox.entities import BY_PATH, Entity
from sandbox.records import DELETED, Record
from sandbox.wire import Body

LOOK_BACK = timedelta(days=30)
MOST_OBJECTS = 1000


def answer(company: Company, names: str, since_text: str, now: datetime, lag_s: float) -> Body:
    """Raises Refusal for an unknown entity, or a time that is missing or too long ago."""
    entities = [_entity(name.strip()) for name in names.split(",") if name.strip()]
    if not entities:
        raise errors.required("entities")
    since = _since(since_text, now)
    until = now - timedelta(seconds=lag_s)
    left = MOST_OBJECTS
    responses = []
    for entity in entities:
        changed = [r for r in company.tables[entity.name].values() if since <= r.updated <= until]
        changed.sort(key=lambda record: record.updated)
        shown = changed[:left]
        left -= len(shown)
        responses.append(_response(company, entity, shown))
    return {"CDCResponse": [{"QueryResponse": responses}]}


def _entity(name: str) -> Entity:
    entity = BY_PATH.get(name.lower())
    if entity is None or not entity.in_cdc:
        raise errors.query_invalid(f"Entity {name} is not supported by change data capture")
    return entity


def _since(text: str, now: datetime) -> datetime:
    if not text:
        raise errors.required("changedSince")
    since = parse_moment(text)
    if since is None:
        raise errors.query_failed(f"Invalid value {text} for changedSince")
    if since < now - LOOK_BACK:
        raise errors.query_invalid("changedSince may be at most 30 days ago")
    return since


def _response(company: Company, entity: Entity, records: list[Record]) -> Body:
    if not records:
        return {}
    count = len(records)
    return {
        entity.name: [_shown(company, record) for record in records],
        "startPosition": 1,
        "maxResults": count,
        "totalCount": count,
    }


def _shown(company: Company, record: Record) -> Body:
    if record.state != DELETED:
        return render(company, record)
    return {
        "domain": "QBO",
        "status": "Deleted",
        "Id": record.id,
        "MetaData": {"LastUpdatedTime": stamp(record.updated)},
    }
