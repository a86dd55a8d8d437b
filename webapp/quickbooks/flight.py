"""Requests on their way to QuickBooks, and the outcomes they come back with.

Runs in the threads of a slice: nothing here touches the database. An outcome is accepted, rejected
or unknown, or it certainly did not execute; what a rejection leaves open is read at once, so that
whoever writes the outcome down can decide without another call.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from webapp import failpoints
from webapp.quickbooks import errors, open_balance
from webapp.quickbooks.client import Answer, Company, literal
from webapp.quickbooks.facts import DELETED_SUFFIX
from webapp.quickbooks.limits import BATCH, SINGLE

BATCH_LIMIT = 30  # Intuit: batch page
BAD_REQUEST = 400
STALE, DUPLICATE_NUMBER, DUPLICATE_NAME, GONE = "5010", "6140", "6240", "610"
REMOVALS = ("delete", "void")
_HOLDER = re.compile(r"\bTxnType=(\w{1,40}) with TxnId=(\w{1,30})", re.ASCII)


@dataclass(frozen=True)
class Request:
    """One write: everything it takes to send it again to the letter."""

    entry_id: int
    entity: str
    operation: str
    body: str
    request_id: str
    version: int
    quickbooks_id: str | None = None

    @cached_property
    def sent(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.body, parse_float=Decimal)
        return decoded


@dataclass(frozen=True)
class Accepted:
    """``found`` is the object as QuickBooks now has it; None when it is gone, as asked."""

    found: dict[str, Any] | None
    intuit_tid: str | None = None
    deleted_since: bool = False
    """``found`` is how it was made; it is there no more."""


@dataclass(frozen=True)
class Refused:
    """A definite no. ``theirs`` is the object in the way, where one could be read."""

    fault: errors.Fault
    theirs: dict[str, Any] | None = None


@dataclass(frozen=True)
class Unknown:
    error: errors.QuickBooksError


@dataclass(frozen=True)
class NotDone:
    """It certainly did not execute; ``error`` says who has to wait."""

    error: errors.QuickBooksError


@dataclass(frozen=True)
class NumberTaken:
    """Not sent: ``holder`` is an object over there that has the invoice's number."""

    holder: dict[str, Any]


Outcome = Accepted | Refused | Unknown | NotDone | NumberTaken


@dataclass(frozen=True)
class Flight:
    """A single request, or a batch of them under the batch's own request id."""

    requests: list[Request]
    request_id: str
    body: str
    single: bool
    send_by: float
    """Of ``time.monotonic``: a worker that was stopped this long must not send any more."""
    items: dict[str, Request] = field(default_factory=dict)
    ask_number: bool = False
    """Ask whether the number is free first: the mirror may be behind, and QuickBooks takes
    duplicates where its own warning is off."""

    permit: str = ""
    """The call's name in the company's budget; without one, room is taken as it goes."""

    repeat: bool = False
    """It was sent before, and what became of that is not known."""

    @classmethod
    def of_one(
        cls, request: Request, send_by: float, ask_number: bool = False, permit: str = ""
    ) -> Flight:
        body = request.body
        return cls([request], request.request_id, body, True, send_by, {}, ask_number, permit)

    @classmethod
    def of_many(
        cls, requests: list[Request], request_id: str, send_by: float, permit: str = ""
    ) -> Flight:
        items = {item_id(position): request for position, request in enumerate(requests)}
        body = batch_body(items)
        return cls(requests, request_id, body, False, send_by, items, permit=permit)

    @classmethod
    def of_one_again(cls, request: Request, send_by: float) -> Flight:
        body = request.body
        return cls([request], request.request_id, body, True, send_by, repeat=True)

    @classmethod
    def of_many_again(
        cls, items: dict[str, Request], request_id: str, body: str, send_by: float
    ) -> Flight:
        return cls([*items.values()], request_id, body, False, send_by, items, repeat=True)


def item_id(position: int) -> str:
    return f"i{position}"


def batch_body(items: dict[str, Request]) -> str:
    return '{"BatchItemRequest":[' + ",".join(_batch_item(*item) for item in items.items()) + "]}"


def _batch_item(bid: str, request: Request) -> str:
    return f'{{"bId":"{bid}","operation":"{request.operation}","{request.entity}":{request.body}}}'


def fly(flight: Flight, company: Company) -> dict[int, Outcome]:
    """Send it; the outcome of each entry, by entry id. Never raises a QuickBooksError."""
    failpoints.reach("sending", flight.requests[0].entity)
    outcomes = _fly(flight, company)
    failpoints.reach("answered", flight.requests[0].entity)
    return outcomes


def _fly(flight: Flight, company: Company) -> dict[int, Outcome]:
    outcome = _not_to_go(flight, company) or _held_up(flight)
    if outcome is None and flight.single:
        outcome = _send_one(flight.requests[0], company)
    if outcome is not None:
        return {request.entry_id: outcome for request in flight.requests}
    try:
        answer = company.batch(flight.body, flight.request_id)
    except errors.QuickBooksError as error:
        outcome = _outcome_of(error)
        return {request.entry_id: outcome for request in flight.requests}
    return _read_batch(flight, answer, company)


def _not_to_go(flight: Flight, company: Company) -> Outcome | None:
    """What has to be known before it may go, which may take a while; None when it may."""
    if flight.ask_number:
        outcome = _number_taken(flight.requests[0], company)
        failpoints.reach("asked", flight.requests[0].entity)
        return outcome
    return None if flight.permit else _no_room(flight, company)


def _number_taken(request: Request, company: Company) -> Outcome | None:
    """None when the number is free, or the invoice's own.

    A query takes INV-7 for inv-7 (Intuit: data queries), which are two numbers. Asking may take a
    while, so the write gets fresh room in the budget after it.
    """
    number = str(request.sent.get("DocNumber", ""))
    alike: list[dict[str, Any]] = []
    try:
        with contextlib.suppress(errors.Rejected):  # it will not tell: then what is known decides
            alike = company.query(request.entity, f"DocNumber = {literal(number)}")
        company.take_room()
    except errors.QuickBooksError as error:
        return NotDone(error)
    rows = [row for row in alike if row.get("DocNumber") == number]
    others = [row for row in rows if str(row.get("Id")) != request.quickbooks_id]
    return NumberTaken(others[0]) if others else None


def _no_room(flight: Flight, company: Company) -> Outcome | None:
    """Of a request that is repeated it stays unknown what became of it the first time."""
    try:
        company.take_room(SINGLE if flight.single else BATCH)
    except errors.NotExecuted as error:
        return Unknown(error)
    return None


def _held_up(flight: Flight) -> Outcome | None:
    """Asked at the last moment: from the end of its lease on another worker may have the firm."""
    if time.monotonic() > flight.send_by:
        return Unknown(errors.OutcomeUnknown(reason="the worker was held up before sending"))
    return None


def _send_one(request: Request, company: Company) -> Outcome:
    try:
        answer = company.write(request.entity, request.operation, request.body, request.request_id)
    except errors.Rejected as error:
        return _follow_up(request, error.fault, company)
    except errors.QuickBooksError as error:
        return _outcome_of(error)
    return _accepted(answer.body, answer.intuit_tid)


def _read_batch(flight: Flight, answer: Answer, company: Company) -> dict[int, Outcome]:
    """Items come back in any order; one that does not is unknown."""
    items = {str(item.get("bId")): item for item in answer.body["BatchItemResponse"]}
    return {
        request.entry_id: _read_item(request, items.get(bid, {}), answer.intuit_tid, company)
        for bid, request in flight.items.items()
    }


def _read_item(
    request: Request,
    item: dict[str, Any],
    intuit_tid: str | None,
    company: Company,
) -> Outcome:
    fault = item.get("Fault")
    if isinstance(fault, dict):
        error = errors.error_for(errors.faults_of(fault, BAD_REQUEST, intuit_tid))
        if isinstance(error, errors.Rejected):
            return _follow_up(request, error.fault, company)
        return _outcome_of(error)
    if isinstance(item.get(request.entity), dict):
        return _accepted(item[request.entity], intuit_tid)
    return Unknown(errors.OutcomeUnknown(reason="the batch answered without this item"))


def _accepted(found: dict[str, Any], intuit_tid: str | None) -> Accepted:
    return Accepted(None if found.get("status") == "Deleted" else found, intuit_tid)


def _outcome_of(error: errors.QuickBooksError) -> Outcome:
    return Unknown(error) if isinstance(error, errors.OutcomeUnknown) else NotDone(error)


def _follow_up(request: Request, fault: errors.Fault, company: Company) -> Outcome:
    """Read what a rejection is about. Not being able to costs a comparison, nothing else."""
    try:
        if fault.code == GONE and request.operation in REMOVALS and _gone(request, company):
            return Accepted(None)
        return Refused(fault, _in_the_way(request, fault, company))
    except errors.QuickBooksError:
        return Refused(fault)


def _gone(request: Request, company: Company) -> bool:
    """610 also means that something is inactive, and its text is not always there to tell."""
    assert request.quickbooks_id
    try:
        company.read(request.entity, request.quickbooks_id)
    except errors.Rejected as error:
        return error.fault.code == GONE
    return False


def _in_the_way(request: Request, fault: errors.Fault, company: Company) -> dict[str, Any] | None:
    sent = request.sent
    if fault.code == STALE and request.quickbooks_id:
        return company.read(request.entity, request.quickbooks_id)
    if fault.code == DUPLICATE_NUMBER:
        return _holder_of_number(request, fault, company)
    paid = open_balance.invoice_paid_by(sent) if _is_new_payment(request) else None
    if paid is not None and fault.code in open_balance.CODES:
        return company.read("Invoice", paid)
    if fault.code == DUPLICATE_NAME and request.entity in ("Customer", "Item"):
        return _holder_of_name(request, company)
    return None


def _is_new_payment(request: Request) -> bool:
    """Of one that is there already, a share of what is paid is its own."""
    return request.entity == "Payment" and request.operation == "create"


def _holder_of_name(request: Request, company: Company) -> dict[str, Any] | None:
    """Also one that was made inactive, which may block the name although it is called otherwise
    since. An object of another list is not found: its id may be one of ours, too."""
    field_ = "DisplayName" if request.entity == "Customer" else "Name"
    name = str(request.sent.get(field_, ""))
    names = f"{literal(name)}, {literal(name + DELETED_SUFFIX)}"
    rows = company.query(request.entity, f"{field_} IN ({names}) AND Active IN (true, false)")
    return _first([row for row in rows if row.get(field_) != name + DELETED_SUFFIX] or rows)


def _holder_of_number(
    request: Request, fault: errors.Fault, company: Company
) -> dict[str, Any] | None:
    """The detail mostly names it, and reading is surer than a search, which may lag. An object of
    another type has an id that one of ours may have as well, so that it is not read.

    Of several that a search finds, our own comes first.
    """
    named = _HOLDER.search(fault.detail)
    if named is not None and named[1].lower() == request.entity.lower():
        with contextlib.suppress(errors.Rejected):
            return company.read(request.entity, named[2])
    note, number = request.sent.get("PrivateNote"), str(request.sent.get("DocNumber", ""))
    rows = company.query(request.entity, f"DocNumber = {literal(number)}")
    ours = [row for row in rows if note and row.get("PrivateNote") == note]
    return _first(ours or rows)


def _first(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    return rows[0] if rows else None
