"""Which of the other processes are at work? Seen in Redis, where workers and scheduler report."""

from __future__ import annotations

from redis import Redis
from rq import Worker
from rq.serializers import JSONSerializer

SCHEDULER = "cuadra:scheduler"
"""Held by the scheduler in charge, and gone seconds after it died."""


def workers(redis: Redis) -> int:
    """Workers whose heartbeat is fresh. Raises RedisError."""
    return len(Worker.all(connection=redis, serializer=JSONSerializer))


def scheduler(redis: Redis) -> bool:
    """Raises RedisError."""
    return bool(redis.exists(SCHEDULER))
