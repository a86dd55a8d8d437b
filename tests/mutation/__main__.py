"""``make mutants``: break the money, the outbox, the sign-in … on purpose, and count who notices.

Each module is mutated in a copy of the repository by cosmic-ray, and judged by the tests that are
about it. Prints a JSON line per module, then one per mutant that nobody noticed; the folder named
keeps the session, for ``cr-report``. ``ONLY=outbox,money`` runs those, ``SAMPLE=100`` draws that
many mutants of each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import WorkResult

from tests.mutation import plan
from tests.mutation.copies import copy_to

ENGINE = "tests/quickbooks"
OUTCOMES = f"{ENGINE}/test_outcomes.py"
OUTBOX = "tests/models/test_outbox.py"
CLAIMING = "tests/models/test_claiming.py"
NEIGHBOURS = "tests/models/test_outbox_neighbours.py"
TABLES = "tests/test_migrations.py::test_migrations_make_the_very_tables_of_the_models"
SUBJECTS = {
    "money": ("webapp/money.py", ["tests/test_money.py"]),
    "payloads": ("webapp/quickbooks/payloads.py", [f"{ENGINE}/test_payloads.py"]),
    "updates": ("webapp/quickbooks/updates.py", [f"{ENGINE}/test_payloads.py"]),
    "outbox": ("webapp/models/outbox.py", [OUTBOX, NEIGHBOURS, TABLES]),
    "claiming": ("webapp/models/claiming.py", [CLAIMING, NEIGHBOURS]),
    "tokens": (
        "webapp/quickbooks/tokens.py",
        [f"{ENGINE}/test_token_lease.py", f"{ENGINE}/test_tokens.py"],
    ),
    "outcomes": ("webapp/quickbooks/outcomes.py", [OUTCOMES]),
    "rejecting": ("webapp/quickbooks/rejecting.py", [OUTCOMES]),
    "settling": ("webapp/quickbooks/settling.py", [f"{ENGINE}/test_settling.py"]),
    "limits": ("webapp/quickbooks/limits.py", [f"{ENGINE}/test_limits.py"]),
    "numbering": ("webapp/quickbooks/numbering.py", [f"{ENGINE}/test_numbers_taken.py"]),
}
ENOUGH = 0.8


def main() -> int:
    """The exit code: 1 where fewer than 80 of 100 were noticed."""
    wanted = os.environ.get("ONLY")
    names = wanted.split(",") if wanted else list(SUBJECTS)
    shares = [_try(name, int(os.environ.get("SAMPLE", "0"))) for name in names]
    return int(min(shares) < ENOUGH)


def _try(name: str, sample: int) -> float:
    module, tests = SUBJECTS[name]
    folder = Path(tempfile.mkdtemp(prefix=f"mutants-{name}-"))
    copy, session = folder / "copy", folder / "session.sqlite"
    copy_to(copy)
    (folder / "config.toml").write_text(_config(module))
    program = str(Path(sys.executable).parent / "cosmic-ray")
    subprocess.run([program, "init", "../config.toml", str(session)], cwd=copy, check=True)
    plan.narrow(session, (copy / module).read_text().splitlines(), sample)
    judge = [sys.executable, "-m", "tests.mutation.judge", str(session), *tests]
    subprocess.run(judge, cwd=copy, check=True)
    return _report(name, module, session)


def _config(module: str) -> str:
    """The test command is not used: see ``judge.py``."""
    settings = [f'module-path = "{module}"', "timeout = 1.0", "excluded-modules = []"]
    distributor = ["[cosmic-ray.distributor]", 'name = "local"']
    return "\n".join(["[cosmic-ray]", *settings, 'test-command = ""', *distributor])


def _report(name: str, module: str, session: Path) -> float:
    with use_db(str(session), WorkDB.Mode.open) as database:
        results: list[WorkResult] = [result for _job, result in database.results]
    alive = sorted((r.diff for r in results if not r.is_killed), key=_line)
    share = 1 - len(alive) / len(results)
    said = {
        "subject": name,
        "mutants": len(results),
        "killed": len(results) - len(alive),
        "timeouts": sum(result.output == "timeout" for result in results),
        "share": round(share, 3),
        "session": str(session.parent),
    }
    print(json.dumps(said), flush=True)
    for diff in alive:
        print(json.dumps({"survived": module, "line": diff}), flush=True)
    return share


def _line(diff: str) -> int:
    return int(diff.split(":")[0])


if __name__ == "__main__":
    sys.exit(main())
