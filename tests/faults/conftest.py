"""Real processes that a test may kill: forks that have the application, and whole programs.

What they share with the test is what processes share in production: the database, Redis and
QuickBooks. Leases and cutoffs last a second or two instead of Intuit's two minutes.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from flask import Flask

from tests.quickbooks.conftest import (  # noqa: F401 - fixtures
    UNHURRIED,
    configured,
    make_office,
    office,
    sandbox,
    switch,
)
from tests.sandbox_process import SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 1.0
CUTOFF_S = 1.5
SWEEP_S = 0.3
PATIENCE_S = 300
"""For what takes a second or two, since a machine may be busy with much else."""

Fork = Callable[..., ForkServerProcess]
Program = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture(scope="session")
def surroundings(instance: Path, tables: Flask, sandbox: SandboxProcess) -> dict[str, str]:  # noqa: F811
    """The environment of every process that a test starts."""
    said = sandbox.announced
    return {
        **os.environ,
        "QBO_API_URL": said["api_url"],
        "INTUIT_DISCOVERY_URL": said["discovery_url"],
        "INTUIT_CLIENT_ID": said["client_id"],
        "INTUIT_CLIENT_SECRET": said["client_secret"],
        "LEASE_S": str(LEASE_S),
        "QBO_CUTOFF_S": str(CUTOFF_S),
        "SWEEP_EVERY_S": str(SWEEP_S),
        **{name: str(value) for name, value in UNHURRIED.items()},
    }


@pytest.fixture(scope="session")
def forks(surroundings: dict[str, str]) -> multiprocessing.context.ForkServerContext:
    """Forks start in milliseconds, since the server they come from has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["wsgi", "tests.faults.children", "webapp.quickbooks.sync"])
    with pytest.MonkeyPatch.context() as environment:
        for name, value in surroundings.items():
            environment.setenv(name, value)
        forkserver.ensure_running()
    return context


@pytest.fixture
def fork(
    forks: multiprocessing.context.ForkServerContext,
    configured: Callable[..., None],  # noqa: F811
) -> Iterator[Fork]:
    """``fork(children.work, firm_id, failpoint)``: a running process, killed at the end."""
    started: list[ForkServerProcess] = []
    configured(LEASE_S=LEASE_S, QBO_CUTOFF_S=CUTOFF_S)

    def start(target: Callable[..., None], *arguments: object) -> ForkServerProcess:
        process = forks.Process(target=target, args=arguments)
        process.start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.join(PATIENCE_S)


@pytest.fixture
def program(surroundings: dict[str, str]) -> Iterator[Program]:
    """``program("jobs.worker", NAME=value)``: as in production; killed at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(module: str, *words: str, **more: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env={**surroundings, **more},
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(PATIENCE_S)
