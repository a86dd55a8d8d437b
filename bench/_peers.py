"""What does it cost to create customers with the clients that people use?

python-quickbooks: ``save()`` in a loop and in threads, and its batch. node-quickbooks: so many
calls in flight. Both as fast as they can be: Intuit's limits are off, since they have no budget and
would be throttled.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.contract.test_node_quickbooks import NPM_INSTALL, VERSION
from tests.sandbox.books import Books
from tests.sandbox_process import SandboxProcess

THREADS = 8
NODE_IN_FLIGHT = 10
NODE_SCRIPT = Path(__file__).with_name("node_peer.js")
INSTALL_WITHIN_S = 60

Cost = dict[str, float]
"""Of one way of creating: ``objects_per_minute`` and ``cpu_ms_per_object``."""


def costs(quickbooks: SandboxProcess, count: int, latency_ms: int) -> dict[str, Any]:
    """Of each client and way, with so many customers; a word where a client cannot be had."""
    quickbooks.control("switches", {"limits": "false", "latency_ms": latency_ms})
    found = {
        "python_quickbooks": python_quickbooks(quickbooks, count),
        "node_quickbooks": node_quickbooks(quickbooks, count),
    }
    quickbooks.control("switches", {"limits": "true", "latency_ms": 0})
    return {"objects": count, **found}


def cost(count: int, seconds: float, cpu_s: float) -> Cost:
    return {
        "objects_per_minute": round(count / seconds * 60),
        "cpu_ms_per_object": round(cpu_s / count * 1000, 2),
    }


# -- python-quickbooks -----------------------------------------------------------------------------


def python_quickbooks(quickbooks: SandboxProcess, count: int) -> dict[str, Cost]:
    from quickbooks.batch import batch_create

    client, named = _python_client(quickbooks), itertools.count()

    def save(customer: Any) -> None:
        customer.save(qb=client)

    def threads(customers: list[Any]) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(save, customers))

    ways: dict[str, Callable[[list[Any]], object]] = {
        "loop": lambda customers: [save(customer) for customer in customers],
        f"threads_{THREADS}": threads,
        "batch": lambda customers: batch_create(customers, qb=client),
    }
    return {name: _measured(way, count, named) for name, way in ways.items()}


def _measured(way: Callable[[list[Any]], object], count: int, named: Iterator[int]) -> Cost:
    from quickbooks.objects.customer import Customer

    customers = [Customer() for _ in range(count)]
    for customer in customers:
        customer.DisplayName = f"Client {next(named)}"
    cpu_before, began = time.process_time(), time.monotonic()
    way(customers)
    return cost(count, time.monotonic() - began, time.process_time() - cpu_before)


def _python_client(quickbooks: SandboxProcess) -> Any:
    from intuitlib.client import AuthClient
    from quickbooks import QuickBooks

    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # it insists on https otherwise
    said = quickbooks.announced
    company = quickbooks.control("companies", {"name": "Peer"})
    auth = AuthClient(
        said["client_id"],
        said["client_secret"],
        "http://127.0.0.1/",
        environment=said["discovery_url"],
    )
    auth.refresh(refresh_token=company["refresh_token"])
    QuickBooks.api_url_v3 = QuickBooks.sandbox_api_url_v3 = f"{said['api_url']}/v3"
    return QuickBooks(
        auth_client=auth,
        refresh_token=auth.refresh_token,
        company_id=company["realm_id"],
        minorversion=75,
    )


# -- node-quickbooks -------------------------------------------------------------------------------


def node_quickbooks(quickbooks: SandboxProcess, count: int) -> dict[str, Cost] | str:
    if not (shutil.which("node") and shutil.which("npm")):
        return "there is no Node here"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "package.json").write_text('{"private": true}')
        try:
            subprocess.run(
                [*NPM_INSTALL, f"node-quickbooks@{VERSION}"],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=INSTALL_WITHIN_S,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return "npm cannot get it here"
        return {f"in_flight_{NODE_IN_FLIGHT}": _node_cost(quickbooks, Path(folder), count)}


def _node_cost(quickbooks: SandboxProcess, folder: Path, count: int) -> Cost:
    """The script times itself, so that starting Node is not counted."""
    books = Books.open(quickbooks)
    told = {
        "package": str(folder / "node_modules" / "node-quickbooks"),
        "api_url": quickbooks.api_url,
        "realm_id": books.realm_id,
        "access_token": books.access_token,
        "count": count,
        "in_flight": NODE_IN_FLIGHT,
    }
    run = subprocess.run(
        ["node", str(NODE_SCRIPT), json.dumps(told)], check=True, capture_output=True, text=True
    )
    said = json.loads(run.stdout)
    return cost(count, said["seconds"], said["cpu_s"])
