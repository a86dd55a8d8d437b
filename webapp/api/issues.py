"""What could not be copied, why, and the acts that put it right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from flask import Response, jsonify
from sqlalchemy import select

from webapp.api.bodies import optional_object
from webapp.api.callers import per_token
from webapp.api.document import Area, Fields, one_of, takes
from webapp.api.paging import PageQuery, page, page_of
from webapp.api.problems import problem
from webapp.api.writing import writes
from webapp.extensions import db
from webapp.intake import Refused, values
from webapp.models import KINDS, Issue, Link, model_of
from webapp.models.issue import CLOSED, IGNORED, OPEN
from webapp.quickbooks import actions, causes
from webapp.quickbooks.causes.cause import ACTIONS
from webapp.rights import firm_id, own, person_id

STATES = (OPEN, IGNORED, CLOSED)
EVERY_ACTION = (*ACTIONS, actions.IGNORE, actions.RESTORE)
_QUOTED_ACTIONS = ", ".join(f'"{action}"' for action in EVERY_ACTION)
ARGUMENTS = ("number", "quickbooks_id", "name", "sync_token")
LONGEST_ARGUMENT = 500

area = Area("issues", "What could not be copied, and what can be done about it.")


class IssueQuery(PageQuery):
    kind = one_of(KINDS)
    state = one_of(STATES)
    cause = ma.fields.String()


class IssueRecord(ma.Schema):
    id = ma.fields.Integer(required=True)
    external_id = ma.fields.String(required=True, allow_none=True)
    title = ma.fields.String(required=True)


class QuickBooksAnswer(ma.Schema):
    """QuickBooks' own words, where it has spoken."""

    code = ma.fields.String(required=True, allow_none=True)
    message = ma.fields.String(required=True, allow_none=True)
    detail = ma.fields.String(required=True, allow_none=True)
    intuit_tid = ma.fields.String(required=True, allow_none=True)


class IssueAnswer(ma.Schema):
    id = ma.fields.Integer(required=True)
    kind = ma.fields.String(required=True, metadata={"enum": list(KINDS)})
    state = ma.fields.String(required=True, metadata={"enum": list(STATES)})
    record = ma.fields.Nested(IssueRecord, required=True)
    cause = ma.fields.String(required=True, metadata={"description": "A key to filter by."})
    message = ma.fields.String(
        required=True, metadata={"description": "The cause in words, in Accept-Language."}
    )
    fix = ma.fields.String(required=True)
    quickbooks = ma.fields.Nested(QuickBooksAnswer, required=True)
    tries = ma.fields.Integer(required=True)
    opened_at = ma.fields.DateTime(required=True)
    actions = ma.fields.List(ma.fields.String(metadata={"enum": list(EVERY_ACTION)}), required=True)


class ActionFields(Fields):
    """What some of the actions need or take."""

    number = ma.fields.String(metadata={"description": "use-number: absent, the next free one."})
    quickbooks_id = ma.fields.String(metadata={"description": "link, set-income-account"})
    name = ma.fields.String(metadata={"description": "rename: the name for QuickBooks alone"})
    sync_token = ma.fields.String(
        metadata={"description": "send-ours, keep-theirs: the version that was looked at"}
    )


@area.route("", methods=["GET"])
@per_token
@area.arguments(IssueQuery, location="query")
@area.response(200, page_of(IssueAnswer))
def listed(query: dict[str, Any]) -> Response:
    rows = select(Issue).where(Issue.firm_id == firm_id())
    for name in ("kind", "state", "cause"):
        if name in query:
            rows = rows.where(getattr(Issue, name) == query[name])
    return page(rows, Issue, query, show)


@area.route("/<int:issue_id>", methods=["GET"])
@per_token
@area.response(200, IssueAnswer)
def one(issue_id: int) -> Response:
    return jsonify(show([own(Issue, issue_id)])[0])


@area.route(f"/<int:issue_id>/<any({_QUOTED_ACTIONS}):action>", methods=["POST"])
@per_token
@area.response(200, IssueAnswer)
@area.doc(**takes(ActionFields, optional=True))
@writes
def act(issue_id: int, action: str) -> Response:
    issue, arguments = own(Issue, issue_id), _arguments(optional_object())
    try:
        actions.perform(issue, action, person_id(), arguments)
    except actions.ActionRefused as refused:
        return _refused(refused)
    return jsonify(show([issue])[0])


def _refused(refused: actions.ActionRefused) -> Response:
    """422 for an unfit argument, 409 for what cannot be done now."""
    if "" in refused.errors:
        return problem(409, " ".join(refused.errors[""]))
    return problem(422, fields=refused.errors)


def _arguments(given: dict[str, Any]) -> dict[str, str]:
    found, errors, fits = {}, {}, values.text(LONGEST_ARGUMENT)
    for name in ARGUMENTS:
        if not values.is_blank(given.get(name)):
            try:
                found[name] = fits(given[name])
            except values.Unfit as unfit:
                errors[name] = [str(unfit)]
    if errors:
        raise Refused(errors)
    return found


def show(found: Sequence[Issue]) -> list[dict[str, Any]]:
    """Issues of one firm for JSON; as many queries for many as for one of each kind."""
    ids: dict[str, set[int]] = defaultdict(set)
    for issue in found:
        ids[issue.kind].add(issue.record_id)
    names, linked, unsettled = _external_ids(ids), _linked(found, ids), _unsettled(found, ids)
    return [
        _shown(
            issue,
            names.get(_key(issue)),
            actions.available(issue, _key(issue) in linked, _key(issue) in unsettled),
        )
        for issue in found
    ]


def _key(issue: Issue) -> tuple[str, int]:
    return issue.kind, issue.record_id


def _external_ids(ids: dict[str, set[int]]) -> dict[tuple[str, int], str | None]:
    found = {}
    for kind, wanted in ids.items():
        model = model_of(kind)
        rows = select(model.id, model.external_id).where(model.id.in_(wanted))
        for record_id, external_id in db.session.execute(rows):
            found[kind, record_id] = external_id
    return found


def _linked(found: Sequence[Issue], ids: dict[str, set[int]]) -> set[tuple[str, int]]:
    linked = set()
    for kind, wanted in ids.items():
        rows = select(Link.record_id).where(
            Link.firm_id == found[0].firm_id, Link.kind == kind, Link.record_id.in_(wanted)
        )
        linked |= {(kind, record_id) for record_id in db.session.scalars(rows)}
    return linked


def _unsettled(found: Sequence[Issue], ids: dict[str, set[int]]) -> set[tuple[str, int]]:
    return {
        (kind, record_id)
        for kind, wanted in ids.items()
        for record_id in actions.unsettled_among(found[0].firm_id, kind, wanted)
    }


def _shown(issue: Issue, external_id: str | None, offered: tuple[str, ...]) -> dict[str, Any]:
    words = causes.describe(issue.cause, issue.facts, issue.kind)
    return {
        "id": issue.id,
        "kind": issue.kind,
        "state": issue.state,
        "record": {"id": issue.record_id, "external_id": external_id, "title": issue.title},
        "cause": issue.cause,
        "message": f"{words.cause}. {words.detail}".strip(),
        "fix": words.fix,
        "quickbooks": {
            "code": issue.code,
            "message": issue.message,
            "detail": issue.detail,
            "intuit_tid": issue.intuit_tid,
        },
        "tries": issue.tries,
        "opened_at": issue.opened_at.isoformat(),
        "actions": list(offered),
    }
