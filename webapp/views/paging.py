"""Which rows of a list a page shows, and where its Previous and Next lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import QueryableAttribute

from webapp.extensions import db

SIZE = 50


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    total: int
    number: int
    """Counted from 1."""

    @property
    def first(self) -> int:
        return (self.number - 1) * SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * SIZE + len(self.rows)

    @property
    def previous_url(self) -> str:
        return _url_of(self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return _url_of(self.number + 1) if self.last < self.total else ""


def page_of(query: Select[Any]) -> Page:
    """The asked-for page of the query: two statements, besides those of its eager loads.

    The query has to name a complete order, or a row could show twice or never.
    """
    total = db.session.scalar(
        select(func.count()).select_from(query.order_by(None).with_only_columns(1).subquery())
    )
    number = min(max(request.args.get("page", 1, int), 1), max(-(-(total or 0) // SIZE), 1))
    rows = db.session.scalars(query.limit(SIZE).offset((number - 1) * SIZE)).all()
    return Page(rows, total or 0, number)


def asked_for() -> str:
    """What the search box holds."""
    return request.args.get("q", "").strip()


def matches(words: str, *columns: QueryableAttribute[Any]) -> ColumnElement[bool]:
    """Any of the columns contains the words, in whatever case.

    SQLite folds ASCII letters only, so accented ones are looked for in both cases.
    """
    spellings = {words.lower(), words.upper()}
    return or_(*(c.icontains(w, autoescape=True) for c in columns for w in spellings))


def _url_of(number: int) -> str:
    arguments = request.args.to_dict() | (request.view_args or {}) | {"page": number}
    assert request.endpoint is not None
    return url_for(request.endpoint, **arguments)
