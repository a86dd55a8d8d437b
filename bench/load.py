"""Are pages quick, and is memory flat, in a large installation that syncs all the while?

    make bench ONLY=load

On PostgreSQL stand 1,000 firms with 100,000 invoices and 5,000 open issues (``SCALE`` makes it
less), a tenth of them one firm's. Beside them ``SYNCING`` (20) connected firms keep being given
invoices, ``RATE`` (5) a second in all, which two workers copy into the local QuickBooks. Owners
open pages, ``PAGES`` (10) a second, for ``SECONDS`` (60; the target is 1,800), first while nothing
syncs, for a quarter of that time. The peer is the same program at rest: ``sync_costs`` is the 95th
percentile while syncing as a multiple of that at rest; ``web_cpu_ms_per_page`` does not depend on
what else the machine is doing; ``memory_growth`` is the processes' memory at
the end as a multiple of that after a quarter of the time. ``machine_busy`` says how much of all
cores was in use meanwhile, by whomever: near 1, the times are those of a machine that has too much
to do.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from bench import _crowd, _local
from bench._crowd import Crowd
from bench.webhooks import web_process
from tests.postgres import any_server, fresh_database
from tests.sandbox_process import SandboxProcess

TARGET_P95_MS = 200
QUICKBOOKS_PAGE = "/settings/integrations/quickbooks"
PATHS = (
    QUICKBOOKS_PAGE,
    f"{QUICKBOOKS_PAGE}/errors/invoices",
    f"{QUICKBOOKS_PAGE}/errors/accounts",
    "/invoices",
    "/accounts",
    "/payments",
    "/notifications",
)
READERS = 4
BIG_FIRM_SHARE = 0.3
"""So many of the pages are the big firm's, whose pages are the slowest."""
DAY = "2026-11-20"


@dataclass
class Measured:
    """How long each page took, in milliseconds, by path; and what did not answer 200."""

    times: dict[str, list[float]] = field(default_factory=dict)
    refused: int = 0

    def percentile(self, share: float, path: str | None = None) -> float:
        chosen = [t for p, times in self.times.items() if path in (None, p) for t in times]
        return sorted(chosen)[int(len(chosen) * share)] if chosen else 0.0


def cookie(app: Flask, position: int) -> str:
    signer: URLSafeTimedSerializer | None = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    assert signer is not None
    held = signer.dumps({"_user_id": _crowd.token_of(position), "_fresh": True})
    return f"{app.config['SESSION_COOKIE_NAME']}={held}"


def read_pages(app: Flask, port: int, crowd: Crowd, rate: float, seconds: float) -> Measured:
    """Open pages at that rate, each at its own time."""
    measured, lock = Measured(), threading.Lock()
    began = time.perf_counter()
    numbers = iter(range(int(rate * seconds)))

    def reader(seed: int) -> None:
        chance = random.Random(seed)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            big = chance.random() < BIG_FIRM_SHARE
            position = 0 if big else chance.randrange(crowd.firms)
            path = PATHS[number % len(PATHS)]
            status, took = _open(port, path, cookie(app, position))
            with lock:
                measured.times.setdefault(path, []).append(took)
                measured.refused += status != 200

    readers = [threading.Thread(target=reader, args=(seed,)) for seed in range(READERS)]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join()
    return measured


def _open(port: int, path: str, held: str) -> tuple[int, float]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": held})
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            status = int(answer.status) if answer.url.endswith(path) else 303  # to the sign-in
    except OSError:
        status = 0
    return status, (time.perf_counter() - began) * 1000


@contextmanager
def fed(app: Flask, firm_ids: list[int], rate: float) -> Iterator[Callable[[], int]]:
    """Firms in turn are given an invoice; the block is given how many it has been."""
    given, over = 0, threading.Event()

    def feed() -> None:
        nonlocal given
        began = time.monotonic()
        while not over.is_set():
            firm_id = firm_ids[given % len(firm_ids)]
            line = {"service": {"external_id": "s"}, "quantity": "2", "rate": "50.00"}
            invoice = {"account": {"external_id": "c"}, "date": DAY, "lines": [line]}
            item = {"kind": "invoice", "external_id": f"i-{given}", **invoice}
            _local.take(app, firm_id, [item])
            given += 1
            over.wait(max(0.0, began + given / rate - time.monotonic()))

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield lambda: given
    finally:
        over.set()
        thread.join()


def connected(app: Flask, quickbooks: SandboxProcess, count: int) -> list[int]:
    firm_ids = []
    for number in range(count):
        firm_id, _realm = _local.connected_firm(app, quickbooks, f"Syncing {number}")
        client = {"kind": "account", "external_id": "c", "name": "Ada Byron"}
        service = {"kind": "service", "external_id": "s", "name": "Bookkeeping", "rate": "50.00"}
        _local.take(app, firm_id, [client, service])
        firm_ids.append(firm_id)
    return firm_ids


@contextmanager
def scheduler() -> Iterator[psutil.Process]:
    command = [sys.executable, "-m", "jobs.schedule"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def memory_mib(processes: list[psutil.Process]) -> float:
    return sum(process.memory_info().rss for process in processes) / 1024**2


def ours() -> list[psutil.Process]:
    """Web, workers and scheduler: what this process started but QuickBooks and the stores."""
    started = psutil.Process().children(recursive=True)
    return [one for one in started if {"gunicorn", "jobs.worker", "jobs.schedule"} & {*_words(one)}]


def web() -> list[psutil.Process]:
    return [process for process in ours() if "gunicorn" in _words(process)]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def run(quickbooks: SandboxProcess, app: Flask, crowd: Crowd, seconds: float) -> dict[str, Any]:
    rate, fresh = float(os.environ.get("PAGES", "10")), float(os.environ.get("RATE", "5"))
    _crowd.settle(app, crowd)
    firm_ids = connected(app, quickbooks, int(os.environ.get("SYNCING", "20")))
    with web_process(dict(os.environ)) as port, _local.workers(app, 2), scheduler():
        with app.app_context():
            _local.hint(firm_ids)
            _local.wait_until_settled(firm_ids, 300)
        read_pages(app, port, crowd, rate, len(PATHS) * 2 / rate)  # nobody's first page counts
        idle = read_pages(app, port, crowd, rate, seconds / 4)
        with fed(app, firm_ids, fresh) as given:
            busy = read_pages(app, port, crowd, rate, seconds / 4)
            warm, cpu_before = memory_mib(ours()), _local.cpu_s(web())
            spent = _local.Spent(ours(), quickbooks)
            psutil.cpu_percent()  # from here on
            busy_rest = read_pages(app, port, crowd, rate, seconds * 3 / 4)
            at_end, cpu = memory_mib(ours()), _local.cpu_s(web()) - cpu_before
            share, machine_busy = spent.sandbox_share(), psutil.cpu_percent() / 100
            invoices = given()
        with app.app_context():
            _local.wait_until_settled(firm_ids, 300)
    cpu_per_page = cpu / max(1, sum(map(len, busy_rest.times.values())))
    for path, times in busy_rest.times.items():
        busy.times.setdefault(path, []).extend(times)
    slowest = max(PATHS, key=lambda path: busy.percentile(0.95, path))
    p95, p95_idle = busy.percentile(0.95), idle.percentile(0.95)
    return {
        "bench": "load",
        "firms": crowd.firms,
        "invoices": crowd.invoices,
        "open_issues": crowd.issues,
        "seconds": seconds,
        "pages": sum(map(len, busy.times.values())),
        "refused": idle.refused + busy.refused + busy_rest.refused,
        "p50_ms": round(busy.percentile(0.5), 1),
        "p95_ms": round(p95, 1),
        "share_of_target": round(p95 / TARGET_P95_MS, 3),
        "slowest_page": {slowest: round(busy.percentile(0.95, slowest), 1)},
        "web_cpu_ms_per_page": round(cpu_per_page * 1000, 1),
        "sandbox_cpu_share": share,
        "machine_busy": round(machine_busy, 2),
        "p95_at_rest_ms": round(p95_idle, 1),
        "sync_costs": round(p95 / p95_idle, 2),
        "synced_meanwhile": invoices,
        "memory_mib": round(at_end, 1),
        "memory_growth": round(at_end / warm, 3),
    }


def main() -> None:
    scale, seconds = float(os.environ.get("SCALE", "1")), float(os.environ.get("SECONDS", "60"))
    crowd = Crowd(*(max(1, round(count * scale)) for count in (1_000, 100_000, 5_000)))
    with (
        any_server() as server,
        fresh_database(server) as url,
        SandboxProcess.start(limits=False) as quickbooks,
        _local.installation(quickbooks, DATABASE_URL=url, **_local.NO_LIMITS) as app,
    ):
        print(json.dumps(run(quickbooks, app, crowd, seconds)))


if __name__ == "__main__":
    main()
