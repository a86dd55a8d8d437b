"""The application listening for webhooks on a real address, and the jobs that follow from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.quickbooks.office import Office
from tests.sandbox_process import SandboxProcess
from webapp.extensions import db
from webapp.models import Connection, UnreadWebhook, WebhookEvent
from webapp.quickbooks import hearing, reading

SOON_S = 30.0
"""Generous: it only ends what would never come, also on a busy machine."""


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def listening(app: Flask, sandbox: SandboxProcess) -> Iterator[str]:
    """The application's address, announced to the sandbox as where webhooks go."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/webhooks/intuit"
    sandbox.control("webhooks", {"targets": [address]})
    try:
        yield address
    finally:
        sandbox.control("webhooks", {"targets": []})
        sandbox.control("webhooks/hurry", {})
        server.shutdown()


def wait_until(true: Callable[[], object], within_s: float = SOON_S) -> None:
    ends = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends, "it did not come true"
        time.sleep(0.02)


def delivered(office: Office) -> None:
    """Wait until QuickBooks has told all it has to tell."""
    time.sleep(0.12)  # longer than the sandbox gathers
    wait_until(lambda: office.sandbox.control("webhooks")["waiting"] == 0)


def hear(office: Office) -> None:
    """What the scheduler and a worker do once webhooks have come."""
    delivered(office)
    listen(office)
    act(office)


def listen(office: Office) -> None:
    """The scheduler's part: look at the events, their gathering time over."""
    with office.database():
        for event in db.session.scalars(
            select(WebhookEvent).where(WebhookEvent.looked_at.is_(None))
        ):
            event.received_at -= timedelta(seconds=10)
        db.session.commit()
        hearing.listen()


def act(office: Office) -> None:
    """The worker's part: a slice, the changes, and what follows from them."""
    office.work()
    with office.database():
        reading.catch_up(office.firm_id)
    office.work()


def poll(office: Office) -> None:
    """The period is over without a word: change data capture is asked."""
    with office.database():
        connection = Connection.of(office.firm_id)
        assert connection.changes_read_to is not None
        connection.changes_due_at = None
        connection.changes_read_to -= timedelta(hours=7)
        db.session.commit()
    act(office)


def read_count(office: Office) -> int:
    """Metered calls so far, of every company."""
    counted: dict[str, int] = office.sandbox.control("counters")["kinds"]
    return counted.get("read", 0)


def events_kept(office: Office) -> int:
    with office.database():
        return db.session.scalar(select(func.count()).select_from(WebhookEvent)) or 0


def set_aside(office: Office) -> int:
    with office.database():
        return db.session.scalar(select(func.count()).select_from(UnreadWebhook)) or 0
