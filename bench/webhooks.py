"""Does one web process take 200 webhooks a second, quickly and without losing one?

    python -m bench.webhooks

posts signed deliveries at ``RATE`` (200) a second for ``SECONDS`` (10; the target is 60) to a
gunicorn of one process, each on a connection of its own as Intuit's are, and prints one JSON line:
the 99th percentile and the longest answer in milliseconds, refusals, and how many were lost.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench._alone import SETTINGS, instance

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 30


def body_of(number: int) -> bytes:
    event = {
        "specversion": "1.0",
        "id": f"bench-{number}",
        "source": "intuit.bench=",
        "type": "qbo.invoice.updated.v1",
        "datacontenttype": "application/json",
        "time": "2026-11-21T21:31:25.179550271Z",
        "intuitentityid": str(number),
        "intuitaccountid": "9130350000000001",
        "data": {},
    }
    return json.dumps([event]).encode()


def request_of(body: bytes, port: int) -> bytes:
    key = SETTINGS["INTUIT_WEBHOOK_VERIFIER_TOKEN"].encode()
    signature = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    head = (
        f"POST /webhooks/intuit HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"intuit-signature: {signature}\r\n\r\n"
    )
    return head.encode() + body


async def deliver(request: bytes, port: int, taken: list[tuple[bool, float]]) -> None:
    began = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        status = await reader.readline()
        writer.close()
        ok = b" 200 " in status
    except OSError:
        ok = False
    taken.append((ok, time.perf_counter() - began))


async def deliver_all(requests: list[bytes], rate: float, port: int) -> list[tuple[bool, float]]:
    """Start each at its own time, whether or not those before were answered."""
    taken: list[tuple[bool, float]] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, request in enumerate(requests):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            group.create_task(deliver(request, port, taken))
    return taken


@contextmanager
def web_process(environ: dict[str, str]) -> Iterator[int]:
    """One gunicorn process with its threads, as in production; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = f"-m gunicorn -w 1 --threads 8 -b 127.0.0.1:{port} --no-control-socket wsgi:app"
    process = subprocess.Popen(
        [sys.executable, *command.split()], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=15)


def _wait_for(port: int) -> None:
    """The address is bound before the application is loaded; only an answer tells."""
    ends = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the web process did not start")


def run(rate: float, seconds: float) -> dict[str, Any]:
    from webapp import create_app
    from webapp.extensions import db
    from webapp.models import WebhookEvent

    app = create_app()
    with app.app_context():
        db.create_all()
    bodies = [body_of(number) for number in range(int(rate * seconds))]
    with web_process(dict(os.environ)) as port:
        requests = [request_of(body, port) for body in bodies]
        taken = asyncio.run(deliver_all(requests, rate, port))
    with app.app_context():
        kept = db.session.query(WebhookEvent).count()
    times = sorted(elapsed * 1000 for _ok, elapsed in taken)
    return {
        "bench": "webhooks",
        "deliveries": len(bodies),
        "per_second": rate,
        "p99_ms": round(times[int(len(times) * 0.99)], 1),
        "max_ms": round(times[-1], 1),
        "refused": sum(not ok for ok, _elapsed in taken),
        "lost": len(bodies) - kept,
    }


def main() -> None:
    rate, seconds = float(os.environ.get("RATE", "200")), float(os.environ.get("SECONDS", "10"))
    with instance():
        print(json.dumps(run(rate, seconds)))


if __name__ == "__main__":
    main()
