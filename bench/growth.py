"""Does a record cost more to copy where many were copied before?

A firm with 1,000, 10,000, 100,000 and 1,000,000 records in the database (``RECORDS``, separated by
commas), all of them in QuickBooks already, saves ``MORE`` (600) new ones: the milliseconds of the
worker's CPU for each. And what a hint costs that finds nothing to do, and the sweep that finds no
firm. One JSON line; flat is good.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import psutil
from flask import Flask

from bench import _local
from tests.sandbox_process import SandboxProcess

GIVE_UP_S = 600
HINTS = 50
CHUNK = 10_000
DAY = date(2026, 8, 1)


def grow(firm_id: int, account_id: int, count: int) -> None:
    """So many more invoices, each with its entry, link, attempt and number in the mirror."""
    from sqlalchemy import func, insert, select

    from webapp.extensions import db
    from webapp.models import Invoice

    first = (db.session.scalar(select(func.max(Invoice.id))) or 0) + 1
    for start in range(first, first + count, CHUNK):
        numbers = range(start, min(start + CHUNK, first + count))
        for model, row in rows_of_an_invoice(firm_id, account_id).items():
            db.session.execute(insert(model), [row(number) for number in numbers])
        db.session.commit()


def rows_of_an_invoice(firm_id: int, account_id: int) -> dict[Any, Callable[[int], dict[str, Any]]]:
    from webapp.models import Attempt, Entry, Invoice, Link, MirrorNumber
    from webapp.models.columns import utc_now

    own = {"firm_id": firm_id, "kind": "invoice"}
    tried = {"operation": "create", "outcome": "accepted"}
    ours = {"firm_id": firm_id, "account_id": account_id, "date": DAY, "currency": "USD"}
    theirs = {"firm_id": firm_id, "txn_type": "Invoice", "prefix": "G-", "created_at": utc_now()}
    return {
        Invoice: lambda n: {**ours, "id": n, "number": f"G-{n}"},
        Entry: lambda n: {**own, "record_id": n, "level": 1, "state": "done", "reached": 1},
        Link: lambda n: {**own, "record_id": n, "quickbooks_id": f"g{n}", "sync_token": "0"},
        Attempt: lambda n: {**own, **tried, "record_id": n},
        MirrorNumber: lambda n: {
            **theirs,
            "quickbooks_id": f"g{n}",
            "number": f"G-{n}",
            "value": str(n).zfill(22),
        },
    }


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """This process's CPU for one time."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(times):
        work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(spent / times * 1000, 2)


def more_records(app: Flask, firm_id: int, count: int, round_: int) -> None:
    """Half of them invoices and half payments, of one client with one service."""
    name = f"{round_}"
    items: list[dict[str, Any]] = [
        {"kind": "account", "external_id": name, "name": f"Client {name}"},
        {"kind": "service", "external_id": name, "name": f"Service {name}", "rate": "50.00"},
    ]
    for number in range(count // 2):
        line = {"service": {"external_id": name}, "quantity": "2"}
        invoice = {"external_id": f"{name}-{number}", "account": {"external_id": name}}
        dated = {"date": "2026-11-20"}
        items.append({"kind": "invoice", **invoice, **dated, "lines": [line]})
        paid = {"external_id": f"{name}-{number}", "invoice": {"external_id": f"{name}-{number}"}}
        items.append({"kind": "payment", **paid, **dated, "amount": "100.00"})
    _local.take(app, firm_id, items)


def measured(
    app: Flask, quickbooks: SandboxProcess, firm_id: int, more: int, round_: int
) -> dict[str, float]:
    from webapp.quickbooks import sweep, sync

    more_records(app, firm_id, more, round_)
    app.extensions["sync_queue"].empty()
    with app.app_context():
        began, spent = time.monotonic(), _local.Spent([psutil.Process()], quickbooks)
        _local.work_until_settled([firm_id], GIVE_UP_S)
        return {
            **spent.figures(more),
            "ms_per_object": round((time.monotonic() - began) * 1000 / more, 2),
            "cpu_ms_per_hint": cpu_ms(lambda: sync.run_slice(firm_id), HINTS),
            "cpu_ms_per_sweep": cpu_ms(sweep.sweep, HINTS),
        }


def run(sizes: list[int], more: int) -> dict[str, Any]:
    with (
        SandboxProcess.start(limits=False) as quickbooks,
        _local.installation(quickbooks, **_local.NO_LIMITS) as app,
    ):
        from webapp.extensions import db
        from webapp.models import Account

        firm_id, _realm = _local.connected_firm(app, quickbooks, "Growing")
        with app.app_context():
            account = Account(firm_id=firm_id, name="Old client")
            db.session.add(account)
            db.session.commit()
            account_id = account.id
        measured(app, quickbooks, firm_id, more, 0)  # imports and caches are paid for here
        found, present = {}, 0
        for round_, size in enumerate(sizes, 1):
            with app.app_context():
                grow(firm_id, account_id, size - present)
            found[str(size)] = measured(app, quickbooks, firm_id, more, round_)
            present = size
    return {"bench": "growth", "new_records": more, "records": found}


def main() -> None:
    sizes = os.environ.get("RECORDS", "1000,10000,100000,1000000").split(",")
    print(json.dumps(run([int(size) for size in sizes], int(os.environ.get("MORE", "600")))))


if __name__ == "__main__":
    main()
