"""Where can a test end this process, to see that nothing is lost?

``CUADRA_FAILPOINT=name[/about][:nth[:action]]`` names one of the points that the code passes: the
``nth`` time (the first unless told) that ``name`` is reached for ``about`` (a kind or an entity;
any unless told), ``action`` happens: ``kill`` (the default) as a power cut does, ``stop`` as a host
that hangs. Unset, as everywhere but in tests, a point costs one comparison.

    begun                  a transaction that is about to write a record
    row, outbox            a record, then its entry, written but not committed
    committed, hinted      before and after the hint that follows the commit
    claimed                entries taken up
    planned, composed      their requests made, then noted as sent, both before the commit
    marked                 after it, before the call
    sending, answered      around the HTTP call
    asked                  between them, once an invoice's number was asked about
    settling, settled      an answer written down, before and after its commit
    looking, looked        around the look-up of an unknown outcome, the second before its commit
    rotated                new tokens in hand, not stored
    released               the slice is done, its lease not given back
"""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass, field

_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


@dataclass
class _Point:
    name: str
    about: str
    nth: int
    signal: signal.Signals
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self, name: str, about: str) -> None:
        if name != self.name or self.about not in ("", about):
            return
        with self._lock:
            self.nth -= 1
            if self.nth == 0:
                os.kill(os.getpid(), self.signal)
                time.sleep(0.5)  # it may take effect a moment later, by way of another thread


_armed: _Point | None = None


def arm(wanted: str) -> None:
    """Watch for one point from now on; an empty text disarms. Raises ValueError, KeyError."""
    global _armed
    point, _, rest = wanted.partition(":")
    nth, _, action = rest.partition(":")
    name, _, about = point.partition("/")
    _armed = _Point(name, about, int(nth or 1), _SIGNALS[action or "kill"]) if name else None


def reach(name: str, about: str = "") -> None:
    """The code is at this point."""
    if _armed is not None:
        _armed.pass_by(name, about)


arm(os.environ.get("CUADRA_FAILPOINT", ""))
