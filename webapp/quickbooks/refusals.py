"""QuickBooks said no: is that a matter for a person, or does it settle by itself?"""

from __future__ import annotations

from typing import Any

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Entry, Link, Payment, Record, outbox
from webapp.models import attempt as attempts
from webapp.quickbooks import (
    accepting,
    attempt_log,
    causes,
    facts,
    mirror,
    open_balance,
    out_of_use,
    own_voids,
    sentence_facts,
)
from webapp.quickbooks.flight import DUPLICATE_NUMBER, STALE, Refused, Request
from webapp.quickbooks.rejecting import reject
from webapp.quickbooks.taken_numbers import renumbered


def refuse(entry: Entry, record: Record, request: Request, outcome: Refused) -> None:
    """Write down a definite no, or what it turns out to be. The caller commits."""
    attempt_log.note(entry, request, attempts.REJECTED, outcome.fault)
    if request.operation == "create" and accepting.is_ours(outcome.theirs, entry):
        assert outcome.theirs is not None
        accepting.accept_ours(entry, record, request.sent, outcome.theirs)
        return
    if request.operation == "void" and outcome.theirs and facts.voided(outcome.theirs):
        accepting.accept_removal(entry, record, request, outcome.theirs)  # as somebody did before
        return
    if outcome.fault.code == STALE and _only_token_moved(record, request, outcome.theirs):
        entry.go_again()
        return
    if outcome.fault.code == STALE and _not_shown_yet(entry, request, outcome.theirs):
        entry.put_back(database_now(db.session()))
        return
    if outcome.fault.code == DUPLICATE_NUMBER and outcome.theirs is not None:
        mirror.keep(record.firm_id, request.entity, outcome.theirs)
        if renumbered(entry, record, request):
            return
    cause, said = causes.classify(outcome.fault, record.kind, request.operation)
    if isinstance(record, Payment) and outcome.fault.code in open_balance.CODES:
        cause, amounts = open_balance.explain(cause, record, outcome.theirs)
        reject(entry, record, cause, {**said, **amounts}, outcome.fault)
        return
    if cause in out_of_use.UNTOLD:
        cause, more = out_of_use.named(record, request.sent) or (cause, {})
        said |= more
    known = {**said, **sentence_facts.of(record, outcome.theirs)}
    reject(entry, record, cause, known, outcome.fault, outcome.theirs)


def _only_token_moved(record: Record, request: Request, theirs: dict[str, Any] | None) -> bool:
    """A payment on an invoice moves its SyncToken and edits nothing: send again with the new."""
    link = Link.of(record)
    if theirs is None or link is None:
        return False
    if str(theirs.get("SyncToken")) == link.sync_token:
        return False
    now = facts.facts_of(request.entity, theirs)
    if facts.edited(own_voids.expected(record, link.known, now), now):
        return False
    link.sync_token = str(theirs["SyncToken"])
    return True


def _not_shown_yet(entry: Entry, request: Request, theirs: dict[str, Any] | None) -> bool:
    """A reading may lag behind: there must be a newer version to show to a person, so wait for it,
    though not for ever."""
    seen = theirs is not None and str(theirs.get("SyncToken")) != str(request.sent.get("SyncToken"))
    return not seen and entry.failures < len(outbox.RETRY_PLAN)
