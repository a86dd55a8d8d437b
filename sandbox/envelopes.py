"""In which of QuickBooks' shapes does an answer go out?

Service JSON for rules, lower-case gateway JSON for sign-in, XML for throttling whatever `Accept`
says, and XML too for a caller that does not accept JSON.
"""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from sandbox import wire
from sandbox.clock import stamp_ms
from sandbox.errors import Refusal

NAMESPACE = "http://schema.intuit.com/finance/v3"
JSON = "application/json;charset=UTF-8"
XML = "application/xml;charset=UTF-8"


def fault(refusal: Refusal) -> wire.Body:
    """The `Fault` object, as it also stands inside a batch item."""
    error = {"Message": refusal.message, "Detail": refusal.detail, "code": refusal.code}
    if refusal.element is not None:
        error["element"] = refusal.element
    return {"Error": [error], "type": refusal.kind}


def service_json(refusal: Refusal, now: datetime) -> bytes:
    return wire.dump_bytes({"Fault": fault(refusal), "time": stamp_ms(now)})


def gateway_json(refusal: Refusal, now: datetime) -> bytes:
    error = {
        "message": refusal.message,
        "detail": refusal.detail,
        "code": refusal.code,
        "element": refusal.element,
    }
    return wire.dump_bytes(
        {
            "warnings": None,
            "intuitObject": None,
            "fault": {"error": [error], "type": refusal.kind},
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": int(now.timestamp() * 1000),
            "status": None,
            "cdcresponse": [],
        }
    )


def gateway_xml(refusal: Refusal, now: datetime) -> bytes:
    return (
        f'<IntuitResponse time="{stamp_ms(now)}" xmlns="{NAMESPACE}">'
        f'<Fault type={quoteattr(refusal.kind)}><Error code="{int(refusal.code):04d}">'
        f"<Message>{escape(refusal.message)}</Message><Detail>{escape(refusal.detail)}</Detail>"
        "</Error></Fault></IntuitResponse>"
    ).encode()


def refusal_bytes(refusal: Refusal, now: datetime, throttle_as: str = "xml") -> tuple[bytes, str]:
    """The body and content type of a refusal answered as a whole response."""
    if refusal.envelope == "service":
        return service_json(refusal, now), JSON
    if refusal.envelope == "throttle" and throttle_as == "xml":
        return gateway_xml(refusal, now), XML
    return gateway_json(refusal, now), JSON


def xml_document(answer: wire.Body, now: datetime) -> bytes:
    """The same answer for a caller that did not ask for JSON."""
    inner = "".join(_element(k, v) for k, v in answer.items() if k != "time")
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<IntuitResponse xmlns="{NAMESPACE}" time="{stamp_ms(now)}">{inner}</IntuitResponse>'
    ).encode()


def _element(name: str, value: object) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        if set(value) <= {"value", "name", "type"} and "value" in value:
            attribute = f" name={quoteattr(str(value['name']))}" if value.get("name") else ""
            return f"<{name}{attribute}>{escape(str(value['value']))}</{name}>"
        return f"<{name}>{''.join(_element(k, v) for k, v in value.items())}</{name}>"
    if isinstance(value, bool):
        return f"<{name}>{'true' if value else 'false'}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"
