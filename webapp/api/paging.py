"""Lists page by page: a cursor is the last id that was given, so that new rows shift nothing.

The next page stands in the body, and as a link in the header (RFC 8288).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import marshmallow as ma
from flask import Response, jsonify, request, url_for
from sqlalchemy import Select

from webapp.api.document import whole
from webapp.extensions import db
from webapp.intake.lookup import LARGEST_ID

USUAL, MOST = 50, 200


class Query(ma.Schema):
    """What an address asks for; an empty value asks for nothing."""

    @ma.pre_load
    def _leave_out_empty(self, given: Mapping[str, str], **_kwargs: Any) -> dict[str, str]:
        return {name: value for name, value in given.items() if value.strip()}


class PageQuery(Query):
    limit = whole(
        1,
        MOST,
        strict=False,
        load_default=USUAL,
        metadata={"description": f"A page holds {MOST} at most, whatever is asked for."},
    )
    cursor = whole(
        0,
        LARGEST_ID,
        load_default=0,
        metadata={"description": "The next_cursor of the page before."},
    )


def page_of(item: type[ma.Schema]) -> type[ma.Schema]:
    """The schema of a page of these items."""
    name = item.__name__.removesuffix("Answer") + "Page"
    return type(
        name,
        (ma.Schema,),
        {
            "items": ma.fields.List(ma.fields.Nested(item), required=True),
            "next_cursor": ma.fields.String(required=True, allow_none=True),
        },
    )


def page(
    rows: Select[Any],
    model: Any,
    query: dict[str, Any],
    show: Callable[[Sequence[Any]], list[dict[str, Any]]],
) -> Response:
    """The rows after the cursor, oldest first, and the cursor of what follows."""
    limit = min(query["limit"], MOST)
    asked = rows.where(model.id > query["cursor"]).order_by(model.id).limit(limit + 1)
    found = list(db.session.scalars(asked))
    shown = found[:limit]
    more = len(found) > limit
    response = jsonify(items=show(shown), next_cursor=str(shown[-1].id) if more else None)
    if more:
        response.headers["Link"] = f'<{_address_from(shown[-1].id)}>; rel="next"'
    return response


def _address_from(cursor: int) -> str:
    """The same list, after this cursor."""
    asked = request.args.to_dict() | {"cursor": str(cursor)}
    return url_for(str(request.endpoint), **asked)
