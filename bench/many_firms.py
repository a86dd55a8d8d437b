"""How do many firms share the workers, and does an odd one among them hold up the others?

``FIRMS`` (50) firms with ``OBJECTS`` (200) records each are copied by 1, 2 and 4 workers
(``WORKERS``): without limits of calls; without, but never in batches, so that a call is an object;
and with Intuit's limits. QuickBooks answers after 50 ms.
Then, with limits and two workers, as many firms again among which one is throttled by QuickBooks,
one is signed out, and one has ``BIG`` (10,000) records. While the big one is under way, ten firms
that had nothing to do save a client each, one after the other: how long did the slowest wait for
QuickBooks to have it? One JSON line.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

from flask import Flask

from bench import _local
from bench.first_copy import COUNTS, records
from tests.sandbox_process import SandboxProcess

LATENCY_MS = 50
GIVE_UP_S = 1800
NEWCOMERS = 10
NO_BATCHES = {**_local.NO_LIMITS, "QBO_BATCHES_PER_MINUTE": 0}


def some_records(count: int) -> list[dict[str, Any]]:
    """About so many, of every kind."""
    return records(count / sum(COUNTS.values()))


def firms_with(app: Flask, quickbooks: SandboxProcess, count: int, objects: int) -> list[int]:
    made = []
    for number in range(count):
        firm_id, _realm = _local.connected_firm(app, quickbooks, f"Firm {number}")
        _local.take(app, firm_id, some_records(objects))
        made.append(firm_id)
    return made


def first_answers(firm_ids: list[int], began: Any) -> list[float]:
    """Seconds until QuickBooks had something of each firm; within an application context."""
    from sqlalchemy import func, select

    from webapp.extensions import db
    from webapp.models import Attempt

    rows = db.session.scalars(
        select(func.min(Attempt.at)).where(Attempt.firm_id.in_(firm_ids)).group_by(Attempt.firm_id)
    ).all()
    db.session.commit()
    return [(at - began).total_seconds() for at in rows]


def crowd(workers: int, firms: int, objects: int, settings: dict[str, int]) -> dict[str, Any]:
    from webapp.models.columns import utc_now

    total = firms * len(some_records(objects))
    with (
        SandboxProcess.start(limits=not settings, latency_ms=LATENCY_MS) as quickbooks,
        _local.installation(quickbooks, **settings) as app,
    ):
        firm_ids = firms_with(app, quickbooks, firms, objects)
        quickbooks.control("counters", method="DELETE")
        with _local.workers(app, workers) as working, app.app_context():
            began, at, spent = time.monotonic(), utc_now(), _local.Spent(working, quickbooks)
            _local.hint(firm_ids)
            _local.wait_until_settled(firm_ids, GIVE_UP_S)
            seconds, cpu = time.monotonic() - began, spent.figures(total)
            waits = first_answers(firm_ids, at)
        counters = quickbooks.control("counters")
    return {
        "seconds": round(seconds, 1),
        "objects_per_s": round(total / seconds, 1),
        "calls_per_s": round(sum(counters["kinds"].values()) / seconds, 1),
        "throttled": counters["statuses"].get("429", 0),
        **cpu,
        "last_firm_began_after_s": round(max(waits), 1),
    }


def odd_ones(workers: int, firms: int, objects: int, big: int) -> dict[str, Any]:
    """One throttled, one signed out, one big; the newcomers measure how fair it stays."""
    with (
        SandboxProcess.start(limits=True, latency_ms=LATENCY_MS) as quickbooks,
        _local.installation(quickbooks) as app,
    ):
        throttled, throttled_realm = _local.connected_firm(app, quickbooks, "Throttled")
        signed_out, signed_out_realm = _local.connected_firm(app, quickbooks, "Signed out")
        large, _realm = _local.connected_firm(app, quickbooks, "Big")
        newcomers = [
            _local.connected_firm(app, quickbooks, f"New {n}")[0] for n in range(NEWCOMERS)
        ]
        for firm_id in (throttled, signed_out):
            _local.take(app, firm_id, some_records(objects))
        _local.take(app, large, some_records(big))
        small = firms_with(app, quickbooks, firms - 3, objects)
        quickbooks.control("faults", {"action": "throttled", "realm": throttled_realm, "times": 0})
        quickbooks.control("disconnect", {"realm": signed_out_realm})
        with _local.workers(app, workers), app.app_context():
            began = time.monotonic()
            _local.hint([throttled, signed_out, large, *small])
            waits = [newcomer_waits(firm_id) for firm_id in newcomers]
            _local.wait_until_settled(small, GIVE_UP_S)
            seconds = time.monotonic() - began
            left = _local.moving([large])
    return {
        "workers": workers,
        "slowest_newcomer_waited_s": round(max(waits), 1),
        "newcomers_waited_s": [round(wait, 1) for wait in waits],
        "small_firms_done_after_s": round(seconds, 1),
        "left_of_the_big_one_then": left,
    }


def newcomer_waits(firm_id: int) -> float:
    """A person saves a client; the seconds until QuickBooks has it."""
    from webapp import intake
    from webapp.extensions import db
    from webapp.models import Firm

    firm = db.session.get_one(Firm, firm_id)
    intake.take("account", firm, {"name": "Nora Whitfield"})
    db.session.commit()
    began = time.monotonic()
    while _local.moving([firm_id]):
        time.sleep(0.05)
    return time.monotonic() - began


def main() -> None:
    sizes = {"FIRMS": 50, "OBJECTS": 200, "BIG": 10_000}
    firms, objects, big = (int(os.environ.get(name, size)) for name, size in sizes.items())
    counts = [int(count) for count in os.environ.get("WORKERS", "1,2,4").split(",")]
    found: dict[str, Any] = {"bench": "many_firms", "firms": firms, "objects_each": objects}
    limits = {"no_limits": _local.NO_LIMITS, "no_batches": NO_BATCHES, "intuits_limits": {}}
    for name, settings in limits.items():
        found[name] = {
            f"workers_{count}": crowd(count, firms, objects, settings) for count in counts
        }
    found["odd_ones"] = odd_ones(2, firms, objects, big)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
