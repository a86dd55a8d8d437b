"""Does a worker leave the CPU to the web as far as it was told?"""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
from flask import Flask

from tests.commands.program import ROOT, START_TIMEOUT_S, wait_until

LOWEST_PRIORITY = 19
BY = 3


def test_a_worker_stands_back_as_its_setting_says(app: Flask) -> None:
    expected = min(os.nice(0) + BY, LOWEST_PRIORITY)
    environ = {**os.environ, "WORKER_NICE": str(BY)}
    with subprocess.Popen([sys.executable, "-m", "jobs.worker"], cwd=ROOT, env=environ) as worker:
        try:
            seen = psutil.Process(worker.pid)
            wait_until(lambda: seen.nice() == expected, START_TIMEOUT_S)
            assert seen.nice() == expected
        finally:
            worker.kill()
