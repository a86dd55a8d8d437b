"""``make mutants``: break the money, the outbox and the sign-in on purpose, and count who notices.

Each module is mutated in a copy of the repository by cosmic-ray, and judged by the tests that are
about it. Prints a JSON line per module; the folder it names keeps the session, for ``cr-report``.
``ONLY=outbox`` runs one, ``SAMPLE=100`` draws that many of its mutants.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shlex
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutation.copies import PYTEST, copy_to

SEED = 26
LONGEST_S = 120.0
SUBJECTS = {
    "money": ("webapp/money.py", ["tests/test_money.py"]),
    "payloads": ("webapp/quickbooks/payloads.py", ["tests/quickbooks/test_payloads.py"]),
    "outbox": ("webapp/models/outbox.py", ["tests/models/test_outbox.py"]),
    "tokens": ("webapp/quickbooks/tokens.py", ["tests/quickbooks/test_tokens.py"]),
}
KILLED, SURVIVED = "KILLED", "SURVIVED"


def main() -> int:
    """The exit code: 1 where fewer than 80 of 100 were noticed."""
    wanted = os.environ.get("ONLY")
    names = [wanted] if wanted else list(SUBJECTS)
    shares = [_try(name, int(os.environ.get("SAMPLE", "0"))) for name in names]
    return int(min(shares) < 0.8)


def _try(name: str, sample: int) -> float:
    module, tests = SUBJECTS[name]
    folder = Path(tempfile.mkdtemp(prefix=f"mutants-{name}-"))
    copy = folder / "copy"
    copy_to(copy)
    (folder / "config.toml").write_text(_config(module, tests))
    _run(copy, "init", "../config.toml", "../session.sqlite")
    _leave_out_hints(folder / "session.sqlite", (copy / module).read_text().splitlines())
    if sample:
        _draw(folder / "session.sqlite", sample)
    _run(copy, "baseline", "../config.toml")
    _run(copy, "exec", "../config.toml", "../session.sqlite")
    counts = _counts(folder / "session.sqlite")
    tried = sum(counts.values())
    share = counts.get(KILLED, 0) / tried
    line = {"subject": name, "mutants": tried, "killed": counts.get(KILLED, 0)}
    print(json.dumps({**line, "share": round(share, 3), "session": str(folder)}), flush=True)
    return share


def _config(module: str, tests: list[str]) -> str:
    command = shlex.join(["env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1", *PYTEST, *tests])
    return "\n".join(
        [
            "[cosmic-ray]",
            f'module-path = "{module}"',
            f"timeout = {LONGEST_S}",
            "excluded-modules = []",
            f'test-command = "{command}"',
            "[cosmic-ray.distributor]",
            'name = "local"',
        ]
    )


def _draw(session: Path, size: int) -> None:
    """Keep so many of the planned mutants, the same ones each time."""
    with contextlib.closing(sqlite3.connect(session)) as database, database:
        planned = "SELECT job_id FROM mutation_specs ORDER BY operator_name, occurrence"
        jobs = [row[0] for row in database.execute(planned)]
        kept = set(random.Random(SEED).sample(jobs, min(size, len(jobs))))
        _forget(database, [job for job in jobs if job not in kept])


def _leave_out_hints(session: Path, source: list[str]) -> None:
    """``str | None`` in a type hint is never evaluated: no test could notice another operator."""
    planned = "SELECT job_id, start_pos_row FROM mutation_specs WHERE operator_name LIKE '%BitOr%'"
    with contextlib.closing(sqlite3.connect(session)) as database, database:
        rows = database.execute(planned).fetchall()
        _forget(database, [job for job, row in rows if "| None" in source[row - 1]])


def _forget(database: sqlite3.Connection, jobs: list[str]) -> None:
    for job in jobs:
        database.execute("DELETE FROM mutation_specs WHERE job_id = ?", (job,))
        database.execute("DELETE FROM work_items WHERE job_id = ?", (job,))


def _counts(session: Path) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(session)) as database:
        rows = database.execute("SELECT test_outcome, count(*) FROM work_results GROUP BY 1")
        return {str(outcome): count for outcome, count in rows}


def _run(copy: Path, *words: str) -> None:
    program = Path(sys.executable).parent / "cosmic-ray"
    subprocess.run([str(program), *words], cwd=copy, check=True)


if __name__ == "__main__":
    sys.exit(main())
