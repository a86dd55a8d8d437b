"""What of ours still holds once QuickBooks has emptied the company?

None of the ids that we know: the company may give them to other objects, so that an update of ours
would reach a stranger's. Clients and services are matched anew. What became of a document is for
people to say: it was in the books once, so it is not made again by itself.

QuickBooks tells of it by refusing every call (Intuit: error codes, 10200) until somebody signs in
anew; everything here happens in the transaction of that sign-in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, Select, delete, exists, func, null, or_, select, update

from webapp.database import change, database_now
from webapp.extensions import db
from webapp.models import (
    Connection,
    Entry,
    Issue,
    Link,
    MirrorNumber,
    MirrorObject,
    Service,
    Stray,
    WebhookEvent,
    outbox,
)
from webapp.models import issue as issue_states

CODE = "10200"
CAUSE = "lost_in_reset"
"""Of a document that the company held before, and holds no more."""

LISTED = ("account", "service")
"""Kinds that are found again by what they are called."""

log = structlog.get_logger(__name__)


def take_in(connection: Connection) -> None:
    """Forget all that was known of the company before; the caller commits, and reads it anew.

    Set-up is asked for again, and until it is accepted nothing is sent.
    """
    forget(connection)
    log.warning("company_was_reset", firm_id=connection.firm_id)


def forget(connection: Connection) -> None:
    """Nothing that is known here is of its company any more; the caller commits."""
    firm_id = connection.firm_id
    connection.accounts, connection.set_up_at, connection.mirrored_at = {}, None, None
    connection.changes_read_to = connection.changes_due_at = None
    connection.slice_fence += 1  # a worker that was asleep must not send what it had composed
    db.session.flush()
    _plan_anew(firm_id)
    _forget_requests(firm_id)
    _let_go_of_objects(firm_id)
    for table in (MirrorObject, MirrorNumber, Stray):
        change(db.session(), delete(table).where(table.firm_id == firm_id))
    change(db.session(), delete(WebhookEvent).where(WebhookEvent.realm_id == connection.realm_id))
    db.session.expire_all()


def lost(firm_id: int) -> int:
    """How many documents went with the company's data and wait for a person's word."""
    undecided = select(func.count()).where(*_set_aside(firm_id), Link.left_out.is_(False))
    return db.session.scalar(undecided) or 0


def release(firm_id: int, kind: str, record_ids: Select[tuple[int]]) -> None:
    """A person wants the lost ones of these to be made again; the caller commits."""
    chosen = Link.kind == kind, Link.record_id.in_(record_ids)
    change(db.session(), delete(Link).where(*_set_aside(firm_id), *chosen))


def _set_aside(firm_id: int) -> tuple[ColumnElement[bool], ...]:
    return Link.firm_id == firm_id, Link.quickbooks_id.is_(None)


def _plan_anew(firm_id: int) -> None:
    """What was sent, or waited to be, is planned once more. What was switched off stays so.

    A request that is out may still be carried out for a while: until then nothing follows it.
    """
    linked = exists().where(
        Link.firm_id == firm_id, Link.kind == Entry.kind, Link.record_id == Entry.record_id
    )
    concerned = or_(
        Entry.state.in_((outbox.READY, outbox.WAITING, outbox.SENT, outbox.REJECTED)),
        linked & (Entry.state != outbox.OFF),
    )
    change(
        db.session(),
        Entry.changing(Entry.firm_id == firm_id, concerned).values(
            state=outbox.READY,
            priority=outbox.FIRST_COPY,
            due_at=_once_nothing_is_out(firm_id),
            waits_kind=None,
            waits_id=None,
        ),
    )


def _once_nothing_is_out(firm_id: int) -> datetime:
    now = database_now(db.session())
    cutoff = timedelta(seconds=current_app.config["QBO_CUTOFF_S"])
    last_sent = db.session.scalar(select(func.max(Entry.sent_at)).where(Entry.firm_id == firm_id))
    return max(now, last_sent + cutoff) if last_sent else now


def _forget_requests(firm_id: int) -> None:
    """Every request that was composed names ids of before."""
    change(
        db.session(),
        Entry.changing(Entry.firm_id == firm_id).values(
            reached=0,
            tries=0,
            failures=0,
            picked=0,
            asked_by_id=None,
            request_id=None,
            operation=None,
            body=None,
            sent_version=None,
            sent_at=None,
            batch_id=None,
            batch_item=None,
        ),
    )


def _let_go_of_objects(firm_id: int) -> None:
    """Wherever a record, a link or an issue names an object of before."""
    links = Link.firm_id == firm_id
    change(db.session(), delete(Link).where(links, Link.kind.in_(LISTED)))
    nothing: dict[str, Any] = {"quickbooks_id": None, "sync_token": "", "known": {}}
    gone = {**nothing, "gone": True, "seen_at": None}
    change(db.session(), update(Link).where(links).values(gone))
    services = update(Service).where(Service.firm_id == firm_id)
    change(db.session(), services.values(income_account_id=None))
    told = Issue.firm_id == firm_id, Issue.state != issue_states.CLOSED
    change(db.session(), update(Issue).where(*told).values(theirs=null(), facts={}))
