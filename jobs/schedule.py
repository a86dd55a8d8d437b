"""The scheduler: ``python -m jobs.schedule``. One does the work, a second one stands by.

Its chief task is the sweep: it finds the work that Redis forgot, so that a lost hint costs seconds.
"""

from __future__ import annotations

import math
import signal
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import structlog
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from jobs import books, imports, notices, recurring, stripe
from webapp import hints, presence
from webapp.extensions import db
from webapp.imports import work
from webapp.quickbooks import figures, hearing, recovery, sweep, watchdog
from webapp.quickbooks.books import work as compare
from wsgi import app

LOCK = presence.SCHEDULER
LOCK_MS = 15_000
TICK_S = 0.5

log = structlog.get_logger(__name__)


@dataclass
class Task:
    """Something to do every so many seconds."""

    name: str
    every_s: float
    run: Callable[[], object]
    by_all: bool = False
    """Also of one who stands by or cannot ask who is in charge."""
    due: float = field(default_factory=time.monotonic)


class Scheduler:
    def __init__(self, tasks: list[Task]):
        self.tasks = tasks
        self.id = uuid.uuid4().hex
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.wait(TICK_S):
            self._run_due(self._in_charge())
        self._resign()

    def _in_charge(self) -> bool:
        """Hold the lock, or take it when its holder has gone; False while Redis cannot be asked."""
        redis = app.extensions["redis"]
        try:
            if redis.get(LOCK) == self.id.encode():
                return bool(redis.pexpire(LOCK, LOCK_MS))
            return bool(redis.set(LOCK, self.id, nx=True, px=LOCK_MS))
        except RedisError as error:
            log.warning("scheduler_without_redis", error=type(error).__name__)
            return False

    def _resign(self) -> None:
        redis = app.extensions["redis"]
        try:
            if redis.get(LOCK) == self.id.encode():
                redis.delete(LOCK)
        except RedisError:
            log.warning("scheduler_lock_left")

    def _run_due(self, in_charge: bool) -> None:
        for task in self.tasks:
            if time.monotonic() >= task.due and (in_charge or task.by_all):
                task.due = time.monotonic() + task.every_s
                self._run(task)

    def _run(self, task: Task) -> None:
        """One failing task must not stop the others; it comes round again."""
        with app.app_context():
            try:
                task.run()
            except (SQLAlchemyError, RedisError) as error:
                db.session.rollback()
                log.error("task_failed", task=task.name, error=type(error).__name__)


def tasks() -> list[Task]:
    return [
        Task("beat", recovery.BEAT_EVERY_S, recovery.beat, by_all=True),
        Task("watchdog", watchdog.EVERY_S, watchdog.watch, by_all=True),
        Task("sweep", app.config["SWEEP_EVERY_S"], sweep.sweep),
        Task("webhooks", hearing.LISTEN_EVERY_S, hearing.listen),
        Task("changes", app.config["SWEEP_EVERY_S"], hearing.call_out),
        Task("changes missed", math.inf, hearing.start),
        Task("old webhooks", hearing.TIDY_EVERY_S, hearing.tidy),
        Task("new causes", notices.NEW_CAUSES_EVERY_S, notices.new_causes),
        Task("password resets", notices.RESETS_EVERY_S, notices.password_resets),
        Task("recurring invoices", recurring.EVERY_S, recurring.queue_due),
        Task("figures", figures.EVERY_S, figures.take),
        Task("books", books.LOOK_EVERY_S, compare.queue_due),
        Task("lost imports", imports.LOOK_EVERY_S, work.queue_lost),
        Task("old previews", imports.TIDY_EVERY_S, work.tidy),
        Task("stripe", app.config["SWEEP_EVERY_S"], stripe.sweep),
        Task("old stripe events", stripe.TIDY_EVERY_S, stripe.tidy),
        Task("digests", notices.DIGESTS_EVERY_S, notices.digests),
    ]


def main() -> None:
    hints.ensure_redis(app)
    scheduler = Scheduler(tasks())

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.stop.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler.run()


if __name__ == "__main__":
    main()
