"""What QuickBooks can answer but success, as typed errors.

    QuickBooksError
    ├── NotExecuted         it certainly did not happen: later, with the same request id
    │   ├── Unreachable     no connection came about
    │   └── Throttled       this company has had too many calls
    ├── OutcomeUnknown      sent, and no telling: time-out, reset, 5xx, an answer without sense, or
    │                       "you sent that already"
    ├── AccessRefused       the access token was not taken: refresh it once, then sign in again
    ├── CompanyStopped      QuickBooks refuses the whole company until a person acts there
    └── Rejected            a definite no to this record, with a Fault

A Fault comes in four forms (service JSON, gateway JSON, gateway XML, a load balancer's HTML) and
may arrive with status 200; see Intuit: error codes, and the bodies quoted in the sandbox's tests.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

SUCCESSES = range(200, 300)
"""Intuit answers 200 to whatever succeeds; a 201 for what was made would say no less."""


@dataclass(frozen=True)
class Fault:
    """One error of an answer. ``code`` keeps its leading zeros; ``status`` is HTTP's."""

    code: str = ""
    message: str = ""
    detail: str = ""
    element: str = ""
    type: str = ""
    status: int = 0
    intuit_tid: str | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code} {self.message}".strip()


class QuickBooksError(Exception):
    """Any answer but success; ``fault`` holds what was said, if anything was."""

    def __init__(self, fault: Fault | None = None, reason: str = ""):
        self.fault = fault or Fault()
        super().__init__(reason or str(self.fault))


class NotExecuted(QuickBooksError):
    """The request certainly changed nothing."""


class Unreachable(NotExecuted):
    """No connection came about, so nothing was sent."""


class Throttled(NotExecuted):
    """Too many calls for this company. ``retry_after_s`` is how long it asks us to wait."""

    def __init__(self, fault: Fault, retry_after_s: float):
        super().__init__(fault)
        self.retry_after_s = retry_after_s


class OutcomeUnknown(QuickBooksError):
    """It may have happened. Never to be treated as a rejection."""


class AccessRefused(QuickBooksError):
    """The access token is expired, revoked, or for another company."""


class CompanyStopped(QuickBooksError):
    """Nothing can be written to this company until a person acts in QuickBooks or at Intuit."""


class Rejected(QuickBooksError):
    """A definite no: the record is not in QuickBooks as asked."""


# Codes without the gateway's leading zeros (Intuit: error codes).
THROTTLED_CODES = {"3001"}
ACCESS_CODES = {"3200", "100", "110"}
STOPPED_CODES = {"120", "130", "140", "150", "3100", "6190", "10200"}
FORBIDDEN_CODES = {"5020"}
"""A no to one record, with whatever status: its kind is more than the company's plan, or than the
rights of whoever connected it, allow."""
COMPANY_CODES = THROTTLED_CODES | ACCESS_CODES | STOPPED_CODES
"""Said of the company, whichever record was sent."""
DUPLICATE_CODES = {"600", "630"}
"""What was sent is there already, or on its way there: to be looked for, and linked."""
_TRANSIENT_DETAIL = re.compile(r"unexpected error occurred|wait a few minutes", re.IGNORECASE)
DEFAULT_PAUSE_S = 60.0  # Intuit: "wait 60 seconds" after a 429
LONGEST_PAUSE_S = 600.0
TIMED_OUT = 408


def parse(status: int, body: bytes, intuit_tid: str | None, retry_after: str | None) -> Any:
    """The decoded body of a success. Raises a QuickBooksError for anything else.

    Numbers are decoded as Decimal: money never passes through a float.
    """
    decoded = _decode(body)
    faults = _faults(decoded if decoded is not None else body, status, intuit_tid)
    if faults:
        raise error_for(faults, retry_after)
    if status in SUCCESSES and isinstance(decoded, dict):
        return decoded
    raise error_for([Fault(status=status, intuit_tid=intuit_tid)], retry_after)


def _decode(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _faults(answer: Any, status: int, tid: str | None) -> list[Fault]:
    if isinstance(answer, bytes):
        return _xml_faults(answer, status, tid)
    if not isinstance(answer, dict):
        return []
    envelope = answer.get("Fault") or answer.get("fault")
    return faults_of(envelope, status, tid) if isinstance(envelope, dict) else []


def faults_of(envelope: dict[str, Any], status: int, tid: str | None) -> list[Fault]:
    """The errors of a Fault object, in the service's or the gateway's spelling."""
    errors = envelope.get("Error") or envelope.get("error")
    type_ = str(envelope.get("type") or "")
    listed = errors if isinstance(errors, list) and errors else [errors or {}]
    return [
        Fault(
            code=str(error.get("code") or ""),
            message=str(error.get("Message") or error.get("message") or ""),
            detail=str(error.get("Detail") or error.get("detail") or ""),
            element=str(error.get("element") or ""),
            type=type_,
            status=status,
            intuit_tid=tid,
        )
        for error in listed
        if isinstance(error, dict)
    ] or [Fault(type=type_, status=status, intuit_tid=tid)]


_XML_ERROR = re.compile(rb"""<Error\b[^>]*\bcode=["']?(\w+)""")


def _xml_faults(body: bytes, status: int, tid: str | None) -> list[Fault]:
    """The gateway's XML, which is sometimes malformed: then the code alone is looked for."""
    found = _XML_ERROR.search(body)
    if found is None:
        return []
    code = found[1].decode()
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - no entities are expanded, 4 kB at most
    except ElementTree.ParseError:
        return [Fault(code=code, status=status, intuit_tid=tid)]
    text = {element.tag.rsplit("}", 1)[-1]: element.text or "" for element in root.iter()}
    return [
        Fault(code, text.get("Message", ""), text.get("Detail", ""), status=status, intuit_tid=tid)
    ]


def error_for(faults: list[Fault], retry_after: str | None = None) -> QuickBooksError:
    """The typed error for an answer's faults; the status alone decides where there is no code."""
    fault = faults[0]
    codes = {f.code.lstrip("0") for f in faults}
    message = " ".join(f.message for f in faults)
    if fault.status == 429 or codes & THROTTLED_CODES or "ThrottleExceeded" in message:
        return Throttled(fault, _seconds(retry_after))
    if (fault.status == 401 and not codes & {"120", "130"}) or codes & ACCESS_CODES:
        return AccessRefused(fault)
    unclear = fault.status >= 500 or (fault.status == TIMED_OUT and not fault.code)
    if unclear or fault.type == "SystemFault" or codes & DUPLICATE_CODES or _transient(faults):
        return OutcomeUnknown(fault)
    if codes & STOPPED_CODES or (fault.status == 403 and not codes & FORBIDDEN_CODES):
        return CompanyStopped(fault)
    if fault.code or 400 <= fault.status < 500:
        return Rejected(fault)
    return OutcomeUnknown(fault, "an answer without sense")


def _transient(faults: list[Fault]) -> bool:
    return any(
        f.code == "10000" or (f.code == "6000" and _TRANSIENT_DETAIL.search(f.detail))
        for f in faults
    )


def _seconds(retry_after: str | None) -> float:
    """Of a Retry-After header: seconds, or the moment until which to wait (RFC 9110, 10.2.3)."""
    try:
        seconds = float(retry_after or DEFAULT_PAUSE_S)
    except ValueError:
        seconds = _until(str(retry_after))
    return max(1.0, min(seconds, LONGEST_PAUSE_S))


def _until(moment: str) -> float:
    try:
        return parsedate_to_datetime(moment).timestamp() - time.time()
    except ValueError:
        return DEFAULT_PAUSE_S
