"""How many calls were made to QuickBooks, and how did they end? Counted in Redis for all processes.

A count that Redis could not take is dropped, as is that of a worker which dies: figures never stand
in the way of work.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter

from redis import Redis, RedisError

KEY = "cuadra:calls"
NO_ANSWER = 0

Calls = dict[tuple[str, int], int]
"""By what was called (``query``, ``batch``, ``invoice``) and the HTTP status, or NO_ANSWER."""


def count(redis: Redis, what: str, status: int) -> None:
    with contextlib.suppress(RedisError):
        redis.hincrby(KEY, f"{what}:{status}", 1)


class Slip:
    """Counts the calls of several threads, and writes them down at once."""

    def __init__(self, redis: Redis):
        self._redis, self._lock = redis, threading.Lock()
        self._counted: Counter[str] = Counter()

    def count(self, what: str, status: int) -> None:
        with self._lock:
            self._counted[f"{what}:{status}"] += 1

    def hand_in(self) -> None:
        with self._lock:
            counted, self._counted = self._counted, Counter()
        with contextlib.suppress(RedisError), self._redis.pipeline(transaction=False) as pipeline:
            for field, number in counted.items():
                pipeline.hincrby(KEY, field, number)
            pipeline.execute()


def read(redis: Redis) -> Calls:
    """Since Redis was last emptied. Raises RedisError."""
    counted: Calls = {}
    stored: dict[bytes, bytes] = redis.hgetall(KEY)  # type: ignore[assignment]
    for field, number in stored.items():
        what, _, status = field.decode().partition(":")
        counted[what, int(status)] = int(number)
    return counted
