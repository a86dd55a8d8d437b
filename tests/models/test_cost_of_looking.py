"""Does looking for work cost the same however many records a firm has had?

SQLite chooses among indexes that begin alike by the order in which they were made, so the plan is
asked for with each of them made last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Entry, claiming
from webapp.quickbooks import sweep, watchdog

OTHERS = ("ix_outbox_entry_waits", "ix_outbox_entry_state")
LOOKS: dict[str, Callable[[int], object]] = {
    "what is next": lambda firm_id: claiming.first_due(firm_id, 5),
    "what is left": lambda firm_id: claiming.left(firm_id, database_now(db.session())),
    "which firms": lambda _firm_id: sweep.sweep(),
    "which firms were not heard of": lambda _firm_id: watchdog.watch(),
}


@pytest.fixture(params=OTHERS)
def made_last(app: Flask, firm_id: int, request: pytest.FixtureRequest) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by what is in the tables")
    (index,) = (one for one in Entry.__table__.indexes if one.name == request.param)
    index.drop(db.engine)
    index.create(db.engine)


@pytest.mark.usefixtures("made_last")
@pytest.mark.parametrize("look", LOOKS)
def test_only_what_is_due_is_looked_at(firm_id: int, look: str) -> None:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "FROM outbox_entry" in statement:
            seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        LOOKS[look](firm_id)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert seen
    for statement, parameters in seen:
        plan = db.session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN " + statement, parameters
        )
        steps = [row[3] for row in plan if "outbox_entry" in row[3]]
        assert steps
        assert all("INDEX ix_outbox_entry_due " in step for step in steps), steps
