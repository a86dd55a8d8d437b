"""The files of docs/deploy do what they say, as far as that is seen without a host for them."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.conftest import SETTINGS
from tests.postgres import fresh_database, postgres_server  # noqa: F401 - a fixture
from webapp import embedded_redis

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
PATIENCE_S = 90
PARTS = {"database", "migrations", "redis", "worker", "scheduler"}


def procfile() -> dict[str, str]:
    lines = (DEPLOY / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines)}


class Host:
    """What a platform that reads a Procfile does."""

    def __init__(self, environ: dict[str, str]):
        self.environ = environ
        self.started: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        self.started[name] = subprocess.Popen(
            f"exec {procfile()[name]}",
            shell=True,
            cwd=ROOT,
            env=self.environ,
            stderr=subprocess.DEVNULL,
        )

    def run(self, command: str) -> str:
        done = subprocess.run(
            command, shell=True, cwd=ROOT, env=self.environ, capture_output=True, check=True
        )
        return done.stdout.decode()

    def parts(self) -> dict[str, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.environ['PORT']}/readyz") as said:
                return dict(json.load(said))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except OSError:
            return {}

    def kill(self) -> None:
        for process in self.started.values():
            process.kill()
            process.wait(PATIENCE_S)


@pytest.fixture
def host(postgres_server: URL, tmp_path: Path) -> Iterator[Host]:  # noqa: F811
    """PostgreSQL and Redis by address; nothing of this test's own program around it."""
    with socket.socket() as free, ExitStack() as ending:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        ending.callback(embedded_redis.shut_down, tmp_path)
        environ = {
            **SETTINGS,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "PORT": str(port),
            "CUADRA_INSTANCE": str(tmp_path / "instance"),
            "REDIS_URL": embedded_redis.ensure(tmp_path),
            "DATABASE_URL": ending.enter_context(fresh_database(postgres_server)),
        }
        host = Host(environ)
        ending.callback(host.kill)
        yield host


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.2)


@pytest.mark.full
def test_the_procfile_runs_on_postgresql_and_redis(host: Host) -> None:
    assert list(procfile()) == ["release", "web", "worker", "scheduler"]
    host.run(procfile()["release"])
    for name in ("web", "worker", "scheduler"):
        host.start(name)
    wait_for(lambda: host.parts() == dict.fromkeys(PARTS, "ok"))
    made = host.run(
        "flask --app wsgi firm create --name Alder --owner-email o@alder.example "
        "--owner-password a-long-enough-password"
    )
    assert set(json.loads(made)) == {"firm_id", "api_token"}
    for process in host.started.values():
        process.send_signal(signal.SIGTERM)
    assert {name: process.wait(PATIENCE_S) for name, process in host.started.items()} == {
        "web": 0,
        "worker": 0,
        "scheduler": 0,
    }


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Paths are made to exist, so that only what is wrong with the units is said."""
    units = []
    for file in DEPLOY.iterdir():
        if file.suffix in (".service", ".timer", ".target"):
            text = file.read_text().replace("/opt/cuadra/.venv/bin/gunicorn", "/bin/true")
            copy = tmp_path / file.name
            copy.write_text(text.replace("/opt/cuadra/.venv/bin/python", "/bin/true"))
            units.append(str(copy))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", *units],
        capture_output=True,
        text=True,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        check=False,
    )
    ours = [line for line in said.stderr.splitlines() if "cuadra" in line]
    assert ours == []


def test_units_and_container_start_what_the_procfile_starts() -> None:
    commands = {name: command.split()[:3] for name, command in procfile().items()}
    for unit, name in (
        ("cuadra-worker@.service", "worker"),
        ("cuadra-scheduler.service", "scheduler"),
    ):
        started = unit_line(unit, "ExecStart").removeprefix("/opt/cuadra/.venv/bin/")
        assert started.split()[:3] == commands[name]
    web = unit_line("cuadra-web.service", "ExecStart").removeprefix("/opt/cuadra/.venv/bin/")
    assert web.split()[0] == commands["web"][0]
    assert web.split()[-1] == procfile()["web"].split()[-1] == container()["CMD"][0][-1]


def test_the_container_copies_what_is_there_and_all_that_runs() -> None:
    sources = {
        word
        for words in container()["COPY"]
        for word in words[:-1]
        if not word.startswith(("--", "/"))
    }
    assert {name for name in sources if not (ROOT / name).exists()} == set()
    assert {"wsgi.py", "jobs", "migrations", "static", "templates", "webapp"} <= sources
    assert container()["USER"] == [["cuadra"]]


def unit_line(unit: str, name: str) -> str:
    for line in (DEPLOY / unit).read_text().splitlines():
        if line.startswith(f"{name}="):
            return line.partition("=")[2]
    raise AssertionError(f"{unit} has no {name}")


def container() -> dict[str, list[list[str]]]:
    """The instructions of the container file, by name, as their words."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    found: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            words = json.loads(rest) if rest.startswith("[") else shlex.split(rest)
            found.setdefault(name, []).append(words)
    return found
