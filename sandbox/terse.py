"""How little may an answer say, and in how unusual a way, and still be one of QuickBooks'?

The switch `answers` plays it: what no document promises is left out or turned round, so that a
client is found out that has come to rely on this sandbox's habits. What Intuit's pages do promise
(Id, SyncToken, MetaData, the fields that were sent, totals, faults' codes) is all there.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sandbox import wire
from sandbox.messages import Request, Response
from sandbox.wire import Body

OFFSET = timezone(timedelta(hours=5, minutes=30))
"""Stamps have an offset; no document says which."""

LEFT_OUT = {
    *("domain", "sparse", "Level", "FullyQualifiedName", "PrintOnCheckName", "BalanceWithJobs"),
    *("CurrencyRef", "TxnTaxDetail", "ApplyTaxAfterDiscount", "ProcessPayment"),
    *("BillAddr", "ShipAddr", "PrintStatus", "EmailStatus", "LineNum", "LineEx"),
    *("SubItem", "ParentType", "TaxClassificationRef", "NameValue", "name"),
}
PREFERENCES = {
    *("Id", "SyncToken", "MetaData"),
    *("SalesFormsPrefs", "AccountingInfoPrefs", "CurrencyPrefs", "TaxPrefs"),
}
UNKNOWN = {"V4IDPseudonym": "002123145d9a0b0e1e4c5fa5b8b6a0d7f3c2f1"}
"""Fields that nobody knows turn up from time to time (Intuit: release notes)."""
STAMPS = ("CreateTime", "LastUpdatedTime", "time")


def response(whole: Response, request: Request) -> Response:
    """The same answer, said in as few words as are allowed."""
    if not whole.content_type.startswith("application/json") or not whole.body:
        return whole
    ordered = "ORDERBY" in f"{request.query.get('query', '')}{request.body!r}".upper()
    said = _said(wire.loads(whole.body), ordered)
    headers = {**whole.headers, "intuit_tid": "", "QBO-Version": ""}
    return Response(whole.status, wire.dump_bytes(said), "application/json", headers)


def _said(answer: Body, ordered: bool) -> Body:
    said: Body = {}
    for name, value in answer.items():
        if name == "BatchItemResponse":
            said[name] = [_said(item, False) for item in reversed(value)]
        elif name == "CDCResponse":
            parts = value[0]["QueryResponse"]
            said[name] = [{"QueryResponse": [_rows(part, False) for part in reversed(parts)]}]
        elif name == "QueryResponse" and value is not None:
            said[name] = _rows(value, ordered)
        elif name in ("Fault", "fault"):
            said[name] = _fault(value)
        elif isinstance(value, dict):
            said[name] = _object(name, value)
        elif value is not None:
            said[name] = _moved(value) if name == "time" else value
    return said


def _rows(found: Body, ordered: bool) -> Body:
    """Without ORDERBY no order is promised."""
    shown: Body = {}
    for name, rows in found.items():
        if isinstance(rows, list):
            listed = [_object(name, row) for row in rows]
            shown[name] = listed if ordered else listed[::-1]
        elif name == "totalCount" and len(found) == 1:
            shown[name] = rows
    return shown


def _fault(fault: Body) -> Body:
    """Intuit: of an error, only its message and its code are always there."""
    errors = fault.get("Error") or fault.get("error") or []
    bare = [
        {k: v for k, v in error.items() if k.lower() in ("message", "code")} for error in errors
    ]
    return {"Error" if "Error" in fault else "error": bare, "type": fault["type"]}


def _object(entity: str, body: Body) -> Body:
    if body.get("status") == "Deleted":
        return {name: _value(name, body[name]) for name in body if name != "domain"}
    known = {k: v for k, v in body.items() if entity != "Preferences" or k in PREFERENCES}
    return {**UNKNOWN, **_bare(known)}


def _bare(part: Body) -> Body:
    said = {
        k: _value(k, v) for k, v in part.items() if k not in LEFT_OUT and (k, v) != ("Active", True)
    }
    return {name: value for name, value in said.items() if value not in (None, [], {}, "")}


def _value(name: str, value: Any) -> Any:
    if name == "Line":
        value = [line for line in value if line.get("DetailType") != "SubTotalLineDetail"]
    if isinstance(value, dict):
        return _bare(value)
    if isinstance(value, list):
        return [_bare(item) if isinstance(item, dict) else item for item in value]
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return _moved(value) if name in STAMPS else value


def _moved(stamp: Any) -> Any:
    """The same instant elsewhere on earth; the gateway's number of milliseconds stays."""
    if not isinstance(stamp, str):
        return stamp
    return datetime.fromisoformat(stamp).astimezone(OFFSET).isoformat(timespec="seconds")
