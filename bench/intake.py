"""How many records per second does bulk take in, and does its memory stay flat?

``RECORDS`` (100,000) go through ``POST /api/v1/bulk`` in requests of 1,000: accounts, invoices for
them, and payments of those. One JSON line: records per second, the slowest request, and the highest
memory of the process (MiB) when each tenth of them was in.

SQLite keeps pages of its file in our process, up to ``CACHE_KIB``. They are read in before the
first request, or the memory would rise for half of the run by what is bounded anyway.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import text

from bench._alone import instance

PER_REQUEST = 1000
TENTHS = 10


def records(count: int) -> Iterator[dict[str, Any]]:
    """One account in five records, two invoices of it, and a payment of each."""
    for number in range(-(-count // 5)):
        yield {"kind": "account", "external_id": f"c-{number}", "name": f"Client {number}"}
        for part in "ab":
            name = f"{number}-{part}"
            yield {
                "kind": "invoice",
                "external_id": name,
                "account": {"external_id": f"c-{number}"},
                "date": "2026-08-01",
                "lines": [{"description": "Bookkeeping", "quantity": "2", "rate": "500.00"}],
            }
            yield {
                "kind": "payment",
                "external_id": name,
                "invoice": {"external_id": name},
                "date": "2026-08-02",
                "amount": "1000.00",
            }


def peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 if sys.platform != "darwin" else 1024 * 1024), 1)


def fill_page_cache() -> None:
    """With pages of a table that nothing else reads."""
    from webapp.database import CACHE_KIB
    from webapp.extensions import db

    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("CREATE TABLE ballast (page BLOB)"))
        pages = [{"page": bytes(1024)} for _ in range(CACHE_KIB)]
        db.session.execute(text("INSERT INTO ballast VALUES (:page)"), pages)
        db.session.commit()
        db.session.execute(text("SELECT sum(length(page)) FROM ballast"))
        db.session.commit()


def run(count: int) -> dict[str, Any]:
    from webapp import create_app
    from webapp.extensions import db
    from webapp.models import ApiToken, Firm

    app = create_app({"RATELIMIT_ENABLED": False})
    with app.app_context():
        db.create_all()
        firm = Firm(name="Bench")
        db.session.add(firm)
        _token, clear = ApiToken.issue(firm)
        db.session.commit()
        fill_page_cache()
    client, items = app.test_client(), islice(records(count), count)
    headers = {"Authorization": f"Bearer {clear}"}
    done, slowest, memory, began = 0, 0.0, [], time.perf_counter()
    while batch := list(islice(items, PER_REQUEST)):
        sent = time.perf_counter()
        answer = client.post("/api/v1/bulk", json=batch, headers=headers)
        slowest = max(slowest, time.perf_counter() - sent)
        assert all(result["status"] == 201 for result in answer.json), answer.json
        done += len(batch)
        if done * TENTHS >= count * (len(memory) + 1):
            memory.append(peak_mib())
    elapsed = time.perf_counter() - began
    return {
        "bench": "intake",
        "records": done,
        "records_per_second": round(done / elapsed),
        "slowest_request_s": round(slowest, 2),
        "memory_mib_by_tenth": memory,
    }


def main() -> None:
    with instance():
        print(json.dumps(run(int(os.environ.get("RECORDS", "100000")))))


if __name__ == "__main__":
    main()
