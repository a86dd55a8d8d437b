"""How does a process that nobody watches leave the CPU to the web on the same machine?"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_AUTOGROUP = Path("/proc/self/autogroup")


def stand_back(by: int) -> None:
    """Run at a nice value so much higher, for the rest of this process.

    Linux may weigh whole sessions against each other before the processes in them (sched(7), "The
    autogroup feature"). Where the session is this process's own, it stands back, too.
    """
    os.nice(by)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # another system, or a kernel without it
            _AUTOGROUP.write_text(str(os.nice(0)))
