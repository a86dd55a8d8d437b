"""Services and their entries, as people and workers leave them."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.extensions import db
from webapp.models import Entry, Service

CUTOFF = timedelta(seconds=125)


def service(firm_id: int, name: str = "Bookkeeping") -> Service:
    return Service(firm_id=firm_id, name=name, rate_minor=12_000)


def some(firm_id: int, count: int, hurry: bool = True) -> list[Entry]:
    made = [service(firm_id, f"Service {n}").save(hurry=hurry) for n in range(count)]
    db.session.commit()
    return made


def sent(entry: Entry, now: datetime) -> None:
    """As a worker leaves it that has composed and marked it."""
    entry.picked = 1
    entry.compose("create", "{}")
    entry.mark_sent(now, CUTOFF)
