"""What does QuickBooks tell the app, and is it told again if it did not listen?

Signed as Intuit signs (base64 of HMAC-SHA256 of the raw body), in either of its two shapes. Later events
wait behind one that failed.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox.clock import Clock
from sandbox.company import Event
from sandbox.switches import Switches


class Webhooks:
    """Events waiting for delivery, and the log of what was delivered."""

    def __init__(self, clock: Clock, switches: Switches, verifier_token: str) -> None:
        self.clock, self.switches, self.verifier_token = clock, switches, verifier_token
        self.targets: list[str] = []
        self.log: list[dict[str, Any]] = []

    def add(self, realm_id: str, events: list[Event]) -> None:
        """Delivery is the next slice of this file."""

    async def deliver_for_ever(self) -> None:
        await asyncio.Event().wait()
