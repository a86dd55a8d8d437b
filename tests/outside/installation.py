"""An installation that knows QuickBooks by its settings alone: commands, three programs, HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.commands.program import OURS, ROOT, free_ports
from webapp import embedded_redis

PATIENCE_S = 240.0
Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Installation:
    folder: Path
    settings: Mapping[str, str]
    port: int = 0
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        return {
            **kept,
            "CUADRA_INSTANCE": str(self.folder),
            "SECRET_KEY": "outside-secret-key-0123456789-0123456789",
            "TOKEN_KEYS": "outside-token-key-0123456789-0123456789",
            "PORT": str(self.port),
            **self.settings,
        }

    def flask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """``flask --app wsgi …`` to its end."""
        return self._to_its_end("flask", "--app", "wsgi", *words)

    def _to_its_end(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def start(self) -> None:
        """Web, worker and scheduler, as the README says for production."""
        web = ("gunicorn", "--worker-class", "gthread", "--threads", "8", "--no-control-socket")
        for words in (
            (*web, "--bind", f"127.0.0.1:{self.port}", "wsgi:app"),
            ("jobs.worker",),
            ("jobs.schedule",),
        ):
            log = (self.folder / f"{words[0]}.log").open("wb")
            self.running.append(
                subprocess.Popen(
                    [sys.executable, "-m", *words],
                    cwd=ROOT,
                    env=self.environ,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )
        wait_for(lambda: self._answers("/readyz"), "the web is ready")

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        embedded_redis.shut_down(self.folder)

    def _answers(self, path: str) -> bool:
        try:
            return self.ask("GET", path).status == 200
        except OSError:
            return False

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + path,
            data,
            {"Content-Type": "application/json", **(headers or {})},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read().decode())


@dataclass(frozen=True)
class Api:
    """A firm's program: what it can do, it does with its token."""

    installation: Installation
    token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.installation.ask(method, f"/api/v1/{path}", body, sent)

    def get(self, path: str, **headers: str) -> Any:
        answer = self("GET", path, **headers)
        assert answer.status == 200, answer.text
        return answer.json

    def post(self, path: str, **body: Any) -> Json:
        answer = self("POST", path, body)
        assert answer.status in (200, 201), answer.text
        found: Json = answer.json
        return found

    def settle(self) -> Json:
        wait_for(lambda: self.get("sync")["settled"], "everything is settled")
        found: Json = self.get("sync")
        return found

    def issues(self, **wanted: str) -> list[Json]:
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        found: list[Json] = self.get(f"issues?{query}")["items"]
        return found

    def act(self, issue: Json, action: str, **arguments: str) -> Json:
        assert action in issue["actions"], issue
        return self.post(f"issues/{issue['id']}/{action}", **arguments)


def wait_for(condition: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends, f"it never happened: {what}"
        time.sleep(0.1)


@contextmanager
def installed(folder: Path, port: int, **settings: str) -> Iterator[Installation]:
    """Migrated, not started. Nothing of it runs after the block."""
    installation = Installation(folder, settings, port)
    try:
        migrated = installation.flask("db", "upgrade")
        assert migrated.returncode == 0, migrated.stderr
        yield installation
    finally:
        installation.stop()


def free_port() -> int:
    return free_ports(1)[0]
