"""How long does the check of an invoice number take where a million numbers are in use?

``NUMBERS`` (1,000,000) invoices are in QuickBooks and here, and ``WAITING`` (1,000) more are only
here so far, with the next numbers. ``KEYSTROKES`` (300) checks each of free numbers, of numbers
taken there and of numbers taken here alternate with the lightest signed-in page of the process. The
company's address is a closed port: a call to QuickBooks would fail the check. At last, the same
with ``NUMBERS / 10`` waiting, which is to say with QuickBooks away for long. One JSON line.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench._alone import instance

CHUNK = 10_000
FIRST = 100_000
EMPTY_PAGE = "/services"
"""A list with nothing on it: layout, session, one count."""


def add_theirs(firm_id: int, numbers: range) -> None:
    """As the mirror holds them."""
    from webapp.models import MirrorNumber

    began = datetime(2000, 1, 1, tzinfo=UTC)
    _insert(
        MirrorNumber,
        numbers,
        lambda number: {
            "firm_id": firm_id,
            "txn_type": "Invoice",
            "quickbooks_id": str(number),
            "number": str(number),
            "prefix": "",
            "value": str(number).zfill(22),
            "created_at": began + timedelta(minutes=number),
        },
    )


def add_ours(firm_id: int, account_id: int, numbers: range) -> None:
    from webapp.models import Invoice

    _insert(
        Invoice,
        numbers,
        lambda number: {
            "firm_id": firm_id,
            "account_id": account_id,
            "number": str(number),
            "date": date(2026, 11, 24),
            "currency": "USD",
        },
    )


def _insert(model: Any, numbers: range, row: Callable[[int], dict[str, Any]]) -> None:
    from sqlalchemy import insert

    from webapp.extensions import db

    for start in range(0, len(numbers), CHUNK):
        rows = [row(number) for number in numbers[start : start + CHUNK]]
        db.session.execute(insert(model), rows)
        db.session.commit()


def milliseconds(client: Any, url: str) -> tuple[float, str]:
    began = time.perf_counter()
    answer = client.get(url)
    assert answer.status_code == 200, answer.status
    return (time.perf_counter() - began) * 1000, answer.text


def p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 2)


def prepare(app: Any) -> tuple[int, int, str]:
    """A firm, its client, and the token of somebody who is signed in."""
    from webapp.extensions import db
    from webapp.models import Account, Connection, Firm, Person, SignIn
    from webapp.models.connection import CONNECTED
    from webapp.models.person import MEMBER

    with app.app_context():
        db.create_all()
        firm = Firm(name="Bench", sync_invoice_numbers=True)
        person = Person(firm=firm, role=MEMBER, email="a@b.example", name="A", password_hash="-")
        db.session.add_all([firm, person])
        db.session.flush()
        account = Account(firm_id=firm.id, name="Ada")
        db.session.add_all([account, Connection(firm_id=firm.id, state=CONNECTED)])
        token = SignIn.start(person, "127.0.0.1", "bench").token
        db.session.commit()
        return firm.id, account.id, token


def type_numbers(client: Any, count: int, waiting: int, keystrokes: int) -> dict[str, list[float]]:
    """How long each check and each page took, in milliseconds."""
    there, end = FIRST + count, FIRST + count + waiting
    kinds = {
        "free": lambda n: (f"9{end + n}", "is free in QuickBooks"),
        "taken_there": lambda n: (str(there - 1 - n), f"Use '{end}'"),
        "taken_here": lambda n: (str(there + n % waiting), f"Use '{end}'"),
    }
    times: dict[str, list[float]] = {name: [] for name in (*kinds, "page")}
    for stroke in range(keystrokes):
        for name, typed in kinds.items():
            number, said = typed(stroke)
            took, text = milliseconds(client, f"/invoices/number-check?number={number}")
            assert said in text, text
            times[name].append(took)
            times["page"].append(milliseconds(client, EMPTY_PAGE)[0])
    return times


def run(count: int, waiting: int, keystrokes: int) -> dict[str, Any]:
    from webapp import create_app

    app = create_app({"RATELIMIT_ENABLED": False})
    firm_id, account_id, token = prepare(app)
    with app.app_context():
        add_theirs(firm_id, range(FIRST, FIRST + count))
        add_ours(firm_id, account_id, range(FIRST, FIRST + count + waiting))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    times = type_numbers(client, count, waiting, keystrokes)
    long_run = waiting + count // 10
    with app.app_context():
        add_ours(firm_id, account_id, range(FIRST + count + waiting, FIRST + count + long_run))
    away = type_numbers(client, count, long_run, 10)
    page = p95(times.pop("page"))
    checks = [took for kind in times.values() for took in kind]
    return {
        "bench": "numbers",
        "numbers": count,
        "checks": len(checks),
        "check_p95_ms": p95(checks),
        **{f"{name}_p95_ms": p95(kind) for name, kind in times.items()},
        "empty_page_p95_ms": page,
        "times_the_page": round(p95(checks) / page, 2),
        f"with_{long_run}_waiting_p95_ms": p95(away["taken_there"] + away["taken_here"]),
    }


def main() -> None:
    sizes = {"NUMBERS": 1_000_000, "WAITING": 1_000, "KEYSTROKES": 300}
    with instance():
        chosen = (int(os.environ.get(name, size)) for name, size in sizes.items())
        print(json.dumps(run(*chosen)))


if __name__ == "__main__":
    main()
