"""Which mutants of a module are tried: cosmic-ray's list, without those that cannot matter."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from pathlib import Path

SEED = 26


def narrow(session: Path, source: list[str], sample: int) -> None:
    """Leave hints out of what ``cosmic-ray init`` planned, then keep ``sample`` of it (0: all)."""
    with contextlib.closing(sqlite3.connect(session)) as database, database:
        _leave_out_hints(database, source)
        if sample:
            _draw(database, sample)


def _draw(database: sqlite3.Connection, size: int) -> None:
    """The same ones each time."""
    planned = "SELECT job_id FROM mutation_specs ORDER BY operator_name, occurrence"
    jobs = [row[0] for row in database.execute(planned)]
    kept = set(random.Random(SEED).sample(jobs, min(size, len(jobs))))
    _forget(database, [job for job in jobs if job not in kept])


def _leave_out_hints(database: sqlite3.Connection, source: list[str]) -> None:
    """``str | None`` in a type hint is never evaluated: no test could notice another operator."""
    planned = "SELECT job_id, start_pos_row FROM mutation_specs WHERE operator_name LIKE '%BitOr%'"
    rows = database.execute(planned).fetchall()
    _forget(database, [job for job, row in rows if "| None" in source[row - 1]])


def _forget(database: sqlite3.Connection, jobs: list[str]) -> None:
    for job in jobs:
        database.execute("DELETE FROM mutation_specs WHERE job_id = ?", (job,))
        database.execute("DELETE FROM work_items WHERE job_id = ?", (job,))
