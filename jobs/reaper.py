"""Who ends the processes when the supervisor itself is killed?

This one: it reads the supervisor's list of process groups, a line at a time, and when the pipe
closes it ends those of the last line. An orderly stop leaves an empty line. On Linux the children
also ask the kernel for a signal, which does not reach their own children.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GRACE_S = 1.5


class Reaper:
    """The supervisor's end of the pipe."""

    def __init__(self) -> None:
        self._process = self._launch()
        self._told: list[int] = []

    def watch(self, groups: Iterable[int]) -> None:
        """Replace the list. A reaper that was killed is started again."""
        wanted = sorted(groups)
        if wanted != self._told or self._process.poll() is not None:
            if self._process.poll() is not None:
                self._process = self._launch()
            self._told = wanted
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(f"{' '.join(map(str, wanted))}\n".encode())
                self._process.stdin.flush()

    def dismiss(self) -> None:
        self.watch([])
        self._process.communicate()

    def _launch(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "jobs.reaper"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )


def main() -> None:
    """Wait for the end of the supervisor, then ask, and a moment later insist."""
    last = ""
    for line in sys.stdin:
        last = line
    groups = [int(word) for word in last.split()]
    _signal(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while time.monotonic() < deadline and any(_alive(group) for group in groups):
        time.sleep(0.05)
    _signal(groups, signal.SIGKILL)


def _signal(groups: Iterable[int], number: int) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
