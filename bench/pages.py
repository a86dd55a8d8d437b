"""How long do the QuickBooks pages take with 100,000 open issues and 100,000 customers?

The peer is a signed-in page with the whole layout and nothing in it, of a firm without data: same
server, same run, asked in turn. One JSON line: the 95th percentile of each address in milliseconds,
and how many times the peer's that is; the same of the medians, which a busy machine bends less.
``ISSUES``, ``CUSTOMERS`` and ``ROUNDS`` change the sizes.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench._alone import SETTINGS
from tests.commands.program import free_ports

ISSUES = int(os.environ.get("ISSUES", "100000"))
CUSTOMERS = int(os.environ.get("CUSTOMERS", "100000"))
ROUNDS = int(os.environ.get("ROUNDS", "60"))
WARM_UP = 5
PASSWORD = "a-long-enough-password"
QUICKBOOKS = "/settings/integrations/quickbooks"
PEER = "/settings/firm"
CAUSES = ("dup_number", "closed", "tax_code", "unknown")
NAMES = ("Marlow Dental", "Pinecrest Builders", "Alvarez Landscape", "Teague & Sons", "Núñez")

Opener = urllib.request.OpenerDirector


def fill() -> int:
    """Two firms, one of them crowded; the id of an account's issue there."""
    from sqlalchemy import insert

    from webapp.extensions import db
    from webapp.models import Account, Connection, Firm, Invoice, Issue, MirrorObject, Person
    from webapp.models.mirror import match_key, search_key

    now = datetime.now(UTC)
    db.create_all()
    for name in ("crowded", "empty"):
        firm = Firm(name=name.title())
        owner = Person(firm=firm, role="owner", email=f"{name}@bench.example", name="Owner")
        owner.set_password(PASSWORD)
        db.session.add_all([firm, owner])
    db.session.flush()
    crowded = db.session.scalars(db.select(Firm).where(Firm.name == "Crowded")).one().id
    connection = Connection.of(crowded)
    connection.realm_id, connection.company_name = "9130350000000001", "Crowded, Inc."
    connection.set_up_at = connection.mirrored_at = connection.last_success_at = now
    connection.change_state("connected")
    common = {"firm_id": crowded, "created_at": now, "updated_at": now, "version": 1}
    clients = [
        {**common, "id": n, "name": f"{NAMES[n % 5]} {n}", "account_kind": "business", "sync": True}
        for n in range(1, ISSUES // 10 + 1)
    ]
    db.session.execute(insert(Account), clients)
    invoices = [
        {
            **common,
            "id": n,
            "account_id": n % len(clients) + 1,
            "number": f"{n}",
            "number_assigned": False,
            "date": now.date(),
            "currency": "USD",
            "total_minor": 18500 + n,
        }
        for n in range(1, ISSUES + 1)
    ]
    db.session.execute(insert(Invoice), invoices)
    issues = [
        *(_issue(crowded, "invoice", n, f"#{n}", NAMES[n % 5], now) for n in range(1, ISSUES + 1)),
        *(_issue(crowded, "account", row["id"], row["name"], "", now) for row in clients),
    ]
    db.session.execute(insert(Issue), issues)
    customers = (f"{NAMES[n % 5]} {n:06}" for n in range(CUSTOMERS))
    rows = [
        {
            "firm_id": crowded,
            "entity": "Customer",
            "quickbooks_id": str(n),
            "sync_token": "0",
            "name": name,
            "name_key": match_key(name),
            "search_key": search_key(name),
            "email": f"office{n}@client.example",
            "active": True,
            "detail": {"place": "Fresno, CA", "balance": "0"},
        }
        for n, name in enumerate(customers, 1)
    ]
    db.session.execute(insert(MirrorObject), rows)
    db.session.commit()
    db.session.execute(db.text("ANALYZE"))
    db.session.commit()
    asked = db.select(Issue.id).where(Issue.kind == "account").limit(1)
    return int(db.session.scalar(asked) or 0)


def _issue(
    firm: int, kind: str, record: int, title: str, client: str, now: datetime
) -> dict[str, object]:
    from webapp.models.mirror import search_key

    return {
        "firm_id": firm,
        "kind": kind,
        "record_id": record,
        "cause": "no_customer" if kind == "account" else CAUSES[record % len(CAUSES)],
        "state": "open",
        "title": title,
        "client": client,
        "search_key": search_key(f"{title} {client}"),
        "amount_minor": None if kind == "account" else 18500 + record,
        "currency": "USD",
        "facts": {"n": title.strip("#"), "client": title},
        "shared_by": None,
        "tries": 1,
        "opened_at": now,
        "tried_at": now,
    }


def addresses(issue: int) -> dict[str, str]:
    """What is measured, by name."""
    lists = f"{QUICKBOOKS}/errors"
    combobox = f"{QUICKBOOKS}/issues/{issue}/customers"
    return {
        "page": QUICKBOOKS,
        "invoices": f"{lists}/invoices",
        "invoices_page_2000": f"{lists}/invoices?page=2000",
        "invoices_search": f"{lists}/invoices?q=pinecrest",
        "invoices_search_nothing": f"{lists}/invoices?q=zebra",
        "invoices_cause": f"{lists}/invoices?cause=closed",
        "accounts": f"{lists}/accounts",
        "combobox": f"{combobox}?q=marlow%20dental%200",
        "combobox_nothing": f"{combobox}?q=zebra",
        "combobox_two_letters": f"{combobox}?q=al",
        "combobox_unasked": combobox,
    }


@contextmanager
def served(port: int) -> Iterator[str]:
    words = [
        *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "4"),
        *("--no-control-socket", "--log-level", "error", "-b", f"127.0.0.1:{port}", "wsgi:app"),
    ]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def signed_in(url: str, email: str) -> Opener:
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(jar)
    deadline = time.monotonic() + 30
    while True:
        try:
            form = opener.open(f"{url}/sign-in", timeout=10).read().decode()
            break
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.2)
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    fields = {"email": email, "password": PASSWORD, "csrf_token": token[1]}
    opener.open(f"{url}/sign-in", urllib.parse.urlencode(fields).encode(), timeout=10).read()
    return opener


def seconds(opener: Opener, address: str) -> float:
    began = time.perf_counter()
    with opener.open(address, timeout=60) as answer:
        answer.read()
        assert answer.status == 200, address
        assert "/sign-in" not in answer.url, address
    return time.perf_counter() - began


def measure(url: str, wanted: dict[str, str]) -> dict[str, list[float]]:
    """What each answer took, and each of the peer, in milliseconds."""
    crowded = signed_in(url, "crowded@bench.example")
    empty = signed_in(url, "empty@bench.example")
    asked = [("peer", empty, PEER), *((name, crowded, path) for name, path in wanted.items())]
    taken: dict[str, list[float]] = {name: [] for name, _opener, _path in asked}
    for turn in range(WARM_UP + ROUNDS):
        for name, opener, path in asked:
            took = seconds(opener, url + path)
            if turn >= WARM_UP:
                taken[name].append(took * 1000)
    return taken


def compared(taken: dict[str, list[float]], percentile: int) -> dict[str, dict[str, float]]:
    """In milliseconds, and as a multiple of the peer's."""
    found = {
        name: statistics.quantiles(times, n=100)[percentile - 1] for name, times in taken.items()
    }
    return {
        f"p{percentile}_ms": {name: round(ms, 1) for name, ms in found.items()},
        f"p{percentile}_times_the_peer": {
            name: round(ms / found["peer"], 2) for name, ms in found.items()
        },
    }


def main() -> None:
    from webapp import create_app, embedded_redis

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            **SETTINGS,
            "CUADRA_INSTANCE": folder,
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite'}",
            "REDIS_URL": embedded_redis.ensure(Path(folder)),
        }
        try:
            with create_app().app_context():
                wanted = addresses(fill())
            with served(free_ports(1)[0]) as url:
                taken = measure(url, wanted)
        finally:
            embedded_redis.shut_down(Path(folder))
    report = {
        "benchmark": "pages",
        "issues": ISSUES,
        "customers": CUSTOMERS,
        "rounds": ROUNDS,
        **compared(taken, 95),
        **compared(taken, 50),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
