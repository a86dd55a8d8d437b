"""Has this `requestid` been answered before, and what was the answer?

Intuit: the same id again is not executed again and gets the same response. How long that holds, what a
different body does and whether a failure is remembered are not known, so they are switches.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from sandbox import errors
from sandbox.clock import Clock
from sandbox.storage import Storage
from sandbox.switches import Switches

LONGEST, LONGEST_IN_BATCH, LONGEST_ITEM = 50, 36, 10


@dataclass(frozen=True)
class Replay:
    status: int
    body: str
    at: float
    sent: str


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
            self.answers[realm_id, requestid] = Replay(
                stored["status"], stored["body"], float(stored["at"]), stored["sent"]
            )

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

    def keep(self, realm_id: str, key: str, status: int, body: str, sent: str) -> None:
        """A success is always kept; a failure only where the switch says so."""
        if status >= 400 and not self.switches.requestid_replays_failures:
            return
        replay = Replay(status, body, self.clock.timestamp(), sent)
        self.answers[realm_id, key] = replay
        stored = {"status": status, "body": body, "at": replay.at, "sent": sent}
        self.storage.put("replay", f"{realm_id}/{key}", stored)

    def forget(self, realm_id: str) -> None:
        for realm, key in [pair for pair in self.answers if pair[0] == realm_id]:
            del self.answers[realm, key]
            self.storage.delete("replay", f"{realm}/{key}")
