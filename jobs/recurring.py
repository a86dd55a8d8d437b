"""Recurring invoices: the scheduler looks for due ones, a job for each firm makes them."""

from __future__ import annotations

import structlog
from flask import current_app
from redis import RedisError

from webapp import recurring

log = structlog.get_logger(__name__)

EVERY_S = 30.0
JOB = "jobs.recurring.make_due"
QUIET_S = 60
"""A firm's job is queued once in so long, unless a worker takes it before."""


def queue_due() -> int:
    """Queue a job for every firm with something due; how many. A lost one is queued again."""
    firms = recurring.firms_with_due()
    for firm_id in firms:
        _queue(firm_id)
    return len(firms)


def make_due(firm_id: int) -> None:
    """The job itself; it may run twice, or beside itself."""
    from wsgi import app

    with app.app_context():
        recurring.make_due(firm_id)
        _taken(firm_id)


def _queue(firm_id: int) -> None:
    redis, queue = current_app.extensions["redis"], current_app.extensions["sync_queue"]
    if redis.set(_pending(firm_id), 1, nx=True, ex=QUIET_S):
        queue.enqueue(
            JOB,
            firm_id,
            description=f"recurring invoices of firm {firm_id}",
            result_ttl=0,
            failure_ttl=86400,
        )


def _taken(firm_id: int) -> None:
    try:
        current_app.extensions["redis"].delete(_pending(firm_id))
    except RedisError as error:
        log.warning("recurring_not_cleared", firm_id=firm_id, error=type(error).__name__)


def _pending(firm_id: int) -> str:
    return f"cuadra:recurring:{firm_id}"
