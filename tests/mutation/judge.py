"""Which of the planned mutants do these tests notice? Runs inside the copy, which it breaks.

Most of a short test run is spent on importing what no mutant touches. So the packages of others are
imported once, and every mutant is judged by a fork of that process: it imports our code anew, runs
the tests up to the first failure, and is gone.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

from tests.mutation.change import change

OURS = ("webapp", "tests", "sandbox", "jobs")
PATIENCE_S = 90.0
"""A mutant that loops or waits forever is noticed by that."""
GOODBYE_S = 15.0
"""For a test run that is interrupted to stop the programs it started."""
PASSED, LATE = 0, -1
OPTIONS = ["-x", "-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:unraisableexception"]
"""Without the collections of garbage that look for what nobody could raise: they take as long as
the tests."""


def main() -> int:
    """The exit code: 1 where the tests fail without any mutant."""
    session, *tests = sys.argv[1:]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = False
    output = Path("judged.txt").resolve()
    if _run(tests, output) != PASSED:
        print(output.read_text(), file=sys.stderr)
        return 1
    _import(Path("imported.txt").read_text().split())
    gc.collect()
    gc.freeze()
    sys.dont_write_bytecode = True
    with use_db(session, WorkDB.Mode.open) as plan:
        for item in plan.pending_work_items:
            plan.set_result(item.job_id, _judge(item, tests, output))
    return 0


def _judge(item: WorkItem, tests: list[str], output: Path) -> WorkResult:
    mutation: MutationSpec = item.mutations[0]
    operator = get_operator(mutation.operator_name)(**mutation.operator_args)
    with use_mutation(mutation.module_path, operator, mutation.occurrence) as (was, became):
        if became is None:
            return WorkResult(worker_outcome=WorkerOutcome.NO_TEST)
        _forget_compiled(mutation.module_path)
        code = _run(tests, output)
    return WorkResult(
        worker_outcome=WorkerOutcome.NORMAL,
        test_outcome=TestOutcome.SURVIVED if code == PASSED else TestOutcome.KILLED,
        output="timeout" if code == LATE else output.read_text(errors="replace"),
        diff=change(was, became),
    )


def _forget_compiled(module: Path) -> None:
    """A mutant written in the second of the original, and of its length, would pass for it."""
    for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*"):
        compiled.unlink()


def _run(tests: list[str], output: Path) -> int:
    """pytest's exit code, or LATE."""
    child = os.fork()
    if child == 0:
        _be_the_tests(tests, output)
    code = _code_within(child, PATIENCE_S)
    if code is None:
        os.kill(child, signal.SIGINT)
        if _code_within(child, GOODBYE_S) is None:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
        return LATE
    return code


def _be_the_tests(tests: list[str], output: Path) -> None:
    """The child's whole life."""
    code = 1
    try:
        os.setsid()
        with output.open("wb") as file:
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
        pytest = importlib.import_module("pytest")
        code = int(pytest.main([*OPTIONS, *tests]))
        sys.stdout.flush()
        Path("imported.txt").write_text("\n".join(_of_others()))
    finally:
        os._exit(code)


def _code_within(child: int, seconds: float) -> int | None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return abs(os.waitstatus_to_exitcode(status))
        time.sleep(0.02)
    return None


def _of_others() -> Iterable[str]:
    """The modules that a run of the tests needs and no mutant touches."""
    return (name for name in sys.modules if name.split(".")[0] not in (*OURS, "__main__"))


def _import(names: list[str]) -> None:
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main())
