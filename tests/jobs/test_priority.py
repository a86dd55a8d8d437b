"""Does a process that stands back do so in every way that the system weighs it?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from flask import Flask

from tests.commands.program import ROOT, START_TIMEOUT_S, wait_until

AUTOGROUP = Path("/proc/self/autogroup")
BY = 3


def said(line: str, *, of_its_own_session: bool) -> str:
    """What a Python prints that stands back before the line."""
    program = f"import os, pathlib; from jobs.priority import stand_back; stand_back({BY}); {line}"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        start_new_session=of_its_own_session,
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.strip()


def test_its_nice_value_rises() -> None:
    expected = min(os.nice(0) + BY, 19)
    assert said("print(os.nice(0))", of_its_own_session=False) == str(expected)


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this kernel weighs no sessions")
@pytest.mark.parametrize("own", [True, False])
def test_its_session_stands_back_where_no_other_process_shares_it(own: bool) -> None:
    read = f"print(pathlib.Path('{AUTOGROUP}').read_text())"
    before = AUTOGROUP.read_text().split()[-1]
    after = said(read, of_its_own_session=own).split()[-1]
    assert after == (str(min(os.nice(0) + BY, 19)) if own else before)


def test_a_worker_stands_back_as_its_setting_says(app: Flask) -> None:
    expected = min(os.nice(0) + BY, 19)
    environ = {**os.environ, "WORKER_NICE": str(BY)}
    with subprocess.Popen([sys.executable, "-m", "jobs.worker"], cwd=ROOT, env=environ) as worker:
        try:
            seen = psutil.Process(worker.pid)
            wait_until(lambda: seen.nice() == expected, START_TIMEOUT_S)
            assert seen.nice() == expected
        finally:
            worker.kill()
