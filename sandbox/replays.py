"""Has this `requestid` been answered before, and what was the answer?

Intuit: the same id again is not executed again and gets the same response. How long that holds,
what a different body does and whether a failure is remembered are not known, so they are
switches.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from sandbox import errors
from sandbox.clock import Clock
from sandbox.errors import Refusal
from sandbox.storage import Storage
from sandbox.switches import Switches

LONGEST, LONGEST_IN_BATCH, LONGEST_ITEM = 50, 36, 10


@dataclass(frozen=True)
class Replay:
    """A first answer: its text, or the refusal's fields."""

    body: str
    at: float
    sent: str
    refusal: dict[str, Any] | None = None

    def body_or_refusal(self) -> str:
        """Raises the Refusal again if that was the answer."""
        if self.refusal is not None:
            raise Refusal(**self.refusal)
        return self.body


def fingerprint(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "replace") if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()[:24]


class Replays:
    """First answers by (realm, key), and the keys that are being worked on."""

    def __init__(self, storage: Storage, clock: Clock, switches: Switches) -> None:
        self.storage, self.clock, self.switches = storage, clock, switches
        self.answers: dict[tuple[str, str], Replay] = {}
        self.in_flight: dict[tuple[str, str], asyncio.Future[None]] = {}
        for key, stored in storage.all("replay"):
            realm_id, _, requestid = key.partition("/")
            stored["at"] = float(stored["at"])
            self.answers[realm_id, requestid] = Replay(**stored)

    def find(self, realm_id: str, key: str, sent: str) -> Replay | None:
        """Raises Refusal 600 if the key came with another body and the switch says to refuse."""
        replay = self.answers.get((realm_id, key))
        if replay is None:
            return None
        if self.clock.timestamp() - replay.at > self.switches.requestid_lasts_s:
            return None
        if replay.sent != sent and self.switches.requestid_other_body == "refuse":
            raise errors.duplicate_request()
        return replay

    def keep(self, realm_id: str, key: str, body: str, sent: str) -> None:
        """Remember a success."""
        self._keep(realm_id, key, Replay(body, self.clock.timestamp(), sent))

    def keep_refusal(self, realm_id: str, key: str, refusal: Refusal, sent: str) -> None:
        """A failure is remembered only where the switch says so."""
        if self.switches.requestid_replays_failures:
            replay = Replay("", self.clock.timestamp(), sent, asdict(refusal))
            self._keep(realm_id, key, replay)

    def _keep(self, realm_id: str, key: str, replay: Replay) -> None:
        self.answers[realm_id, key] = replay
        self.storage.put("replay", f"{realm_id}/{key}", lambda: vars(replay))

    def forget(self, realm_id: str) -> None:
        for realm, key in [pair for pair in self.answers if pair[0] == realm_id]:
            del self.answers[realm, key]
            self.storage.delete("replay", f"{realm}/{key}")
