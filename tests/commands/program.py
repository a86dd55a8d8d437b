"""The program as a person runs it: real processes, on ports and in a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
READY = "Cuadra is ready"
START_TIMEOUT_S = 120.0
END_TIMEOUT_S = 20.0
# What tests/conftest.py and a developer's shell set must not reach the program.
OURS = ("INTUIT_", "QBO_", "SECRET_KEY", "TOKEN_KEYS", "REDIS_URL", "DATABASE_URL", "PUBLIC_URL")


class Program:
    """One instance: its folder, its ports, and whichever supervisor runs on it."""

    def __init__(self, instance: Path, root: Path = ROOT):
        self.instance = instance
        self.root = root
        self.port, self.sandbox_port = free_ports(2)
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environ(self, **settings: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        return {
            **kept,
            "CUADRA_INSTANCE": str(self.instance),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            **settings,
        }

    def run(self, *module: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """``python -m module…`` to its end, in the folder of the code."""
        return subprocess.run(
            [sys.executable, "-m", *module],
            cwd=self.root,
            env=self.environ(**settings),
            capture_output=True,
            text=True,
            timeout=START_TIMEOUT_S,
            check=False,
        )

    def start(self, *command: str, **settings: str) -> float:
        """Start it and wait until it is ready. Returns the seconds that took."""
        began = time.monotonic()
        self.begin(*command, **settings)
        self.wait_for_line(READY)
        return time.monotonic() - began

    def begin(self, *command: str, **settings: str) -> None:
        """Start it, and do not wait."""
        self.lines = []
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "jobs.supervisor"],
            cwd=self.root,
            env=self.environ(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def wait_for_line(self, words: str) -> None:
        wait_until(lambda: self._said(words) or self._ended(), START_TIMEOUT_S)
        assert self._said(words), "".join(self.lines)

    def signal(self, number: int) -> int:
        """Send it to the supervisor alone, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(END_TIMEOUT_S)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:
            return str(answer.read().decode())

    def processes(self, words: str = "") -> list[psutil.Process]:
        """Those that belong to this instance, and whose command holds the words."""
        return [process for process in psutil.process_iter() if self._is_ours(process, words)]

    def wait_until_gone(self) -> None:
        wait_until(lambda: not self.processes(), END_TIMEOUT_S)
        assert not self.processes()

    def kill_everything(self) -> None:
        for process in self.processes():
            process.kill()

    def _is_ours(self, process: psutil.Process, words: str) -> bool:
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                return False
            command = " ".join(process.cmdline())
            # Redis writes its title, which names its socket, over its environment.
            belongs = process.environ().get("CUADRA_INSTANCE") == str(self.instance)
            return (belongs or f"{self.instance}/redis" in command) and words in command
        except psutil.Error:
            return False

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line)

    def _said(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


@contextmanager
def program(instance: Path, root: Path = ROOT) -> Iterator[Program]:
    """Nothing of it runs any more after the block, whatever happened inside."""
    running = Program(instance, root)
    try:
        yield running
    finally:
        running.kill_everything()


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def wait_until(condition: Callable[[], object], timeout_s: float) -> None:
    """Returns at the latest when the time is over; the caller asserts."""
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
