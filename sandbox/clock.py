"""What time is it in the sandbox, and how is that written on the wire?

Time is UTC inside. Intuit's samples carry Pacific offsets, so the wire does too. Tests move the
clock forward instead of waiting for a day to pass.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


class Clock:
    """The real time plus however far a test has moved it."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.offset_s, UTC)

    def timestamp(self) -> float:
        """Seconds since the epoch, moved clock included."""
        return time.time() + self.offset_s

    def advance(self, seconds: float) -> None:
        self.offset_s += seconds

    def today(self) -> date:
        """The company's day, which is Pacific here."""
        return self.now().astimezone(PACIFIC).date()


@lru_cache(maxsize=4096)
def stamp(moment: datetime) -> str:
    """`2026-11-20T09:14:02-08:00`, as in `MetaData`: whole seconds and an offset."""
    return moment.astimezone(PACIFIC).isoformat(timespec="seconds")


def stamp_ms(moment: datetime) -> str:
    """`2026-11-20T09:14:02.117-08:00`, as in the outer `time`."""
    return moment.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def zulu(moment: datetime) -> str:
    """`2026-11-20T17:14:02.117Z`, as in webhooks."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_moment(text: str) -> datetime | None:
    """A date or a date-time; without an offset it is Pacific. None if it is neither."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)


def whole_seconds(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=moment.microsecond)
