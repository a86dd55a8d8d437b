"""What goes wrong while programs run: they are killed or hang, Redis forgets, the wire breaks."""

from __future__ import annotations

import collections
import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from flask import Flask
from redis import RedisError

from tests.faults.life import MISHAPS, WRITES
from tests.quickbooks.office import Office
from webapp import embedded_redis

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("jobs.schedule", "jobs.worker", "jobs.worker")
WORKERS = (1, 2)
"""Their places among PROGRAMS."""
FAULT_EVERY_S = 3.0
STARTS_BETWEEN_FAULTS = 1.5
"""A busy machine starts programs slowly: killed at the same pace, they would never get to work."""
LEASE_S = 2.0


class Programs:
    """A scheduler and two workers that never stay away for long."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", "import wsgi"], cwd=ROOT, check=True)
        self.start_s = time.monotonic() - began
        """How long a program takes here until it can work."""
        self._running: list[subprocess.Popen[bytes]] = [self._start(name) for name in PROGRAMS]

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", name], cwd=ROOT, stdout=self._log, stderr=self._log
        )

    def revive(self) -> None:
        for place, name in enumerate(PROGRAMS):
            if self._running[place].poll() is not None:
                self._running[place] = self._start(name)

    def signal(self, place: int, number: signal.Signals) -> None:
        self._running[place].send_signal(number)

    def end(self) -> None:
        for process in self._running:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


class Chaos(threading.Thread):
    """Something goes wrong every few seconds, and what died comes back."""

    def __init__(
        self, app: Flask, instance: Path, offices: list[Office], programs: Programs, seed: int
    ):
        super().__init__(name="chaos")
        self.app, self.instance, self.offices, self.programs = app, instance, offices, programs
        self.random = random.Random(seed)
        self.over = threading.Event()
        self.done: collections.Counter[str] = collections.Counter()

    def run(self) -> None:
        acts = (
            self.kill_a_program,
            self.kill_a_worker,
            self.hang_a_worker,
            self.spoil_a_write,
            self.spoil_a_write,
            self.spoil_a_batch,
            self.spoil_any_call,
            self.expire_tokens,
            self.make_redis_forget,
            self.kill_redis,
        )
        due = time.monotonic()
        every_s = max(FAULT_EVERY_S, STARTS_BETWEEN_FAULTS * self.programs.start_s)
        while not self.over.wait(0.2):
            self.programs.revive()
            if time.monotonic() > due:
                due += every_s
                act = self.random.choice(acts)
                with contextlib.suppress(RedisError):  # on its way back from the last time
                    act()
                self.done[act.__name__] += 1

    def kill_a_program(self) -> None:
        self.programs.signal(self.random.randrange(len(PROGRAMS)), signal.SIGKILL)

    def kill_a_worker(self) -> None:
        self.programs.signal(self.random.choice(WORKERS), signal.SIGKILL)

    def hang_a_worker(self) -> None:
        place = self.random.choice(WORKERS)
        self.programs.signal(place, signal.SIGSTOP)
        time.sleep(LEASE_S + 1)
        self.programs.signal(place, signal.SIGCONT)

    def spoil_a_write(self) -> None:
        office, mishap = self.random.choice(self.offices), self.random.choice(MISHAPS)
        office.fault(**mishap, entity=self.random.choice(WRITES), method="POST")

    def spoil_a_batch(self) -> None:
        office = self.random.choice(self.offices)
        office.fault(**self.random.choice(MISHAPS), operation="batch")

    def spoil_any_call(self) -> None:
        self.random.choice(self.offices).fault(**self.random.choice(MISHAPS))

    def expire_tokens(self) -> None:
        self.random.choice(self.offices).control("expire-access-tokens")

    def make_redis_forget(self) -> None:
        self.app.extensions["redis"].flushall()

    def kill_redis(self) -> None:
        server = self.app.extensions["redis"].info("server")["process_id"]
        os.kill(int(server), signal.SIGKILL)
        time.sleep(1)
        embedded_redis.ensure(self.instance)
