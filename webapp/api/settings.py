"""The firm's choices about its sync."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, jsonify
from sqlalchemy import select

from webapp import intake
from webapp.api.bodies import json_object
from webapp.api.callers import per_token
from webapp.api.document import Area, Fields, takes
from webapp.api.writing import writes
from webapp.extensions import db
from webapp.models import Connection, Firm
from webapp.models.connection import ASK, CREATE
from webapp.quickbooks.roles import ROLES
from webapp.rights import asking_firm

area = Area("settings", "The firm's choices about its sync.")


Roles = ma.Schema.from_dict(
    {role: ma.fields.String(allow_none=True) for role in ROLES}, name="Roles"
)


def _by_role(**options: Any) -> ma.fields.Field:
    description = "QuickBooks ids, by the part they play."
    return ma.fields.Nested(Roles, metadata={"description": description}, **options)


class SettingsFields(Fields):
    sync_invoice_numbers = ma.fields.Boolean()
    unmatched = ma.fields.String(
        metadata={"enum": [ASK, CREATE], "description": "What becomes of clients not found."}
    )
    accounts = _by_role()


class SettingsAnswer(ma.Schema):
    sync_invoice_numbers = ma.fields.Boolean(required=True)
    unmatched = ma.fields.String(required=True, metadata={"enum": [ASK, CREATE]})
    accounts = _by_role(required=True)


@area.route("", methods=["GET"])
@per_token
@area.response(200, SettingsAnswer)
def current() -> Response:
    return _answer(asking_firm())


@area.route("", methods=["PATCH"])
@per_token
@area.response(200, SettingsAnswer)
@area.doc(**takes(SettingsFields))
@writes
def changed() -> Response:
    firm = asking_firm()
    intake.settings(firm, json_object())
    return _answer(firm)


def _answer(firm: Firm) -> Response:
    connection = db.session.scalar(select(Connection).where(Connection.firm_id == firm.id))
    chosen = connection.accounts if connection else {}
    return jsonify(
        sync_invoice_numbers=firm.sync_invoice_numbers,
        unmatched=connection.unmatched if connection else ASK,
        accounts={role: chosen.get(role) for role in ROLES},
    )
