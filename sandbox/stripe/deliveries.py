"""How does Stripe send its events? Signed anew at each try, each event alone, again until answered.

Stripe: "Verify webhook signatures manually". Tries are seconds apart here, not hours.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections import Counter
from typing import Any

import h11

from sandbox import wire
from sandbox.outgoing import post
from sandbox.stripe.account import Account
from sandbox.stripe.shapes import Body

ANSWER_WITHIN_S = 10.0
RETRY_AFTER_S = (0.5, 1.0, 2.0, 4.0, 8.0)


def signature(secret: str, body: bytes, timestamp: int) -> str:
    signed = str(timestamp).encode() + b"." + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


class Deliveries:
    """What is on its way, and what was answered."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        return len(self._tasks)

    def send(self, account: Account, events: list[Body]) -> None:
        """One after the other, in this order."""
        if events and account.target:
            task = asyncio.create_task(self._send_all(account, events))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send_all(self, account: Account, events: list[Body]) -> None:
        for event in events:
            await self._send(account, wire.dump_bytes(event))

    async def _send(self, account: Account, body: bytes) -> None:
        for pause_s in (*RETRY_AFTER_S, None):
            answer = await self._attempt(account, body)
            self.answers[answer] += 1
            if answer.startswith("2") or pause_s is None:
                return
            await asyncio.sleep(pause_s)

    async def _attempt(self, account: Account, body: bytes) -> str:
        headers: dict[str, Any] = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(account.webhook_secret, body, int(time.time())),
        }
        try:
            return str(await post(account.target, body, headers, ANSWER_WITHIN_S))
        except (OSError, TimeoutError, h11.ProtocolError) as error:
            return type(error).__name__
