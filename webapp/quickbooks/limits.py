"""The request budget of a company, shared by every worker.

Intuit allows a company 500 requests a minute, 10 a second and 40 batches a minute. Sliding windows
in Redis keep to that exactly, whoever asks; a little is kept back for people who are waiting. When
a call arrives over there is not known: somewhere between its sending and its answer. So whoever
tells of answers has a call counted from there on, and no delay on the way makes two seconds' calls
bunch up in one.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from redis import Redis

SINGLE, BATCH = "single", "batch"
SECOND_MS, MINUTE_MS = 1_080, 60_500
ANSWER_MS = 2_000
"""A call whose answer will be told of is taken to be on its way for at most so long."""
MARGIN_PER_SECOND = 1
"""Calls that are allowed one after the other can still arrive together."""

KEPT_PER_SECOND = 1
KEPT_PER_MINUTE = 20
"""What only people who wait may use."""

# KEYS: requests, batches, pause. A call's score is the moment it is counted from, which is to come
# for one that is on its way. ARGV: how many are wanted, a name for them, are they batches; per
# second, per minute, batches per minute; second window, minute window; how many are worth waiting
# for; how long the calls will be on their way. Takes as many of the wanted calls as there are.
# Answers how many it took, how many calls and how many batches there were, and the milliseconds
# until so many are there as are worth waiting for. The time is Redis' own: hosts may disagree.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local wanted, name, batch = tonumber(ARGV[1]), ARGV[2], ARGV[3] == '1'
local second, minute, worth = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local paused = redis.call('PTTL', KEYS[3])
if paused > 0 then return {0, 0, 0, paused} end
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - minute)
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, now - minute)
local function room(key, window, limit, worth)
  local left = limit - redis.call('ZCOUNT', key, now - window + 1, '+inf')
  worth = math.min(worth, limit)
  if limit < 1 then return 0, window end
  if left >= worth then return left, 0 end
  local last = redis.call('ZREVRANGE', key, limit - worth, limit - worth, 'WITHSCORES')
  return math.max(0, left), math.max(1, tonumber(last[2]) + window - now)
end
local in_second, wait_second = room(KEYS[1], second, tonumber(ARGV[4]), worth)
local in_minute, wait_minute = room(KEYS[1], minute, tonumber(ARGV[5]), worth)
local batches, wait_batch = room(KEYS[2], minute, tonumber(ARGV[6]), 1)
local calls, wait = math.min(in_second, in_minute), math.max(wait_second, wait_minute)
batches = math.min(batches, calls)
if batch then wait = math.max(wait, wait_batch) end
local taken = math.min(wanted, batch and batches or calls)
for number = 1, taken do
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[10]), name .. number)
  if batch then redis.call('ZADD', KEYS[2], now + tonumber(ARGV[10]), name .. number) end
end
if taken > 0 then
  redis.call('PEXPIRE', KEYS[1], minute * 2)
  redis.call('PEXPIRE', KEYS[2], minute * 2)
end
return {taken, calls, batches, wait}
"""


# KEYS: requests, batches. ARGV: the names of calls that are back.
_BACK = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
for _, name in ipairs(ARGV) do
  redis.call('ZADD', KEYS[1], 'XX', 'LT', now, name)
  redis.call('ZADD', KEYS[2], 'XX', 'LT', now, name)
end
"""


@dataclass(frozen=True)
class Allowance:
    """How many calls a company takes."""

    per_second: int = 10
    per_minute: int = 500
    batches_per_minute: int = 40


@dataclass(frozen=True)
class Room:
    """What there is of the budget at this moment. A batch is a call, too."""

    calls: int
    batches: int
    wait_s: float
    """Until there are so many calls as are worth waiting for; 0 when there are."""


class Budget:
    """Permission to call one company. Raises redis.RedisError when Redis cannot be asked."""

    def __init__(self, redis: Redis, realm_id: str, allowance: Allowance):
        self._redis = redis
        self._script, self._back = redis.register_script(_TAKE), redis.register_script(_BACK)
        self._allowance = allowance
        self._keys = [f"cuadra:budget:{realm_id}:{part}" for part in ("calls", "batches", "pause")]

    def room(self, worth: int = 1, *, hurry: bool = False) -> Room:
        """Look, and take nothing. ``worth`` is how many calls are worth waiting for, at most a
        second's."""
        _taken, calls, batches, wait_ms = self._ask(0, SINGLE, hurry, worth)
        return Room(calls, batches, wait_ms / 1000)

    def take_some(self, count: int, what: str = SINGLE, *, hurry: bool = False) -> list[str]:
        """Take so many calls, or as many as there are: their names, for ``answered``."""
        if not count:
            return []
        name = uuid.uuid4().hex
        taken = self._ask(count, what, hurry, name=name, on_way_ms=ANSWER_MS)[0]
        return [f"{name}{number}" for number in range(1, taken + 1)]

    def answered(self, names: Sequence[str]) -> None:
        """These calls have certainly arrived over there."""
        if names:
            self._back(keys=self._keys[:2], args=list(names))

    def ask(self, what: str = SINGLE, *, hurry: bool = False) -> float:
        """Take one call if there is one: 0.0, else the seconds until it is worth asking again."""
        taken, _calls, _batches, wait_ms = self._ask(1, what, hurry)
        return 0.0 if taken else wait_ms / 1000

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

    def _ask(
        self,
        wanted: int,
        what: str,
        hurry: bool,
        worth: int = 1,
        name: str = "",
        on_way_ms: int = 0,
    ) -> tuple[int, int, int, int]:
        kept_second = MARGIN_PER_SECOND + (0 if hurry else KEPT_PER_SECOND)
        kept_minute = 0 if hurry else KEPT_PER_MINUTE
        allowed = self._allowance
        said = self._script(
            keys=self._keys,
            args=[
                wanted,
                name or uuid.uuid4().hex,
                int(what == BATCH),
                max(1, allowed.per_second - kept_second),
                max(1, allowed.per_minute - kept_minute),
                allowed.batches_per_minute,
                SECOND_MS,
                MINUTE_MS,
                worth,
                on_way_ms,
            ],
        )
        taken, calls, batches, wait_ms = (int(number) for number in said)
        return taken, calls, batches, wait_ms
