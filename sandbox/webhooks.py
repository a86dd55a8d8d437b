"""What does QuickBooks tell the app, and is it told again if it did not listen?

Events of a moment go out together. Each address has its own queue: later deliveries wait behind
one that failed. Retry times: Intuit's webhooks page, early 2026. Delivery runs on real time, not
the moved clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import h11

from sandbox import notices
from sandbox.clock import Clock, zulu
from sandbox.entities import ENTITIES
from sandbox.notices import Notice
from sandbox.outgoing import post
from sandbox.records import Event
from sandbox.switches import Switches

ANSWER_WITHIN_S = 3.0
RETRY_AFTER_S = (10, 20, 30, 300, 1200, 7200, 14_400, 21_600)
LOG_LENGTH = 5_000
PAUSE_CHECK_S = 0.1


@dataclass
class Delivery:
    """One body for one address, and what became of it: waiting, delivered or dropped."""

    number: int
    target: str
    body: bytes
    events: int
    state: str = "waiting"
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "target": self.target,
            "body": self.body.decode(),
            "events": self.events,
            "state": self.state,
            "attempts": self.attempts,
        }


class Webhooks:
    """Events waiting to be sent, one queue per address, and the log of deliveries."""

    def __init__(self, clock: Clock, switches: Switches, verifier_token: str) -> None:
        self.clock, self.switches, self.verifier_token = clock, switches, verifier_token
        self.targets: list[str] = []
        self.log: deque[Delivery] = deque(maxlen=LOG_LENGTH)
        self._pending: list[Notice] = []
        self._numbers = itertools.count(1)
        self._queues: dict[str, deque[Delivery]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._hurry = asyncio.Event()
        self._flush: asyncio.TimerHandle | None = None

    def add(self, realm_id: str, events: list[Event]) -> None:
        """Take note of committed changes; they leave `webhook_delay_s` seconds later."""
        if not self.targets:
            return
        wanted = [event for event in events if ENTITIES[event.entity].in_webhooks]
        telling = self.clock.now() + timedelta(seconds=self.switches.webhook_delay_s)
        at = telling if self.switches.webhook_time == "telling" else None
        self._pending += [Notice(realm_id, event, at or event.at) for event in wanted]
        if self._pending and self._flush is None:
            loop = asyncio.get_running_loop()
            self._flush = loop.call_later(self.switches.webhook_delay_s, self.flush)

    def flush(self) -> None:
        """Put what has gathered into the queues."""
        self._flush = None
        pending, self._pending = self._pending, []
        for group in self._grouped(pending):
            body = notices.body_of(
                group, self.switches.webhook_format, self.switches.webhook_merge_field
            )
            for target in self.targets:
                self.enqueue(target, body, len(group))

    def _grouped(self, pending: list[Notice]) -> list[list[Notice]]:
        """All in one body; or, shuffled, each alone and in any order."""
        if not self.switches.webhook_shuffle:
            return [pending] if pending else []
        return [[notice] for notice in random.sample(pending, len(pending))]

    def enqueue(self, target: str, body: bytes, events: int) -> None:
        """Queue a delivery, unless chance (a switch) loses it or doubles it."""
        delivery = Delivery(next(self._numbers), target, body, events)
        self.log.append(delivery)
        if random.random() * 100 < self.switches.webhook_drop_percent:
            delivery.state = "dropped"
            return
        copies = 1 + (random.random() * 100 < self.switches.webhook_duplicate_percent)
        self._queues.setdefault(target, deque()).extend([delivery] * copies)
        if target not in self._workers:
            self._workers[target] = asyncio.create_task(self._work(target))

    def resend(self, numbers: list[int] | None = None) -> int:
        """Send logged deliveries again, dropped ones included; all of them without `numbers`."""
        chosen = [d for d in list(self.log) if numbers is None or d.number in numbers]
        for delivery in chosen:
            self._queues.setdefault(delivery.target, deque()).append(delivery)
            if delivery.target not in self._workers:
                task = asyncio.create_task(self._work(delivery.target))
                self._workers[delivery.target] = task
        return len(chosen)

    def hurry(self) -> None:
        """Retry what waits now."""
        self._hurry.set()
        self._hurry = asyncio.Event()

    @property
    def waiting(self) -> int:
        return len(self._pending) + sum(len(queue) for queue in self._queues.values())

    # -- sending ------------------------------------------------------------------------------

    async def _work(self, target: str) -> None:
        queue = self._queues[target]
        while queue:
            while self.switches.webhook_paused:
                await asyncio.sleep(PAUSE_CHECK_S)
            await self._deliver(queue[0])
            queue.popleft()
        del self._workers[target]

    async def _deliver(self, delivery: Delivery) -> None:
        """Try until it is taken, or the address is no longer wanted."""
        for pause_s in itertools.chain(RETRY_AFTER_S, itertools.repeat(RETRY_AFTER_S[-1])):
            if delivery.target not in self.targets:
                delivery.state = "dropped"
                return
            if await self._attempt(delivery):
                delivery.state = "delivered"
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s * self.switches.webhook_retry_scale):
                    await self._hurry.wait()

    async def _attempt(self, delivery: Delivery) -> bool:
        now = zulu(self.clock.now())
        headers = {
            "Content-Type": "application/json",
            "intuit-signature": notices.signature(self.verifier_token, delivery.body),
            "intuit-created-time": now,
            "intuit-t-id": f"{delivery.number:08x}",
            "intuit-notification-schema-version": "0.1",
            "user-agent": "intuit_notification_server/0.1",
        }
        try:
            status = await post(delivery.target, delivery.body, headers, ANSWER_WITHIN_S)
            outcome = str(status)
        except (OSError, TimeoutError, h11.ProtocolError) as error:
            status, outcome = 0, type(error).__name__
        delivery.attempts.append({"at": now, "outcome": outcome})
        return status == 200
