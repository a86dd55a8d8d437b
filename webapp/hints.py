"""Telling a worker, after the commit, that a firm has work. Only ever a hint.

RQ carries the firm's id and nothing else. A hint that Redis forgets costs one sweep, a doubled one
loses the claim; so a failure here never reaches the person whose record was just saved. One for
which a person waits goes to the head of the queue: it stands behind no other firm's crowd.
"""

from __future__ import annotations

import uuid

import structlog
from flask import Flask, current_app
from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session

from webapp import embedded_redis, failpoints
from webapp.extensions import db

log = structlog.get_logger(__name__)

QUEUE = "sync"
JOB = "jobs.quickbooks.sync_firm"
QUIET_S = 2
"""Further hints of one firm are dropped for so long, or until a worker takes the first."""
QUEUED_S = 60
"""The same for the other jobs of a firm, which take longer."""

_KEY = "hinted_firms"


def init_app(app: Flask) -> None:
    connection = Redis.from_url(app.config["REDIS_URL"], socket_timeout=2, socket_connect_timeout=1)
    app.extensions["redis"] = connection
    # A worker blocks on its queue for longer than any other call may take.
    app.extensions["redis_for_workers"] = Redis.from_url(app.config["REDIS_URL"])
    app.extensions["sync_queue"] = Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def ensure_redis(app: Flask) -> None:
    """Start the embedded Redis where no other was named and none answers yet."""
    instance = app.config["INSTANCE"]
    if app.config["REDIS_URL"] == embedded_redis.url(instance):
        embedded_redis.ensure(instance)


def after_commit(firm_id: int, *, hurry: bool = False) -> None:
    """Hint once the present transaction is committed; a rollback forgets it."""
    firms = db.session().info.setdefault(_KEY, {})
    firms[firm_id] = hurry or firms.get(firm_id, False)


@event.listens_for(Session, "after_commit")
def _send(session: Session) -> None:
    if session.in_nested_transaction():  # only a savepoint: nothing to be seen yet
        return
    for firm_id, hurry in session.info.pop(_KEY, {}).items():
        failpoints.reach("committed")
        send(firm_id, hurry=hurry)
        failpoints.reach("hinted")


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if session.in_nested_transaction():  # what came before the savepoint still stands
        return
    session.info.pop(_KEY, None)


def send(firm_id: int, *, hurry: bool = False) -> None:
    """Queue a slice of this firm's work, unless one like it was queued a moment ago.

    ``hurry``: a person waits for it. An ordinary hint further back does not stand in its way.
    """
    redis: Redis = current_app.extensions["redis"]
    queue: Queue = current_app.extensions["sync_queue"]
    try:
        if redis.set(_pending(firm_id, hurry), 1, nx=True, ex=QUIET_S):
            queue.enqueue(
                JOB,
                firm_id,
                job_id=f"{_named(firm_id)}{uuid.uuid4().hex}",
                description=f"sync firm {firm_id}",
                result_ttl=0,
                failure_ttl=86400,
                at_front=hurry,
            )
    except RedisError as error:
        log.warning("hint_lost", firm_id=firm_id, error=type(error).__name__)


def send_next(firm_id: int, *, hurry: bool = False) -> None:
    """As ``send``, at the end of a slice: without hurry, one that waits already is enough.

    Else two of a firm would follow each other round for as long as there is work.
    """
    if hurry or not any(_is_of(firm_id, job) for job in _waiting()):
        send(firm_id, hurry=hurry)


def others_wait(firm_id: int) -> bool:
    """Does anything wait for a worker but this firm's own? False when Redis cannot be asked."""
    return not all(_is_of(firm_id, job) for job in _waiting())


def _waiting() -> list[str]:
    """The names of the jobs that no worker has taken yet; none when Redis cannot be asked."""
    queue: Queue = current_app.extensions["sync_queue"]
    try:
        return queue.get_job_ids()
    except RedisError:
        return []


def _named(firm_id: int) -> str:
    """How the names of a firm's hints begin, so that the queue tells whose they are."""
    return f"sync-{firm_id}-"


def _is_of(firm_id: int, job: str) -> bool:
    return job.startswith(_named(firm_id))


def taken(firm_id: int) -> None:
    """A worker has started on the firm: what is committed from now on deserves a new hint."""
    try:
        current_app.extensions["redis"].delete(
            *(_pending(firm_id, hurry) for hurry in (True, False))
        )
    except RedisError as error:
        log.warning("hint_not_cleared", firm_id=firm_id, error=type(error).__name__)


def _pending(firm_id: int, hurry: bool) -> str:
    return f"cuadra:hinted:{'hurry' if hurry else 'turn'}:{firm_id}"


def queue_once(job: str, firm_id: int) -> None:
    """Queue another job of the firm, unless it was queued a moment ago and nobody took it yet.

    ``job`` is its dotted name. Like every hint it may get lost: each job has a sweep of its own.
    """
    redis: Redis = current_app.extensions["redis"]
    queue: Queue = current_app.extensions["sync_queue"]
    try:
        if redis.set(_queued(job, firm_id), 1, nx=True, ex=QUEUED_S):
            queue.enqueue(
                job, firm_id, description=f"{job} {firm_id}", result_ttl=0, failure_ttl=86400
            )
    except RedisError as error:
        log.warning("job_not_queued", job=job, firm_id=firm_id, error=type(error).__name__)


def job_taken(job: str, firm_id: int) -> None:
    """A worker has it: from now on it deserves to be queued anew."""
    try:
        current_app.extensions["redis"].delete(_queued(job, firm_id))
    except RedisError as error:
        log.warning("job_not_cleared", job=job, firm_id=firm_id, error=type(error).__name__)


def _queued(job: str, firm_id: int) -> str:
    return f"cuadra:queued:{job}:{firm_id}"
