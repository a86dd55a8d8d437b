"""How long does the first copy of a firm's records take, and what does it cost?

10,120 records (``SCALE`` makes it fewer) go into an empty company that keeps Intuit's limits and
answers after 200 ms. A share of 1 means 1,660 objects a minute: 40 batches of 30 and 460 single
calls. In the middle a person changes a client, who should not have to wait. CPU is that of the
worker's process. The peers create ``PEER`` (600) customers each (see ``_peers``);
``cpu_to_bare_save`` is the share of our whole CPU for an object in that of python-quickbooks' bare
``save()`` in a loop.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from typing import Any

from flask import Flask

from bench import _local, _peers
from tests.sandbox_process import SandboxProcess

COUNTS = {
    "account": 1000,
    "service": 20,
    "invoice": 3000,
    "payment": 3000,
    "refund": 100,
    "expense": 3000,
}
POSSIBLE_PER_MINUTE = 40 * 30 + 460
LATENCY_MS = 200
GIVE_UP_S = 1800
DAY = "2026-11-20"


def records(scale: float) -> list[dict[str, Any]]:
    """Every kind, each in the order it can be taken in."""
    many = {kind: max(1, round(count * scale)) for kind, count in COUNTS.items()}

    def each(kind: str, **fields: Any) -> list[dict[str, Any]]:
        return [
            {"kind": kind, "external_id": str(n)}
            | {name: value(n) if callable(value) else value for name, value in fields.items()}
            for n in range(many[kind])
        ]

    def of(kind: str) -> Any:
        return lambda n: {"external_id": str(n % many[kind])}

    def line(n: int) -> list[dict[str, Any]]:
        return [{"service": of("service")(n), "quantity": "2", "rate": "50.00"}]

    return [
        *each("account", name=lambda n: f"Client {n}", email=lambda n: f"{n}@example.com"),
        *each("service", name=lambda n: f"Service {n}", rate="50.00"),
        *each("invoice", account=of("account"), date=DAY, lines=line, number=lambda n: f"B-{n}"),
        *each("payment", invoice=of("invoice"), date=DAY, amount="100.00"),
        *each("refund", payment=of("payment"), date=DAY, amount="10.00"),
        *each("expense", payment=of("payment"), date=DAY, amount="3.20"),
    ]


def usage(of: int = resource.RUSAGE_SELF) -> tuple[float, float]:
    """CPU seconds so far, and the highest memory in MiB: of this process, or of ended children."""
    used = resource.getrusage(of)
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return used.ru_utime + used.ru_stime, used.ru_maxrss / unit


def person_in_the_middle(app: Flask, firm_id: int, half: int, waited: list[float]) -> None:
    """Change a client once half is done; how long until QuickBooks has it."""
    from webapp import intake
    from webapp.extensions import db
    from webapp.models import Account, Entry, Firm

    with app.app_context():
        while _local.moving([firm_id]) > half:
            time.sleep(0.5)
        firm = db.session.get_one(Firm, firm_id)
        client = Account.query.filter_by(firm_id=firm_id, external_id="0").one()
        intake.take("account", firm, {"name": "Urgent"}, client)
        db.session.commit()
        began = time.monotonic()
        while True:
            entry = Entry.find(firm_id, "account", client.id)
            db.session.commit()
            if entry is not None and entry.reached == client.version:
                break
            time.sleep(0.1)
        waited.append(time.monotonic() - began)


def copy(app: Flask, quickbooks: SandboxProcess, scale: float) -> dict[str, Any]:
    firm_id, realm = _local.connected_firm(app, quickbooks, "First copy")
    wanted = records(scale)
    _local.take(app, firm_id, wanted)
    quickbooks.control("counters", method="DELETE")
    quickbooks.control("switches", {"latency_ms": LATENCY_MS})
    waited: list[float] = []
    person = threading.Thread(
        target=person_in_the_middle, args=(app, firm_id, len(wanted) // 2, waited)
    )
    with _local.workers(app, 1) as working, app.app_context():
        began, spent = time.monotonic(), _local.Spent(working, quickbooks)
        _local.hint([firm_id])
        person.start()
        _local.wait_until_settled([firm_id], GIVE_UP_S)
        seconds, cpu = time.monotonic() - began, spent.figures(len(wanted))
        person.join()
    peak_mib = usage(resource.RUSAGE_CHILDREN)[1]
    counters = quickbooks.control("counters")
    quickbooks.control("switches", {"latency_ms": 0})
    audit = quickbooks.control(f"audit?realm={realm}")
    assert audit["problems"] == []
    assert audit["duplicates"]["PrivateNote"] == []
    per_minute = len(wanted) / seconds * 60
    return {
        "objects": len(wanted),
        "seconds": round(seconds, 1),
        "objects_per_minute": round(per_minute),
        "share_of_possible": round(per_minute / POSSIBLE_PER_MINUTE, 3),
        "throttled": counters["statuses"].get("429", 0),
        "reads_per_1000": round(counters["kinds"].get("read", 0) / len(wanted) * 1000, 2),
        **cpu,
        "peak_mib": round(peak_mib, 1),
        "person_waited_s": round(waited[0], 2),
    }


def main() -> None:
    scale, count = float(os.environ.get("SCALE", "1")), int(os.environ.get("PEER", "600"))
    with SandboxProcess.start() as quickbooks, _local.installation(quickbooks) as app:
        found = {"bench": "first_copy", **copy(app, quickbooks, scale)}
        found["peers"] = _peers.costs(quickbooks, count, LATENCY_MS)
        bare_save = found["peers"]["python_quickbooks"]["loop"]["cpu_ms_per_object"]
        found["cpu_to_bare_save"] = round(found["cpu_ms_per_object"] / bare_save, 2)
        print(json.dumps(found))


if __name__ == "__main__":
    main()
