"""What the benchmarks of the sync share: an instance, a local QuickBooks, connected firms."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from flask import Flask

from bench._alone import SETTINGS
from tests.sandbox_process import SandboxProcess

NO_LIMITS = {
    "QBO_REQUESTS_PER_SECOND": 10_000,
    "QBO_REQUESTS_PER_MINUTE": 100_000,
    "QBO_BATCHES_PER_MINUTE": 10_000,
}
LOOK_EVERY_S = 0.2
SWEEP_EVERY_S = 5.0


@contextmanager
def installation(quickbooks: SandboxProcess, **settings: object) -> Iterator[Flask]:
    """A fresh database and Redis, and an application that talks to this QuickBooks.

    Settings stand in the environment while it lasts, so that child processes have them too.
    """
    from webapp import create_app, embedded_redis
    from webapp.extensions import db

    said = quickbooks.announced
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            **SETTINGS,
            "CUADRA_INSTANCE": folder,
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite'}",
            "REDIS_URL": embedded_redis.ensure(Path(folder)),
            "QBO_API_URL": said["api_url"],
            "INTUIT_DISCOVERY_URL": said["discovery_url"],
            "INTUIT_CLIENT_ID": said["client_id"],
            "INTUIT_CLIENT_SECRET": said["client_secret"],
            **{name: str(value) for name, value in settings.items()},
        }
        app = create_app({"RATELIMIT_ENABLED": False})
        with app.app_context():
            db.create_all()
        try:
            yield app
        finally:
            embedded_redis.shut_down(Path(folder))
            os.environ.clear()
            os.environ |= before


def connected_firm(app: Flask, quickbooks: SandboxProcess, name: str) -> tuple[int, str]:
    """A firm of a fresh company, set up to create its clients: its id and the realm's."""
    from webapp.extensions import db
    from webapp.models import Firm
    from webapp.quickbooks import connection

    company = quickbooks.control("companies", {"name": name})
    realm = company["realm_id"]
    quickbooks.control("preferences", {"realm": realm, "CustomTxnNumbers": True})
    with app.app_context():
        firm = Firm(name=name)
        db.session.add(firm)
        db.session.commit()
        connection.adopt(firm.id, realm, company["refresh_token"], "create")
        return firm.id, realm


def take(app: Flask, firm_id: int, items: list[dict[str, Any]]) -> None:
    """Take records in as bulk does, in transactions of 500."""
    from webapp import intake
    from webapp.extensions import db
    from webapp.models import Firm

    for start in range(0, len(items), 500):
        with app.app_context():
            firm = db.session.get_one(Firm, firm_id)
            for item in items[start : start + 500]:
                data = {name: value for name, value in item.items() if name != "kind"}
                intake.upsert(item["kind"], firm, data, hurry=False)
            db.session.commit()


def moving(firm_ids: list[int]) -> int:
    """How many entries are on their way; call it within an application context."""
    from sqlalchemy import func, select

    from webapp.extensions import db
    from webapp.models import Entry

    found = db.session.scalar(
        select(func.count()).where(
            Entry.firm_id.in_(firm_ids), Entry.state.in_(("ready", "sent", "waiting"))
        )
    )
    db.session.commit()
    return int(found or 0)


@contextmanager
def workers(app: Flask, count: int) -> Iterator[list[psutil.Process]]:
    """So many processes as in production, ready for their first hint; earlier ones are dropped."""
    redis = app.extensions["redis"]
    app.extensions["sync_queue"].empty()
    command = [sys.executable, "-m", "jobs.worker"]
    started = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(count)
    ]
    try:
        while redis.scard("rq:workers") < count:
            time.sleep(0.05)
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def hint(firm_ids: list[int]) -> None:
    """Within an application context."""
    from webapp import hints

    for firm_id in firm_ids:
        hints.taken(firm_id)
        hints.send(firm_id)


def cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


class Spent:
    """CPU seconds since it was made, of the product's processes and of the local QuickBooks."""

    def __init__(self, product: list[psutil.Process], quickbooks: SandboxProcess) -> None:
        self._product = product
        self._sandbox = [psutil.Process(quickbooks.process.pid)]
        self._before = self._now()

    def _now(self) -> tuple[float, float]:
        return cpu_s(self._product), cpu_s(self._sandbox)

    def _since(self) -> tuple[float, float]:
        (product, sandbox), (product_then, sandbox_then) = self._now(), self._before
        return product - product_then, sandbox - sandbox_then

    def sandbox_share(self) -> float:
        """How much of both the local QuickBooks took: what other figures owe to it."""
        product, sandbox = self._since()
        return round(sandbox / (sandbox + product), 3)

    def figures(self, objects: int) -> dict[str, float]:
        return {
            "cpu_ms_per_object": round(self._since()[0] / objects * 1000, 2),
            "sandbox_cpu_share": self.sandbox_share(),
        }


def wait_until_settled(firm_ids: list[int], give_up_s: float) -> None:
    """Until nothing is on its way, with the sweep that the scheduler would make; within an
    application context."""
    from webapp.quickbooks import sweep

    began = time.monotonic()
    swept = began
    while moving(firm_ids):
        time.sleep(LOOK_EVERY_S)
        if time.monotonic() - swept > SWEEP_EVERY_S:
            sweep.sweep()
            swept = time.monotonic()
        if time.monotonic() - began > give_up_s:
            raise TimeoutError(f"{moving(firm_ids)} entries are still on their way")


def work_until_settled(firm_ids: list[int], give_up_s: float) -> None:
    """Slices of each firm in turn in this process; within an application context."""
    from webapp.quickbooks import sync

    give_up = time.monotonic() + give_up_s
    while moving(firm_ids):
        more = [sync.run_slice(firm_id) for firm_id in firm_ids]  # each of them has its slice
        if not any(more):
            time.sleep(0.05)
        if time.monotonic() > give_up:
            raise TimeoutError(f"{moving(firm_ids)} entries are still on their way")
