"""Row 8: Redis forgets everything, is killed, is down, is full. It only carries hints.

Work goes on or resumes within ten seconds, and people sign in. Red without the sweep (nothing
resumes), where ``hints.send`` lets a RedisError through (no record can be saved), and without the
limiter's fallback in memory (nobody signs in).
"""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask

from tests.conftest import PASSWORD
from tests.faults.conftest import PATIENCE_S, Program
from tests.quickbooks.office import Office
from webapp import embedded_redis
from webapp.models import KINDS

RESUMES_S = 10
STARTING_S = 120
"""Programs that died with Redis are started again, which takes its time on a busy machine."""


class Programs:
    """A scheduler and a worker, started again whenever they end, as the supervisor does."""

    def __init__(self, program: Program):
        self._program = program
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.look()

    def look(self) -> None:
        for name in ("jobs.schedule", "jobs.worker"):
            running = self._running.get(name)
            if running is None or running.poll() is not None:
                self._running[name] = self._program(name)


@pytest.fixture
def redis_again(app: Flask, instance: Path) -> Iterator[None]:
    yield
    embedded_redis.ensure(instance)
    app.extensions["redis"].config_set("maxmemory", "0")


def kill_redis(app: Flask) -> None:
    server = app.extensions["redis"].info("server")["process_id"]
    subprocess.run(["kill", f"-{signal.SIGKILL.value}", str(server)], check=True)


def forget(app: Flask, _instance: Path) -> Callable[[], None]:
    app.extensions["redis"].flushall()
    return lambda: None


def go_down(app: Flask, instance: Path) -> Callable[[], None]:
    kill_redis(app)

    def come_back() -> None:
        embedded_redis.ensure(instance)

    return come_back


def be_full(app: Flask, _instance: Path) -> Callable[[], None]:
    redis = app.extensions["redis"]
    redis.config_set("maxmemory", "1")
    return lambda: redis.config_set("maxmemory", "0")


@pytest.mark.parametrize(
    "trouble", [forget, go_down, pytest.param(be_full, marks=pytest.mark.full)]
)
def test_work_resumes_after_redis_was_in_trouble(
    app: Flask,
    office: Office,
    instance: Path,
    program: Program,
    redis_again: None,
    trouble: Callable[[Flask, Path], Callable[[], None]],
) -> None:
    programs = Programs(program)
    office.client("Before")
    wait_for(lambda: not office.moving(), programs)
    end = trouble(app, instance)
    made = office.one_of_each()  # saving goes on
    time.sleep(1)
    end()
    took = wait_for(lambda: not office.moving(), programs)
    assert {office.state(kind, made[kind]) for kind in KINDS} == {"synced"}
    assert took < RESUMES_S + STARTING_S
    office.require_order()


def test_people_sign_in_and_pages_open_without_redis(
    app: Flask, office: Office, instance: Path, program: Program, redis_again: None
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    program("gunicorn", "wsgi:app", f"--bind={address[7:]}", "--no-control-socket")
    browser = requests.Session()
    wait_for(lambda: _answers(browser, address))
    kill_redis(app)
    page = browser.get(f"{address}/sign-in", timeout=PATIENCE_S).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    signed_in = browser.post(
        f"{address}/sign-in",
        data={
            "csrf_token": token[1],
            "email": "owner@firm-1.example",
            "password": PASSWORD,
        },
        timeout=PATIENCE_S,
    )
    assert signed_in.status_code == 200
    assert signed_in.url == f"{address}/invoices"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(browser: requests.Session, address: str) -> bool:
    try:
        return browser.get(f"{address}/sign-in", timeout=PATIENCE_S).ok
    except requests.ConnectionError:
        return False


def wait_for(condition: Callable[[], bool], programs: Programs | None = None) -> float:
    """Seconds until it held."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_S
        if programs is not None:
            programs.look()
        time.sleep(0.1)
    return time.monotonic() - began
