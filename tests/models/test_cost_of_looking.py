"""Does looking for work cost the same however many records a firm has had?

SQLite chooses among indexes that begin alike by the order in which they were made, so the plan is
asked for with each of them made last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import claiming
from webapp.quickbooks import sweep, watchdog

OTHERS = ("ix_outbox_entry_waits", "ix_outbox_entry_state")
LOOKS: dict[str, Callable[[int], object]] = {
    "what is next": lambda firm_id: claiming.first_due(firm_id, 5),
    "what is left": lambda firm_id: claiming.left(firm_id, database_now(db.session())),
    "which firms": lambda _firm_id: sweep.sweep(),
    "which firms were not heard of": lambda _firm_id: watchdog.watch(),
}


def seen_statements(look: Callable[[], object]) -> list[tuple[str, Any]]:
    """Those that look into the outbox, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "FROM outbox_entry" in statement:
            seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        look()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return seen


def empty_copy(last: str) -> sqlite3.Connection:
    """The same tables and indexes, with this index made last."""
    made = db.session.execute(
        db.text(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            " ORDER BY type = 'index', name = :last"
        ),
        {"last": last},
    ).scalars()
    copy = sqlite3.connect(":memory:")
    for statement in made:
        copy.execute(statement)
    return copy


@pytest.mark.parametrize("last", OTHERS)
@pytest.mark.parametrize("look", LOOKS)
def test_only_what_is_due_is_looked_at(firm_id: int, look: str, last: str) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by what is in the tables")
    seen = seen_statements(lambda: LOOKS[look](firm_id))
    assert seen
    with closing(empty_copy(last)) as copy:
        for statement, parameters in seen:
            plan = copy.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            steps = [row[3] for row in plan if "outbox_entry" in row[3]]
            assert steps
            assert all("INDEX ix_outbox_entry_due " in step for step in steps), steps
