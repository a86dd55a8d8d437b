"""How many calls were made to QuickBooks, and how did they end? Counted in Redis for all processes.

A count that Redis could not take is dropped: figures never stand in the way of work.
"""

from __future__ import annotations

import contextlib

from redis import Redis, RedisError

KEY = "cuadra:calls"
NO_ANSWER = 0

Calls = dict[tuple[str, int], int]
"""By what was called (``query``, ``batch``, ``invoice``) and the HTTP status, or NO_ANSWER."""


def count(redis: Redis, what: str, status: int) -> None:
    with contextlib.suppress(RedisError):
        redis.hincrby(KEY, f"{what}:{status}", 1)


def read(redis: Redis) -> Calls:
    """Since Redis was last emptied. Raises RedisError."""
    counted: Calls = {}
    stored: dict[bytes, bytes] = redis.hgetall(KEY)  # type: ignore[assignment]
    for field, number in stored.items():
        what, _, status = field.decode().partition(":")
        counted[what, int(status)] = int(number)
    return counted
