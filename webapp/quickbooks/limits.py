"""The request budget of a company, shared by every worker.

Intuit allows a company 500 requests a minute, 10 a second and 40 batches a minute. Sliding windows
in Redis keep to that exactly, whoever asks; a little is kept back for people who are waiting. The
windows are a little longer than Intuit's, since calls can bunch up on their way.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

from redis import Redis

SINGLE, BATCH = "single", "batch"
SECOND_MS, MINUTE_MS = 1_080, 60_500
MARGIN_PER_SECOND = 1
"""Calls that are allowed one after the other can still arrive together."""

KEPT_PER_SECOND = 1
KEPT_PER_MINUTE = 20
"""What only people who wait may use."""

# KEYS: requests, batches, pause. ARGV: id, is batch, per second, per minute, batches per minute,
# second window, minute window. Answers 0 when taken, else the milliseconds to wait. The time is
# Redis' own, since hosts may disagree.
_TAKE = """
local clock = redis.call('TIME')
local now, id = clock[1] * 1000 + math.floor(clock[2] / 1000), ARGV[1]
local second, minute = tonumber(ARGV[6]), tonumber(ARGV[7])
local paused = redis.call('PTTL', KEYS[3])
if paused > 0 then return paused end
local function wait(key, window, limit)
  if limit < 1 then return window end
  local recent = redis.call('ZCOUNT', key, now - window + 1, '+inf')
  if recent < limit then return 0 end
  local oldest = redis.call('ZREVRANGE', key, limit - 1, limit - 1, 'WITHSCORES')
  return math.max(1, tonumber(oldest[2]) + window - now)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - minute)
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, now - minute)
local need = math.max(wait(KEYS[1], second, tonumber(ARGV[3])),
                      wait(KEYS[1], minute, tonumber(ARGV[4])))
if ARGV[2] == '1' then need = math.max(need, wait(KEYS[2], minute, tonumber(ARGV[5]))) end
if need > 0 then return need end
redis.call('ZADD', KEYS[1], now, id)
redis.call('PEXPIRE', KEYS[1], minute * 2)
if ARGV[2] == '1' then
  redis.call('ZADD', KEYS[2], now, id)
  redis.call('PEXPIRE', KEYS[2], minute * 2)
end
return 0
"""


@dataclass(frozen=True)
class Allowance:
    """How many calls a company takes."""

    per_second: int = 10
    per_minute: int = 500
    batches_per_minute: int = 40


class Budget:
    """Permission to call one company. Raises redis.RedisError when Redis cannot be asked."""

    def __init__(self, redis: Redis, realm_id: str, allowance: Allowance):
        self._redis = redis
        self._take = redis.register_script(_TAKE)
        self._allowance = allowance
        self._keys = [f"cuadra:budget:{realm_id}:{part}" for part in ("calls", "batches", "pause")]

    def ask(self, what: str = SINGLE, *, hurry: bool = False) -> float:
        """Take one call if there is one: 0.0, else the seconds until it is worth asking again."""
        kept_second = MARGIN_PER_SECOND + (0 if hurry else KEPT_PER_SECOND)
        kept_minute = 0 if hurry else KEPT_PER_MINUTE
        allowed = self._allowance
        wait_ms = self._take(
            keys=self._keys,
            args=[
                uuid.uuid4().hex,
                int(what == BATCH),
                max(1, allowed.per_second - kept_second),
                max(1, allowed.per_minute - kept_minute),
                allowed.batches_per_minute,
                SECOND_MS,
                MINUTE_MS,
            ],
        )
        return int(wait_ms) / 1000

    def take(self, deadline: float, what: str = SINGLE, *, hurry: bool = False) -> bool:
        """Wait for one call until ``deadline`` (of ``time.monotonic``); False if it never came."""
        while True:
            wait = self.ask(what, hurry=hurry)
            if wait == 0:
                return True
            if time.monotonic() + wait > deadline:
                return False
            time.sleep(wait)

    def pause(self, seconds: float) -> None:
        """No call at all for so long: the company has throttled us."""
        self._redis.set(self._keys[2], 1, px=int(seconds * 1000))
