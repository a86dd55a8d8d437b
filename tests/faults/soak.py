"""``make soak``: half an hour of people, faults and kills; nothing may be lost, twice or silent.

The programs of production run on a database, a Redis and a local QuickBooks of their own, and are
started again whenever they end, as the supervisor does. People of three firms do OPERATIONS random
things within MINUTES; meanwhile processes are killed and stopped, Redis forgets or dies, the wire
and the tokens go wrong. Prints a JSON line; the exit code is 1 where a promise was broken.

MINUTES=30 OPERATIONS=10000 SEED=26 make soak; TEST_DATABASE_URL for PostgreSQL.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Flask

from tests.conftest import SETTINGS, make_firm
from tests.faults.chaos import LEASE_S, Chaos, Programs
from tests.faults.life import DOCUMENTS, Life
from tests.quickbooks.office import Office
from tests.sandbox_process import SandboxProcess
from webapp import embedded_redis

FIRMS = 3
TIMES = {"LEASE_S": str(LEASE_S), "QBO_CUTOFF_S": "3", "SWEEP_EVERY_S": "0.5"}
UNHURRIED = {
    "QBO_REQUESTS_PER_SECOND": "1000",
    "QBO_REQUESTS_PER_MINUTE": "100000",
    "QBO_BATCHES_PER_MINUTE": "10000",
}
SETTLING_S = 1_500.0


def act(life: Life, chance: random.Random) -> None:
    """One thing that somebody does."""
    index = chance.randrange(1_000_000)
    what: list[tuple[int, Callable[[], None]]] = [
        (6, life.add_client),
        (1, life.add_service),
        (5, lambda: life.rename_client(index)),
        (25, lambda: life.add_invoices(index, hurry=chance.random() < 0.5)),
        (10, lambda: life.change_invoice(index)),
        (25, lambda: life.pay(index, chance.choice(("10.00", "100.00", "240.00")))),
        (12, lambda: life.give_back_or_keep(index, chance.choice(("refund", "expense")))),
        (8, lambda: life.remove_document(index, chance.choice(DOCUMENTS))),
        (2, lambda: life.switch_account(index)),
        (2, life.sign_in_again),
    ]
    weights = [weight for weight, _do in what]
    chance.choices([do for _weight, do in what], weights)[0]()


def live(lives: list[Life], minutes: float, operations: int) -> None:
    """Everybody's acts, spread over the time; what is late is caught up with."""
    chance = random.Random(seed())
    began = time.monotonic()
    for number in range(operations):
        act(chance.choice(lives), chance)
        ahead = began + (number + 1) * minutes * 60 / operations - time.monotonic()
        time.sleep(max(0.0, ahead))


def settle(lives: list[Life]) -> int:
    """Wait for the end of all work; how many records had to be asked for again."""
    asked, give_up = 0, time.monotonic() + SETTLING_S
    for life in lives:
        life.sign_in_again()
    while time.monotonic() < give_up:
        if any(life.office.moving() for life in lives):
            time.sleep(1)
            continue
        again = sum(life.ask_again() for life in lives)
        if not again:
            break
        asked += again
    return asked


def broken(life: Life) -> dict[str, int]:
    """What the promise forbids: by how much each part of it is broken."""
    office, audit = life.office, life.office.audit()
    told = {(issue.kind, issue.record_id) for issue in office.issues()}
    out = [
        (kind, record)
        for kind, records in life.records.items()
        for record in records
        if office.state(kind, record) != "synced"
    ]
    for kind, record in out:
        entry = office.entry(kind, record)
        sys.stderr.write(
            f"not there: {kind} {record}, {entry.state}, waits for {entry.waits_kind}\n"
        )
    return {
        "lost": sum(one in told for one in out),
        "silent": sum(one not in told for one in out),
        "duplicate": sum(len(audit["duplicates"][n]) for n in ("PrivateNote", "DocNumber")),
        "problems": len(audit["problems"]),
        "unequal": int(not _in_order(office)),
    }


def _in_order(office: Office) -> bool:
    try:
        office.require_order()
    except AssertionError as error:
        sys.stderr.write(f"{error}\n")
        return False
    return True


@contextlib.contextmanager
def surroundings(folder: Path, sandbox: SandboxProcess) -> Iterator[Flask]:
    """The application on stores of its own, in this process's environment."""
    said = sandbox.announced
    os.environ.update(
        {
            **SETTINGS,
            **TIMES,
            **UNHURRIED,
            "CUADRA_INSTANCE": str(folder),
            "REDIS_URL": embedded_redis.ensure(folder),
            "DATABASE_URL": os.environ.get("TEST_DATABASE_URL")
            or f"sqlite:///{folder / 'cuadra.sqlite'}",
            "QBO_API_URL": said["api_url"],
            "INTUIT_DISCOVERY_URL": said["discovery_url"],
            "INTUIT_CLIENT_ID": said["client_id"],
            "INTUIT_CLIENT_SECRET": said["client_secret"],
        }
    )
    from webapp import create_app
    from webapp.extensions import db

    app = create_app({"TESTING": True})
    with app.app_context():
        db.create_all()
    try:
        yield app
    finally:
        embedded_redis.shut_down(folder)


def open_office(app: Flask, sandbox: SandboxProcess, number: int) -> Office:
    firm = make_firm(app, f"Firm {number}", f"firm-{number}.example")
    made = sandbox.control("companies", {"name": f"Company {number}"})
    office = Office(app, sandbox, firm.id, made["realm_id"], made["refresh_token"])
    office.control("preferences", CustomTxnNumbers=True)
    office.connect()
    return office


def seed() -> int:
    return int(os.environ.get("SEED", "26"))


def main() -> int:
    minutes = float(os.environ.get("MINUTES", "30"))
    operations = int(os.environ.get("OPERATIONS", "10000"))
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="soak-") as name,
        SandboxProcess.start(limits=False) as sandbox,
        surroundings(Path(name), sandbox) as app,
    ):
        lives = [Life(open_office(app, sandbox, number)) for number in range(1, FIRMS + 1)]
        programs = Programs(Path(name) / "programs.log")
        chaos = Chaos(app, Path(name), [life.office for life in lives], programs, seed())
        chaos.start()
        try:
            live(lives, minutes, operations)
            chaos.over.set()
            chaos.join()
            sandbox.control("faults", method="DELETE")
            asked = _calm(programs, lives)
            sums: collections.Counter[str] = collections.Counter()
            for life in lives:
                sums.update(broken(life))
        finally:
            chaos.over.set()
            chaos.join()
            programs.end()
        result = {
            "soak": {
                "minutes": round((time.monotonic() - began) / 60, 1),
                "operations": operations,
                "refused": sum(life.refused for life in lives),
                "records": sum(len(ids) for life in lives for ids in life.records.values()),
                "faults": dict(sorted(chaos.done.items())),
                "set_aside_and_asked_for_again": asked,
                **sums,
            }
        }
    print(json.dumps(result))
    return int(any(sums.values()))


def _calm(programs: Programs, lives: list[Life]) -> int:
    """Settle with programs that stay alive."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            programs.revive()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        return settle(lives)
    finally:
        over.set()
        watcher.join()


if __name__ == "__main__":
    sys.exit(main())
