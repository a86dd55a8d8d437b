"""Is an invoice number taken, and which one is free instead?"""

from __future__ import annotations

import marshmallow as ma
from flask import Response, jsonify

from webapp.api.callers import per_token
from webapp.api.document import Area
from webapp.intake import Refused, values
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH
from webapp.quickbooks import numbering
from webapp.rights import asking_firm

area = Area("invoice-numbers", "Numbers of invoices, here and in QuickBooks.")


class NumberAnswer(ma.Schema):
    taken = ma.fields.Boolean(required=True)
    where = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"enum": [numbering.HERE, numbering.QUICKBOOKS, None]},
    )
    suggestion = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "A free number, if it is taken."}
    )


@area.route("/<path:number>", methods=["GET"])
@per_token
@area.response(200, NumberAnswer)
def check(number: str) -> Response:
    try:
        fit = values.text(MAXIMUM_NUMBER_LENGTH)(number)
    except values.Unfit as unfit:
        raise Refused({"number": [str(unfit)]}) from None
    found = numbering.check(asking_firm(), fit)
    return jsonify(taken=found.taken, where=found.where, suggestion=found.suggestion)
