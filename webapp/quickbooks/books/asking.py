"""Reading QuickBooks' documents for a comparison: a thousand a call, one call after the other.

After each call the position is kept, so that anybody can go on from there. Pages shift when
something is deleted meanwhile, and a query may lag behind a write; so what a link names and no
page has shown is read by itself before anybody says that it is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, delete, insert, select

from webapp.extensions import db
from webapp.models import BookComparison, BookSighting, Link
from webapp.quickbooks import facts
from webapp.quickbooks.books import KINDS
from webapp.quickbooks.books.sides import day_of
from webapp.quickbooks.client import QUERY_PAGE, Company
from webapp.quickbooks.payloads import ENTITIES, uid_in

MOST_MISSING = 50
"""So many are read one by one; more than that are missing indeed."""


def finished(comparison: BookComparison) -> bool:
    return bool(comparison.position.get("finished"))


def read_on(comparison: BookComparison, company: Company) -> None:
    """One call at most, and what it brought. Commits, also before it. Raises QuickBooksError."""
    position = dict(comparison.position)
    kind = position.get("kind", KINDS[0])
    if kind in KINDS:
        db.session.commit()
        page = company.page(ENTITIES[kind], position.get("start", 1))
        comparison.reads += 1
        keep(comparison.id, kind, page)
        position = _after(kind, position.get("start", 1), len(page))
    else:
        position = _read_missing(comparison, company)
    comparison.position = position
    comparison.failures = 0
    db.session.commit()


def _after(kind: str, start: int, found: int) -> dict[str, Any]:
    if found >= QUERY_PAGE:
        return {"kind": kind, "start": start + found}
    following = [*KINDS, "missing"][KINDS.index(kind) + 1]
    return {"kind": following, "start": 1}


def keep(comparison_id: int, kind: str, bodies: Sequence[Mapping[str, Any]]) -> None:
    """Note what these documents say; the caller commits. A voided one is none."""
    rows = [_row(comparison_id, kind, body) for body in bodies if not facts.voided(body)]
    ids = [row["quickbooks_id"] for row in rows]
    if not rows:
        return
    db.session.execute(
        delete(BookSighting).where(
            BookSighting.comparison_id == comparison_id,
            BookSighting.kind == kind,
            BookSighting.quickbooks_id.in_(ids),
        )
    )
    db.session.execute(insert(BookSighting), rows)


def _row(comparison_id: int, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    told = facts.facts_of(ENTITIES[kind], body)
    return {
        "comparison_id": comparison_id,
        "kind": kind,
        "quickbooks_id": str(body["Id"]),
        "day": day_of(told.get("date")),
        "total": told.get("total"),
        "customer": told.get("customer"),
        "uid": uid_in(body),
    }


def _read_missing(comparison: BookComparison, company: Company) -> dict[str, Any]:
    """Look for the next document that should be there; the position after it."""
    done = comparison.position.get("start", 1)
    missing = _missing(comparison, comparison.position.get("after", 0))
    db.session.commit()
    if missing is None or done > MOST_MISSING:
        return {"finished": True}
    comparison.reads += 1
    body = company.find(ENTITIES[missing.kind], missing.quickbooks_id)
    if body is not None:
        keep(comparison.id, missing.kind, [body])
    return {"kind": "missing", "start": done + 1, "after": missing.id}


def _missing(comparison: BookComparison, after: int) -> Any:
    seen = and_(
        BookSighting.comparison_id == comparison.id,
        BookSighting.kind == Link.kind,
        BookSighting.quickbooks_id == Link.quickbooks_id,
    )
    return db.session.execute(
        select(Link.id, Link.kind, Link.quickbooks_id)
        .outerjoin(BookSighting, seen)
        .where(
            Link.firm_id == comparison.firm_id,
            Link.kind.in_(KINDS),
            ~Link.gone,
            Link.id > after,
            BookSighting.id.is_(None),
        )
        .order_by(Link.id)
        .limit(1)
    ).first()
