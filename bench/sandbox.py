"""How much can the local QuickBooks answer? Everything measured against it is measured within that.

    python -m bench.sandbox

prints one JSON line: simple requests and batch items a second over one connection, and the
sandbox's own CPU time for each in milliseconds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import requests

from tests.sandbox.books import Books
from tests.sandbox_process import SandboxProcess

REQUESTS = 600
BATCHES = 20
BATCH_SIZE = 30


def measured(process: SandboxProcess, work: Callable[[], int]) -> dict[str, float]:
    """What `work` did a second, and the sandbox's CPU milliseconds for each."""
    server = psutil.Process(process.process.pid)
    before, began = sum(server.cpu_times()[:2]), time.perf_counter()
    number = work()
    seconds = time.perf_counter() - began
    cpu_s = sum(server.cpu_times()[:2]) - before
    return {"per_s": round(number / seconds, 1), "cpu_ms": round(cpu_s / number * 1000, 3)}


def creates(books: Books) -> int:
    for number in range(REQUESTS):
        assert books.post("customer", {"DisplayName": f"Client {number}"}).status_code == 200
    return REQUESTS


def reads(books: Books) -> int:
    for _ in range(REQUESTS):
        assert books.get("customer/1").status_code == 200
    return REQUESTS


def queries(books: Books) -> int:
    for number in range(REQUESTS):
        assert books.found("Customer", f"WHERE DisplayName = 'Client {number}'")
    return REQUESTS


def batch_items(books: Books) -> int:
    customer, item = books.customer("Batch"), books.item()
    fields = books.invoice_fields(customer, item)
    for _ in range(BATCHES):
        items = [
            {"bId": str(number), "operation": "create", "Invoice": fields}
            for number in range(BATCH_SIZE)
        ]
        assert len(books.batch(*items)) == BATCH_SIZE
    return BATCHES * BATCH_SIZE


def main() -> None:
    with (
        TemporaryDirectory() as folder,
        SandboxProcess.start(data=Path(folder) / "books.sqlite", limits=False) as process,
        requests.Session() as session,
    ):
        books = Books.open(process, session)
        results = {
            work.__name__: measured(process, lambda work=work: work(books))  # type: ignore[misc]
            for work in (creates, reads, queries, batch_items)
        }
    print(json.dumps({"bench": "sandbox", **results}))


if __name__ == "__main__":
    main()
