"""Every form an answer can take, and the type of error it becomes. No application needed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest

from webapp.quickbooks import errors
from webapp.quickbooks.errors import (
    AccessRefused,
    CompanyStopped,
    NotExecuted,
    OutcomeUnknown,
    QuickBooksError,
    Rejected,
    Throttled,
)

XML = (
    '<IntuitResponse xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE">'
    '<Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; statusCode=429'
    "</Message><Detail>The request limit was reached.</Detail></Error></Fault></IntuitResponse>"
)
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def service(code: str, message: str = "", detail: str = "", type_: str = "ValidationFault") -> str:
    error = {"code": code, "Message": message, "Detail": detail, "element": "Line"}
    return json.dumps({"Fault": {"Error": [error], "type": type_}})


def gateway(code: str, message: str, type_: str) -> str:
    error = {"code": code, "message": message, "detail": None, "element": None}
    return json.dumps({"fault": {"error": [error], "type": type_}, "time": 1795338123456})


def parse(status: int, body: str, retry_after: str | None = None) -> QuickBooksError:
    with pytest.raises(QuickBooksError) as raised:
        errors.parse(status, body.encode(), "1-tid", retry_after)
    return raised.value


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        # the service's JSON
        (400, service("6140", "Duplicate Document Number Error"), Rejected),
        (400, service("6000", detail="Business Validation Error: no"), Rejected),
        (400, service("5010", "Stale Object Error"), Rejected),
        (200, service("6240", "Duplicate Name Exists Error"), Rejected),
        (
            400,
            service("6000", detail="An unexpected error occurred … wait a few minutes"),
            OutcomeUnknown,
        ),
        (400, service("10000", type_="SystemFault"), OutcomeUnknown),
        (500, service("10000", type_="SystemFault"), OutcomeUnknown),
        (400, service("6190", "Invalid Company Status"), CompanyStopped),
        (400, service("10200", "Company Reset"), CompanyStopped),
        (401, service("120", "Authorization Failure", type_="AuthorizationFault"), CompanyStopped),
        (400, service("5020", "Permission Denied Error"), Rejected),
        (403, service("5020", "Permission Denied Error"), Rejected),
        # the gateway's JSON
        (
            401,
            gateway("3200", "message=AuthenticationFailed; errorCode=003200", "AUTHENTICATION"),
            AccessRefused,
        ),
        (401, gateway("003200", "message=AuthenticationFailed", "AUTHENTICATION"), AccessRefused),
        (
            403,
            gateway("3100", "message=ApplicationAuthorizationFailed", "AUTHORIZATION"),
            CompanyStopped,
        ),
        (429, gateway("3001", "message=ThrottleExceeded; statusCode=429", "SERVICE"), Throttled),
        (403, gateway("3001", "message=ThrottleExceeded; statusCode=403", "SERVICE"), Throttled),
        (
            500,
            gateway("3100", "message=InternalServerError; statusCode=500", "SERVICE"),
            OutcomeUnknown,
        ),
        # the gateway's XML, well and badly formed
        (429, XML, Throttled),
        (403, XML, Throttled),
        (429, XML[:-20], Throttled),
        (500, XML.replace("3001", "3100").replace("ThrottleExceeded", "Oops"), OutcomeUnknown),
        # a load balancer's HTML, and nothing at all
        (502, HTML, OutcomeUnknown),
        (503, "", OutcomeUnknown),
        (504, HTML, OutcomeUnknown),
        (429, "", Throttled),
        (401, "", AccessRefused),
        (403, "", CompanyStopped),
        (404, HTML, Rejected),
        (413, "", Rejected),
        # answers without sense
        (200, "", OutcomeUnknown),
        (200, '{"Invoice": {"Id": "1', OutcomeUnknown),
        (200, "[]", OutcomeUnknown),
        (302, "", OutcomeUnknown),
        (408, "", OutcomeUnknown),
        # an error without its list
        (400, '{"Fault": {"Error": {"code": "6140", "Message": "Duplicate"}}}', Rejected),
    ],
)
def test_answer_becomes_its_error(status: int, body: str, expected: type[QuickBooksError]) -> None:
    assert type(parse(status, body)) is expected


def test_fault_keeps_what_was_said() -> None:
    fault = parse(400, service("003200", "What", "Why")).fault
    assert (fault.code, fault.message, fault.detail) == ("003200", "What", "Why")
    assert (fault.element, fault.status, fault.intuit_tid) == ("Line", 400, "1-tid")


def test_xml_fault_keeps_what_was_said() -> None:
    fault = parse(429, XML).fault
    assert (fault.code, fault.detail) == ("3001", "The request limit was reached.")


@pytest.mark.parametrize(
    ("header", "seconds"), [(None, 60), ("7", 7), ("0", 1), ("100000", 600), ("soon", 60)]
)
def test_throttling_says_how_long_to_wait(header: str | None, seconds: float) -> None:
    error = parse(429, XML, header)
    assert isinstance(error, Throttled)
    assert error.retry_after_s == seconds


def test_throttling_may_say_until_when_to_wait() -> None:
    error = parse(429, XML, format_datetime(datetime.now(UTC) + timedelta(seconds=100)))
    assert isinstance(error, Throttled)
    assert 90 < error.retry_after_s <= 100


def test_only_what_was_certainly_not_done_is_not_executed() -> None:
    assert isinstance(parse(429, XML), NotExecuted)
    assert not isinstance(parse(500, HTML), NotExecuted)


def test_success_is_decoded_with_exact_numbers() -> None:
    answer = errors.parse(200, b'{"Invoice": {"TotalAmt": 0.10}}', None, None)
    assert answer == {"Invoice": {"TotalAmt": Decimal("0.10")}}


@pytest.mark.parametrize("status", [200, 201])
def test_success_may_call_itself_created(status: int) -> None:
    assert errors.parse(status, b'{"Customer": {"Id": "1"}}', None, None)["Customer"]["Id"] == "1"


@pytest.mark.parametrize("status", [302, 304])
def test_redirect_is_no_success_whatever_it_holds(status: int) -> None:
    with pytest.raises(OutcomeUnknown):
        errors.parse(status, b'{"Customer": {"Id": "1"}}', None, None)


def test_deeply_nested_garbage_is_an_unknown_outcome() -> None:
    assert isinstance(parse(200, "[" * 100_000), OutcomeUnknown)
