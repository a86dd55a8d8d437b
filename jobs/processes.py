"""How several children are kept running, heard, and ended, in one thread."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

from jobs.child import Child, Launch, Says
from jobs.plan import CannotStart
from jobs.reaper import Reaper
from webapp.embedded_redis import RedisDidNotStart

TURN_S = 0.2
STOP_TIMEOUT_S = 10.0


class Stopped(Exception):
    """A person, or the end of the caller, asked for the end."""


class Processes:
    """The children of one supervisor. ``says`` is given what a person should see, by whom."""

    def __init__(self, logs: Path, says: Says, stop_with_parent: bool):
        self._logs = logs
        self._says = says
        self._children: list[Child] = []
        self._parent = os.getppid() if stop_with_parent else None
        self._requests = 0
        self._reaper = Reaper()

    def request_stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """A signal's handler; after a second request nobody waits for work in hand."""
        self._requests += 1

    def add(self, name: str, launch: Launch, confidant: bool = False) -> Child:
        """Start a process that is meant to stay."""
        return self._start(Child(name, launch, self._logs, self._says, confidant))

    def wait(self, child: Child, condition: Callable[[], bool], timeout_s: float) -> None:
        """Turn until the condition holds. Raises CannotStart when the child ends, Stopped."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            self.turn()
            if not child.running:
                raise CannotStart(self._farewell(child, child.finish()))
            if time.monotonic() > deadline:
                raise CannotStart(f"{child.name} is not ready after {timeout_s:.0f} s.")

    def run(self, name: str, launch: Launch, timeout_s: float) -> None:
        """A command that ends by itself, quietly. Raises CannotStart when it fails, Stopped."""
        step = self._start(Child(name, launch, self._logs, says=lambda _name, _line: None))
        deadline = time.monotonic() + timeout_s
        while step.running:
            self.turn()
            if time.monotonic() > deadline:
                step.signal(signal.SIGKILL)
        code = step.finish()
        self._children.remove(step)
        self._tell_reaper()
        if code:
            raise CannotStart(self._farewell(step, code))

    def keep_running(self) -> None:
        """From now on, start again what ends. Raises Stopped."""
        while True:
            self.turn()
            for child in self._children:
                self._revive(child)

    def turn(self) -> None:
        """Wait a moment for words and pass them on. Raises Stopped."""
        self._listen()
        if self._requests or (self._parent is not None and os.getppid() != self._parent):
            raise Stopped

    def end(self, names: Iterable[str]) -> None:
        """End these together: asked first, killed when they take too long."""
        ending = [child for child in self._children if child.name in names and child.process]
        for child in ending:
            child.signal(signal.SIGTERM)
        asked = self._requests
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while any(child.running for child in ending):
            self._listen()
            if time.monotonic() > deadline or self._requests > asked:
                for child in ending:
                    child.signal(signal.SIGKILL)
        for child in ending:
            child.finish()
            self._children.remove(child)
        self._tell_reaper()

    def end_all(self, last: Iterable[str]) -> None:
        """End everything: those named ``last`` after the others, one by one."""
        later = list(last)
        self.end([child.name for child in self._children if child.name not in later])
        for name in later:
            self.end([name])
        self._reaper.dismiss()

    def _start(self, child: Child) -> Child:
        self._children.append(child)
        child.start()
        self._tell_reaper()
        return child

    def _listen(self) -> None:
        outputs = {child.output: child for child in self._children if child.output is not None}
        for output in select.select(list(outputs), [], [], TURN_S)[0]:
            outputs[output].listen()

    def _revive(self, child: Child) -> None:
        if child.process and not child.running:
            farewell = self._farewell(child, child.finish())
            self._says(child.name, f"{farewell} It starts again in {child.plan_restart():.1f} s.")
            self._tell_reaper()
        if child.starts_at is not None and time.monotonic() >= child.starts_at:
            self._start_again(child)

    def _start_again(self, child: Child) -> None:
        try:
            child.start()
        except (OSError, RedisDidNotStart) as error:
            self._says(child.name, f"{error} The next try is in {child.plan_restart():.1f} s.")
        self._tell_reaper()

    def _farewell(self, child: Child, code: int) -> str:
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        said = f" ({child.last_line})" if child.last_line else ""
        return f"{child.name} {how}{said}; see {self._logs / child.name}.log."

    def _tell_reaper(self) -> None:
        self._reaper.watch(child.process.pid for child in self._children if child.process)
