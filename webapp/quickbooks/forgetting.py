"""A firm leaves: its tokens are revoked, and nothing of it stays in the database or in Redis."""

from __future__ import annotations

import structlog
from flask import current_app
from redis import Redis, RedisError
from rq import Queue
from rq.registry import FailedJobRegistry
from sqlalchemy import delete, select

from webapp.extensions import db
from webapp.models import (
    Connection,
    Firm,
    Invoice,
    InvoiceLine,
    PasswordReset,
    Person,
    Recurring,
    RecurringLine,
    UnreadWebhook,
    WebhookEvent,
)
from webapp.models.connection import NONE
from webapp.quickbooks import connection as connecting
from webapp.sealing import CannotUnseal

log = structlog.get_logger(__name__)


def forget_firm(firm: Firm) -> None:
    """Disconnect, then delete for good. Commits. A worker on the firm loses its slice.

    Redis may be down: what it holds of a firm is ids, and those of hints and budgets run out by
    themselves within minutes.
    """
    connection = Connection.of(firm.id)
    db.session.commit()
    realm_id = connection.realm_id
    if connection.state != NONE:
        _disconnect(connection)
    if realm_id:
        _forget_webhooks(realm_id)
    _forget_askings(firm.id)
    _forget_lines(firm.id)
    # One statement: the database follows every reference to the firm, also in tables added later.
    db.session.execute(delete(Firm).where(Firm.id == firm.id))
    db.session.commit()
    try:
        _forget_in_redis(firm.id, realm_id)
    except RedisError as error:
        log.warning("firm_not_forgotten_in_redis", firm_id=firm.id, error=type(error).__name__)
    log.info("firm_forgotten", firm_id=firm.id)


def _disconnect(connection: Connection) -> None:
    try:
        connecting.disconnect(connection)
    except CannotUnseal:
        # Nobody can use what no key opens, ourselves included.
        log.warning("tokens_not_revoked", firm_id=connection.firm_id, reason="no key opens them")


def _forget_webhooks(realm_id: str) -> None:
    db.session.execute(delete(WebhookEvent).where(WebhookEvent.realm_id == realm_id))
    for aside in db.session.scalars(select(UnreadWebhook)):
        if realm_id.encode() in aside.body:
            db.session.delete(aside)
    db.session.flush()


def _forget_askings(firm_id: int) -> None:
    """New passwords that were asked for and not answered yet carry an address only."""
    addresses = select(Person.email).where(Person.firm_id == firm_id)
    db.session.execute(
        delete(PasswordReset).where(PasswordReset.email.in_(addresses)),
        execution_options={"synchronize_session": False},
    )


def _forget_lines(firm_id: int) -> None:
    """A line refers to the firm through its invoice alone. PostgreSQL goes through the references
    level by level and, within one, by the numbers of its triggers: a service may be looked at
    before the line that holds it has gone."""
    for line, parent_id, parent in (
        (InvoiceLine, InvoiceLine.invoice_id, Invoice),
        (RecurringLine, RecurringLine.recurring_id, Recurring),
    ):
        own = select(parent.id).where(parent.firm_id == firm_id)
        db.session.execute(
            delete(line).where(parent_id.in_(own)),
            execution_options={"synchronize_session": False},
        )


def _forget_in_redis(firm_id: int, realm_id: str | None) -> None:
    redis: Redis = current_app.extensions["redis"]
    queue: Queue = current_app.extensions["sync_queue"]
    failed = FailedJobRegistry(queue=queue).get_job_ids(cleanup=False)
    for job in queue.job_class.fetch_many(
        [*queue.job_ids, *failed], connection=redis, serializer=queue.serializer
    ):
        if job is not None and job.args and job.args[0] == firm_id:
            job.delete()
    patterns = [f"cuadra:*:{firm_id}", f"cuadra:*-asked:{firm_id}:*"]
    patterns += [f"cuadra:*:{realm_id}:*"] if realm_id else []
    for pattern in patterns:
        for key in redis.scan_iter(match=pattern):
            redis.delete(key)
