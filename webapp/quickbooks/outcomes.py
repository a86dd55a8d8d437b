"""Writing down what became of a request: one handler each for accepted, rejected and unknown.

Every handler runs inside the transaction of one HTTP answer, with the firm's fence checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import insert

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import (
    Account,
    Attempt,
    Connection,
    Entry,
    Invoice,
    Link,
    Record,
    Service,
    outbox,
)
from webapp.models import attempt as attempts
from webapp.models import issue as issue_states
from webapp.quickbooks import causes, facts, issues, links, mirror
from webapp.quickbooks.errors import Fault, QuickBooksError, Throttled
from webapp.quickbooks.flight import (
    REMOVALS,
    Accepted,
    NotDone,
    NumberTaken,
    Outcome,
    Refused,
    Request,
    Unknown,
)
from webapp.quickbooks.out_of_use import inactive_role
from webapp.quickbooks.payloads import ENTITIES, marker

STOPPED_WORKER = "stopped_worker"
NO_SECOND_TRY = frozenset({"edited", "record_deleted", "voided", "differs", "link_undone"})
"""Causes that only a person's decision can end: trying again by itself would be pointless."""


@dataclass(frozen=True)
class Case:
    """An entry, its record, what was sent for it and what became of that."""

    entry: Entry
    record: Record
    request: Request
    outcome: Outcome


def settle(cases: Sequence[Case], now: datetime) -> None:
    """Hand each outcome to its handler; the caller commits. All records are of one kind."""
    live = [case for case in cases if _awaited(case)]
    saved = [
        (case, case.outcome.found, case.outcome.intuit_tid)
        for case in live
        if isinstance(case.outcome, Accepted)
        and case.outcome.found is not None
        and case.request.operation not in REMOVALS
    ]
    _accepted(saved)
    done = {case.entry.id for case, _found, _tid in saved}
    for case in live:
        if case.entry.id not in done:
            _settle_one(case, now)


def _awaited(case: Case) -> bool:
    """A late answer to something that was settled meanwhile changes nothing."""
    return case.entry.unsettled and case.entry.request_id == case.request.request_id


def _settle_one(case: Case, now: datetime) -> None:
    entry, record, request, outcome = case.entry, case.record, case.request, case.outcome
    if isinstance(outcome, Accepted):
        note_attempt(entry, request, attempts.ACCEPTED, Fault(intuit_tid=outcome.intuit_tid))
        _removed(entry, record, request, outcome.found)
    elif isinstance(outcome, Refused):
        _refused(entry, record, request, outcome)
    elif isinstance(outcome, Unknown):
        _unknown(entry, request, outcome.error)
    elif isinstance(outcome, NumberTaken):
        number_checked(entry, record, outcome.holder)
    else:
        _not_done(entry, request, outcome, now)


# -- accepted ----------------------------------------------------------------------------------


def _accepted(saved: Sequence[tuple[Case, dict[str, Any], str | None]]) -> None:
    """QuickBooks has them. A crowd costs as many queries as one does."""
    taken = links.held_by_others([(case.record, found) for case, found, _tid in saved])
    own = [kept for kept in saved if kept[0].record.id not in taken]
    if own:
        with db.session.no_autoflush:  # one writing at the end is enough
            links.note_all([(case.record, found) for case, found, _tid in own])
            issues.close_all([case.record for case, _found, _tid in own])
            tried = [
                _attempt(case.entry, case.request, attempts.ACCEPTED, Fault(intuit_tid=tid))
                for case, _found, tid in own
            ]
            db.session.execute(insert(Attempt), tried)
    for case, found, _tid in own:
        contradicted = facts.differences(case.request.entity, case.request.sent, found)
        case.entry.accepted()
        if contradicted:
            differ(case.entry, case.record, contradicted, found)
    for case, found, _tid in saved:
        if case.record.id in taken:
            reject(case.entry, case.record, LINKED_ELSEWHERE[case.record.kind], {}, theirs=found)


LINKED_ELSEWHERE = {
    "account": "customer_linked_elsewhere",
    "service": "service_name_taken",
    "invoice": "dup_number",
    "payment": "differs",
    "refund": "differs",
    "expense": "differs",
}
"""What it means that the object found for a record is another record's."""


def _removed(entry: Entry, record: Record, request: Request, found: dict[str, Any] | None) -> None:
    link = Link.of(record)
    if link is not None:
        link.gone = True
        link.sync_token = str(found.get("SyncToken", link.sync_token)) if found else "0"
        link.seen_at = facts.changed_at(found) if found else link.seen_at
        if found is None:
            mirror.forget(record.firm_id, request.entity, link.quickbooks_id)
    entry.accepted()
    issues.close_all([record])


def differ(entry: Entry, record: Record, fields: list[str], found: dict[str, Any]) -> None:
    """QuickBooks said yes, but holds something else than was sent: a person must see it."""
    issues.open_issue(record, "differs", {"field": ", ".join(fields)}, theirs=found)
    if entry.state == outbox.DONE:
        entry.state = outbox.REJECTED


# -- rejected ----------------------------------------------------------------------------------


def _refused(entry: Entry, record: Record, request: Request, outcome: Refused) -> None:
    note_attempt(entry, request, attempts.REJECTED, outcome.fault)
    if request.operation == "create" and _ours(outcome.theirs, entry):
        assert outcome.theirs is not None
        links.note(record, outcome.theirs)
        entry.accepted()
        issues.close_all([record])
        return
    if outcome.fault.code == "5010" and _only_token_moved(record, request, outcome.theirs):
        entry.go_again()
        return
    if outcome.fault.code == "5010" and _not_shown_yet(entry, request, outcome.theirs):
        entry.put_back(database_now(db.session()))
        return
    if outcome.fault.code == "6140" and outcome.theirs is not None:
        mirror.keep(record.firm_id, request.entity, outcome.theirs)
    if outcome.fault.code == "6140" and _renumbered(entry, record, request, outcome.theirs):
        return
    cause, said = causes.classify(outcome.fault, record.kind, request.operation)
    known = {**said, **facts_for(record, outcome.theirs)}
    reject(entry, record, cause, known, outcome.fault, outcome.theirs)


def _ours(theirs: dict[str, Any] | None, entry: Entry) -> bool:
    """The object in the way is this very record's, as an earlier answer that got lost made it."""
    return bool(theirs) and marker(entry.uid) in str((theirs or {}).get("PrivateNote", ""))


def _only_token_moved(record: Record, request: Request, theirs: dict[str, Any] | None) -> bool:
    """A payment on an invoice moves its SyncToken and edits nothing: send again with the new."""
    link = Link.of(record)
    if theirs is None or link is None:
        return False
    if str(theirs.get("SyncToken")) == link.sync_token:
        return False
    if facts.edited(link.known, facts.facts_of(request.entity, theirs)):
        return False
    link.sync_token = str(theirs["SyncToken"])
    return True


def _not_shown_yet(entry: Entry, request: Request, theirs: dict[str, Any] | None) -> bool:
    """A reading may lag behind: there must be a newer version to show to a person, so wait for it,
    though not for ever."""
    seen = theirs is not None and str(theirs.get("SyncToken")) != str(request.sent.get("SyncToken"))
    return not seen and entry.failures < len(outbox.RETRY_PLAN)


def wants_another_number(outcome: Outcome) -> bool:
    """Settling it may renumber the invoice, for which the firm's turn has to be taken first."""
    taken = isinstance(outcome, Refused) and outcome.fault.code == "6140"
    return taken or isinstance(outcome, NumberTaken)


def _renumbered(
    entry: Entry, record: Record, request: Request, theirs: dict[str, Any] | None
) -> bool:
    """Somebody took the number of an assigned invoice while it was on its way: it takes the next.

    Only where the firm's numbers are synced.
    """
    from webapp.quickbooks import numbering

    if request.operation != "create" or theirs is None or not isinstance(record, Invoice):
        return False
    if not numbering.may_renumber(record) or not numbering.renumber(record):
        return False
    entry.wanted = record.version
    entry.go_again()
    return True


def facts_for(record: Record, theirs: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the sentences of a cause may say of a record and of the object in its way."""
    known: dict[str, Any] = {"title": record.title}
    client = issues.client_of(record)
    if client is not None:
        known["client"] = client.name
    if isinstance(record, Account):
        known["client"] = record.name
    if isinstance(record, Service):
        known["service"] = record.name
    if isinstance(record, Invoice):
        known["n"] = record.number
    if theirs:
        customer = theirs.get("CustomerRef") or {}
        known["holder"] = customer.get("name") or theirs.get("DisplayName") or theirs.get("Name")
        known["holder_id"] = theirs.get("Id")
    return {name: value for name, value in known.items() if value is not None}


def reject(
    entry: Entry,
    record: Record,
    cause: str,
    known: dict[str, Any],
    fault: Fault | None = None,
    theirs: dict[str, Any] | None = None,
) -> None:
    """The one way into the error lists, for QuickBooks' no and for ours. The caller commits."""
    known = _complete(record, cause, known)
    issue = issues.open_issue(record, cause, known, fault, theirs)
    second_try = timedelta(seconds=current_app.config["SECOND_TRY_AFTER_S"])
    at = database_now(db.session()) + second_try
    if cause == STOPPED_WORKER:
        entry.park()
    else:
        entry.rejected(None if cause in NO_SECOND_TRY else at)
    if issue.state == issue_states.IGNORED and entry.state == outbox.REJECTED:
        entry.rest(outbox.IGNORED)


def _complete(record: Record, cause: str, known: dict[str, Any]) -> dict[str, Any]:
    """Facts that take a look at our own books, for the causes that name them."""
    known = {**facts_for(record), **known}
    if cause == "dup_number" and isinstance(record, Invoice):
        from webapp.quickbooks import numbering

        known["n"] = record.number
        known["next"] = numbering.suggestion(record)
    if cause == "account_inactive":
        known["account"] = inactive_role(record)
    if cause == "closed":
        closed_to = Connection.of(record.firm_id).books_closed_to
        known.setdefault("closed_to", closed_to.isoformat() if closed_to else None)
    return known


# -- unknown -----------------------------------------------------------------------------------


def _unknown(entry: Entry, request: Request, error: QuickBooksError) -> None:
    """It stays ``sent`` until a late commit can no longer come, and is then looked for."""
    note_attempt(entry, request, attempts.UNKNOWN, error.fault, str(error))
    entry.failures += 1
    entry.picked = 0


def shows(record: Record, request: Request, theirs: dict[str, Any] | None) -> bool:
    """Does what is there prove that the request was carried out?

    An update whose changes are none of the facts we compare proves nothing: it is sent again.
    """
    if request.operation == "delete":
        return theirs is None
    if theirs is None:
        return False
    if request.operation == "void":
        return _voided(theirs)
    if request.operation == "create":
        return True
    link = Link.of(record)
    known = link.known if link else {}
    told_before = facts.holds(known, facts.facts_of(request.entity, request.sent))
    now = facts.facts_of(request.entity, theirs)
    return not told_before and facts.holds(now, facts.facts_of(request.entity, request.sent))


def _voided(theirs: dict[str, Any]) -> bool:
    """Intuit: a void zeroes the amounts and begins the note with "Voided"."""
    return str(theirs.get("PrivateNote", "")).startswith("Voided")


def overtaken(request: Request, theirs: dict[str, Any] | None) -> bool:
    """The object is not as our request expected it: it was changed, or is gone."""
    if theirs is None:
        return True
    return str(theirs.get("SyncToken")) != str(request.sent.get("SyncToken"))


def reread(record: Record, theirs: dict[str, Any] | None) -> None:
    """Bring the link up to what is there, or note that it is gone; a person's edit is kept as
    known only when it was none."""
    link = Link.of(record)
    if link is None:
        return
    if theirs is None:
        link.gone = True
    elif not facts.edited(link.known, facts.facts_of(ENTITIES[record.kind], theirs)):
        link.sync_token = str(theirs["SyncToken"])


# -- a number that another object has ------------------------------------------------------------


def number_checked(entry: Entry, record: Record, holder: dict[str, Any] | None) -> None:
    """``holder`` is the object that the mirror gave the number to, as it is now; None if gone."""
    from webapp.quickbooks import numbering

    assert isinstance(record, Invoice)
    entry.picked, entry.sent_at = 0, None  # not sent: the number was asked about first
    if holder is not None:
        mirror.keep(record.firm_id, "Invoice", holder)
    elif record.number:
        mirror.forget_number(record.firm_id, "Invoice", record.number)
    if holder is None or holder.get("DocNumber") != record.number:
        entry.set_ready()
    elif _ours(holder, entry):
        links.note(record, holder)
        entry.accepted()
        issues.close_all([record])
    elif Link.of(record) is None and numbering.may_renumber(record) and numbering.renumber(record):
        entry.wanted = record.version
        entry.set_ready()
    else:
        reject(entry, record, "dup_number", facts_for(record, holder), theirs=holder)


# -- certainly not executed --------------------------------------------------------------------


def _not_done(entry: Entry, request: Request, outcome: NotDone, now: datetime) -> None:
    """Who must wait is the company (see ``health``), or this entry by its retry plan."""
    if isinstance(outcome.error, Throttled):
        entry.put_back(now, now + timedelta(seconds=outcome.error.retry_after_s))
    else:
        entry.put_back(now)


# -- the log -----------------------------------------------------------------------------------


def note_attempt(
    entry: Entry,
    request: Request,
    outcome: str,
    fault: Fault | None = None,
    reason: str | None = None,
) -> None:
    """Every write is kept: who or what asked, a hash of what was sent, and the answer."""
    db.session.add(Attempt(**_attempt(entry, request, outcome, fault or Fault(), reason)))


def _attempt(
    entry: Entry, request: Request, outcome: str, fault: Fault, reason: str | None = None
) -> dict[str, Any]:
    return {
        "firm_id": entry.firm_id,
        "kind": entry.kind,
        "record_id": entry.record_id,
        "operation": request.operation,
        "outcome": outcome,
        "person_id": entry.asked_by_id,
        "request_id": request.request_id,
        "body_hash": hashlib.sha256(request.body.encode()).hexdigest(),
        "status": fault.status or None,
        "code": fault.code or None,
        "message": fault.message or reason,
        "detail": fault.detail or None,
        "intuit_tid": fault.intuit_tid,
    }


def linked_by_itself(entry: Entry, record: Record, quickbooks_id: str) -> None:
    """A match needs no write, but the record's history shows it."""
    db.session.add(
        Attempt(
            firm_id=entry.firm_id,
            kind=entry.kind,
            record_id=entry.record_id,
            operation="link",
            outcome=attempts.LINKED,
            person_id=entry.asked_by_id,
            message=f"{ENTITIES[record.kind]} {quickbooks_id}",
        )
    )
