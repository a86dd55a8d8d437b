"""Has a company used up its requests?

Intuit: 500 a minute per realm, 10 a second and 40 batches a minute per realm and app, 120 batches
a minute per realm. There is one app here, so the two kinds of batch limit share their count.
"""

from __future__ import annotations

from collections import defaultdict, deque

from sandbox.clock import Clock
from sandbox.errors import Refusal, throttled
from sandbox.switches import Switches


class Limits:
    """Sliding windows of the times of admitted requests, in seconds."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.clock, self.switches = clock, switches
        self._windows: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def admit(self, realm_id: str, is_batch: bool) -> Refusal | None:
        """Count the request, or say that it is one too many; a refused one is not counted."""
        if not self.switches.limits:
            return None
        now = self.clock.timestamp()
        rules = [
            ("second", 1.0, self.switches.requests_per_second),
            ("minute", 60.0, self.switches.requests_per_minute),
        ]
        if is_batch:
            batches = min(self.switches.batches_per_minute, self.switches.batches_per_minute_realm)
            rules.append(("batch", 60.0, batches))
        windows = [(self._windows[realm_id, name], span, most) for name, span, most in rules]
        for window, span, most in windows:
            while window and window[0] <= now - span:
                window.popleft()
            if len(window) >= most:
                return throttled()
        for window, _, _ in windows:
            window.append(now)
        return None

    def clear(self) -> None:
        self._windows.clear()
