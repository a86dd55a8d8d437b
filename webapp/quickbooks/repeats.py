"""What does the answer to a repeat mean? Less than the answer to a first try.

That a repeat was not carried out says nothing of the first time. And its yes may be old: the same
request id brings the same answer (Intuit: requestid), whatever became of the object meanwhile.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import replace

from webapp.quickbooks import errors
from webapp.quickbooks.client import Company, literal
from webapp.quickbooks.flight import GONE, Accepted, Flight, NotDone, Outcome, Unknown, fly


def fly_again(flight: Flight, company: Company) -> dict[int, Outcome]:
    """As ``fly``, for what was sent before. Never raises a QuickBooksError."""
    outcomes = {id_: _unless_done(outcome) for id_, outcome in fly(flight, company).items()}
    made = {
        request.entry_id: str(outcome.found["Id"])
        for request in flight.requests
        if request.operation == "create"
        and isinstance(outcome := outcomes[request.entry_id], Accepted)
        and outcome.found
    }
    gone: set[str] = set()
    with contextlib.suppress(errors.QuickBooksError):  # then the next reading of changes tells
        gone = _gone(company, flight.requests[0].entity, made.values())
    for entry_id, quickbooks_id in made.items():
        accepted = outcomes[entry_id]
        if quickbooks_id in gone and isinstance(accepted, Accepted):
            outcomes[entry_id] = replace(accepted, deleted_since=True)
    return outcomes


def _unless_done(outcome: Outcome) -> Outcome:
    return Unknown(outcome.error) if isinstance(outcome, NotDone) else outcome


def _gone(company: Company, entity: str, ids: Iterable[str]) -> set[str]:
    """Those that are there no more. A search spares readings, and what it does not show is read:
    it may lag."""
    wanted = set(ids)
    if len(wanted) > 1:
        listed = ", ".join(literal(id_) for id_ in sorted(wanted))
        wanted -= {str(row["Id"]) for row in company.query(entity, f"Id IN ({listed})")}
    return {id_ for id_ in wanted if not _there(company, entity, id_)}


def _there(company: Company, entity: str, quickbooks_id: str) -> bool:
    try:
        company.read(entity, quickbooks_id)
    except errors.Rejected as error:
        return error.fault.code.lstrip("0") != GONE
    return True
