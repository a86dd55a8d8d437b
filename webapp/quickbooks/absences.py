"""What no answer showed: is it gone, or only not shown?

Pages shift when something is deleted between two of them, a query may lag behind a write, and a
full answer of change data capture leaves the rest out. So whatever should be there is looked for by
its id before anybody is told that it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Link, MirrorObject
from webapp.quickbooks import changes, facts, mirror
from webapp.quickbooks.client import Company, literal
from webapp.quickbooks.errors import Rejected
from webapp.quickbooks.news import Body, deleted

BEHIND = timedelta(seconds=3)
"""An event's time may be that of the change, or of its telling: Intuit's pages do not say."""
AT_ONCE = 500
"""So many ids are asked for by one query."""

log = structlog.get_logger(__name__)


def linked(firm_id: int, entity: str) -> set[str]:
    """The objects of this entity that records have and that are not known to be gone."""
    ids = db.session.scalars(
        select(Link.quickbooks_id).where(
            Link.firm_id == firm_id,
            Link.kind == changes.KINDS.get(entity, ""),
            Link.quickbooks_id.is_not(None),
            ~Link.gone,
        )
    )
    return {str(id_) for id_ in ids}


def mirrored(firm_id: int, entity: str) -> set[str]:
    """The objects of this list that the mirror knows."""
    return set(
        db.session.scalars(
            select(MirrorObject.quickbooks_id).where(
                MirrorObject.firm_id == firm_id, MirrorObject.entity == entity
            )
        )
    )


def search(company: Company, entity: str, ids: Iterable[str]) -> list[dict[str, Any]]:
    """As ``look_for``, for many of which most are there: those cost one call for 500."""
    wanted = sorted(ids)
    found: list[dict[str, Any]] = []
    for start in range(0, len(wanted), AT_ONCE):
        where = f"Id IN ({', '.join(map(literal, wanted[start : start + AT_ONCE]))})"
        if entity in mirror.LISTS:
            where += f" AND {mirror.ANY_STATE}"
        found += company.query(entity, where)
    shown = {str(body["Id"]) for body in found}
    return found + look_for(company, entity, [id_ for id_ in wanted if id_ not in shown])


def look_for(company: Company, entity: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Each of these objects, or a stub as of change data capture where there is none any more.

    One call each, in a thread that calls. What is refused for another reason is left out: that
    says nothing of it. Raises any other QuickBooksError.
    """
    bodies: list[dict[str, Any]] = []
    for id_ in ids:
        try:
            bodies.append(company.find(entity, id_) or {"Id": id_, "status": "Deleted"})
        except Rejected as error:
            log.warning("object_refused", entity=entity, id=id_, code=error.fault.code)
    return bodies


def shown(bodies: Iterable[Body], quickbooks_id: str, moment: datetime | None) -> bool:
    """Is the object among these as it was at this moment or later, or as gone?"""
    for body in bodies:
        if str(body["Id"]) == quickbooks_id:
            seen_at = facts.changed_at(body)
            if deleted(body) or moment is None or seen_at is None or seen_at > moment - BEHIND:
                return True
    return False
