"""One process under the supervisor: how it starts, what it says, how it ends.

Each has a session of its own, so that Ctrl-C reaches the supervisor alone and a whole group can be
ended at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import logging.handlers
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
LOG_BYTES = 5_000_000
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
SETTLED_AFTER_S = 30.0
IMPORTANT = re.compile(
    r"""\[(warning|error|critical)\s*\]        # gunicorn, structlog's console
      | "level":\s*"(warning|error|critical)"  # structlog's JSON
      | ^(warning|error|critical)\b""",
    re.IGNORECASE | re.VERBOSE,
)

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


Launch = Callable[[], subprocess.Popen[bytes]]
Says = Callable[[str, str], None]
ROOT = Path(__file__).resolve().parent.parent


def popen_options(environ: Mapping[str, str]) -> dict[str, Any]:
    """A session of its own, a pipe for its words, and on Linux an end when the supervisor ends."""
    supervisor = os.getpid()

    def die_with_the_supervisor() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != supervisor:
                os._exit(1)

    return {
        "cwd": ROOT,
        "env": dict(environ),
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "start_new_session": True,
        "preexec_fn": die_with_the_supervisor,
    }


def launcher(command: Sequence[str], environ: Mapping[str, str]) -> Launch:
    """Starts ``python -m command…`` each time it is called."""
    line = [sys.executable, "-m", *command]
    return lambda: subprocess.Popen(line, **popen_options(environ))  # noqa: S603 - our own words


class Child:
    """``launch`` starts the process; ``says`` is given each line that a person should see.

    A process whose first line holds secrets is a ``confidant``: that line is not logged.
    """

    def __init__(self, name: str, launch: Launch, logs: Path, says: Says, confidant: bool = False):
        self.name = name
        self.first_line = ""
        self.last_line = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.starts_at: float | None = None
        """When to start again, on the monotonic clock."""
        self._launch = launch
        self._confidant = confidant
        self._says = says
        self._began_at = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._unfinished = b""
        self._log = logging.handlers.RotatingFileHandler(
            logs / f"{name}.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"
        )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def output(self) -> int | None:
        """The file descriptor to wait on, until the process has closed its end."""
        stdout = self.process.stdout if self.process else None
        return None if stdout is None or stdout.closed else stdout.fileno()

    def start(self) -> None:
        self.first_line = self.last_line = ""
        self._began_at = time.monotonic()
        self.starts_at = None
        self.process = self._launch()
        assert self.output is not None
        os.set_blocking(self.output, False)

    def listen(self) -> None:
        """Take what the process has said since; every line to its log, some to the terminal."""
        with contextlib.suppress(BlockingIOError):
            while self.output is not None:
                chunk = os.read(self.output, 65536)
                if not chunk:
                    self._close()
                self._take(chunk)

    def finish(self) -> int:
        """After the end of its leader: end what is left of the group, close the pipe.

        Returns the exit code, negative for a signal.
        """
        assert self.process is not None
        code = self.process.wait()
        self.signal(signal.SIGKILL)
        self.listen()
        self._take(b"\n")
        self._close()
        self.process = None
        return code

    def plan_restart(self) -> float:
        """When to start again: soon, then ever later while it keeps failing. Returns the pause."""
        if time.monotonic() - self._began_at > SETTLED_AFTER_S:
            self._pause_s = FIRST_PAUSE_S
        pause = self._pause_s
        self.starts_at = time.monotonic() + pause
        self._pause_s = min(pause * 2, LONGEST_PAUSE_S)
        return pause

    def signal(self, number: int) -> None:
        """To the whole group; macOS refuses it for one that has only just ended."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def _take(self, chunk: bytes) -> None:
        *lines, self._unfinished = (self._unfinished + chunk).split(b"\n")
        for line in lines:
            self._hear(line.decode(errors="replace").rstrip())

    def _close(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def _hear(self, line: str) -> None:
        if not line:
            return
        if not self.first_line:
            self.first_line = line
            if self._confidant:
                return
        self.last_line = line
        self._log.emit(logging.LogRecord(self.name, logging.INFO, "", 0, line, None, None))
        if IMPORTANT.search(line):
            self._says(self.name, line)
