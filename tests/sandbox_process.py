"""A real sandbox process for tests: started on a free port, stopped at the end.

with SandboxProcess.start(limits=False) as qbo:
    qbo.control("companies", {"name": "Another"})
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parent.parent
STOP_WITHIN_S = 10

Switch = Callable[..., None]
"""Sets switches of a sandbox by their names; see sandbox/README.md."""


class SandboxProcess:
    """`announced` is the JSON line it printed: api_url, client_id, refresh_token and so on."""

    def __init__(self, process: subprocess.Popen[str], announced: dict[str, str]) -> None:
        self.process = process
        self.announced = announced
        self.api_url = announced["api_url"]
        self.control_url = announced["control_url"]

    @classmethod
    def start(cls, *options: str, data: Path | None = None, port: int = 0, **switches: Any) -> Self:
        """Start one. `options` are further command-line words; `switches` as in sandbox/README.md.

        Raises RuntimeError with what it said if it did not come up."""
        words = [sys.executable, "-m", "sandbox", "--port", str(port), *options]
        words += ["--data", str(data)] if data else []
        for name, value in switches.items():
            words += ["--switch", f"{name}={value}"]
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                words, cwd=ROOT, stdout=subprocess.PIPE, stderr=said, text=True
            )
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                process.communicate(timeout=STOP_WITHIN_S)
                said.seek(0)
                raise RuntimeError(said.read().strip())
        return cls(process, json.loads(line))

    def control(
        self, path: str, body: dict[str, Any] | None = None, method: str | None = None
    ) -> dict[str, Any]:
        """Call the control API: GET without a body, POST with one.

        Raises RuntimeError with the answer if it is not 200."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.control_url}/{path}", data, method=method or ("GET" if body is None else "POST")
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                result: dict[str, Any] = json.load(answer)
                return result
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from None

    @contextmanager
    def switching(self, **values: Any) -> Iterator[Switch]:
        """Set switches, and give what sets more; they are as before in the end."""
        before = self.control("switches")

        def switch(**values: Any) -> None:
            self.control("switches", values)

        switch(**values)
        try:
            yield switch
        finally:
            self.control("switches", before)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self._reap()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self._reap()

    def _reap(self) -> None:
        try:
            self.process.communicate(timeout=STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
