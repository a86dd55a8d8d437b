"""The calls that the six kinds of record have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Response, jsonify, request
from sqlalchemy import select
from sqlalchemy.sql.base import ExecutableOption

from webapp import intake
from webapp.api.bodies import json_object
from webapp.api.callers import per_token
from webapp.api.document import IDEMPOTENCY_KEY, Area, takes
from webapp.api.paging import PageQuery, page, page_of
from webapp.api.problems import problem
from webapp.api.writing import writes
from webapp.intake.keeping import take_turn
from webapp.models import Record
from webapp.quickbooks.standing import Standing, standings
from webapp.rights import asking_firm, firm_id, own


@dataclass(frozen=True)
class Noun:
    """One kind of record as the API shows and takes it."""

    model: type[Record]
    body: type[ma.Schema]
    required: tuple[str, ...]
    """What a new record cannot do without."""
    answer: type[ma.Schema]
    fields: Callable[[Any], dict[str, Any]]
    """The kind's own fields, ready for JSON."""
    loading: tuple[ExecutableOption, ...] = ()
    """What lists load along, so that showing a row asks nothing more."""
    description: str = ""


class ListQuery(PageQuery):
    external_id = ma.fields.String()


def show(noun: Noun, records: Sequence[Record]) -> list[dict[str, Any]]:
    found = standings(records)
    return [_shown(noun, record, found[record.id]) for record in records]


def _shown(noun: Noun, record: Record, standing: Standing) -> dict[str, Any]:
    sync = {
        "state": standing.state,
        "quickbooks_id": standing.quickbooks_id,
        "issue": standing.issue_id,
    }
    own_fields = noun.fields(record)
    return {
        "id": record.id,
        "external_id": record.external_id,
        **own_fields,
        "created_at": record.created_at.isoformat(),
        "updated_at": record.updated_at.isoformat(),
        "sync": sync | own_fields.get("sync", {}),
    }


def _answer(noun: Noun, record: Record, status: int = 200) -> Response:
    response = jsonify(show(noun, [record])[0])
    response.status_code = status
    return response


def _located(view: Callable[[], Response]) -> Callable[[], Response]:
    """A new record's answer says where it is, given again under its key, too."""

    @wraps(view)
    def wrapper() -> Response:
        response = view()
        if response.status_code == HTTPStatus.CREATED:
            response.headers["Location"] = f"{request.path}/{response.json['id']}"
        return response

    return wrapper


def area_of(noun: Noun) -> Area:
    """The blueprint of a kind: a list, and one record."""
    area = Area(f"{noun.model.kind}s", noun.description)
    _add_collection(area, noun)
    _add_one(area, noun)
    return area


def _add_collection(area: Area, noun: Noun) -> None:
    kind = noun.model.kind

    @area.route("", methods=["GET"], endpoint="list")
    @per_token
    @area.arguments(ListQuery, location="query")
    @area.response(200, page_of(noun.answer))
    def listed(query: dict[str, Any]) -> Response:
        model = noun.model
        rows = select(model).where(model.firm_id == firm_id(), model.removed_at.is_(None))
        if "external_id" in query:
            named = intake.as_external_id(query["external_id"])
            rows = rows.where(model.external_id == named)
        return page(rows.options(*noun.loading), model, query, lambda found: show(noun, found))

    @area.route("", methods=["POST"], endpoint="create")
    @per_token
    @area.response(200, noun.answer, description="The record with this external_id, updated.")
    @area.response(201, noun.answer)
    @area.doc(**takes(noun.body, noun.required))
    @_located
    @writes
    def created() -> Response:
        record, new = intake.upsert(kind, asking_firm(), json_object(), hurry=False)
        return _answer(noun, record, 201 if new else 200)


def _add_one(area: Area, noun: Noun) -> None:
    kind = noun.model.kind

    @area.route("/<int:record_id>", methods=["GET"], endpoint="one")
    @per_token
    @area.response(200, noun.answer)
    def one(record_id: int) -> Response:
        return _answer(noun, own(noun.model, record_id))

    @area.route("/<int:record_id>", methods=["PATCH"], endpoint="change")
    @per_token
    @area.response(200, noun.answer)
    @area.doc(**takes(noun.body))
    @writes
    def changed(record_id: int) -> Response:
        firm = asking_firm()
        take_turn(firm.id)
        record = own(noun.model, record_id)
        return _answer(noun, intake.take(kind, firm, json_object(), record, hurry=False))

    @area.route("/<int:record_id>", methods=["DELETE"], endpoint="remove")
    @per_token
    @area.response(204)
    @area.doc(parameters=[IDEMPOTENCY_KEY])
    @writes
    def removed(record_id: int) -> Response:
        take_turn(firm_id())
        try:
            intake.remove(own(noun.model, record_id))
        except intake.Refused as refused:
            return problem(409, fields=refused.errors)
        return Response(status=204)
