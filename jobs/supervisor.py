"""``make run``: which processes run on one machine, in which order do they start and end?

Redis and the local QuickBooks, the migrations, web, worker and scheduler, the demo's data. One that
ends is started again, ever later while it keeps failing. The end goes the other way: first what
takes work, then what it relies on, Redis last.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import signal
import subprocess
import sys
import time

from jobs import child, folder, plan
from jobs.child import Child
from jobs.plan import CannotStart, Plan
from jobs.processes import Processes, Stopped
from webapp import embedded_redis
from webapp.config import SettingsError
from webapp.database_version import Fit, UnfitDatabase
from webapp.embedded_redis import RedisDidNotStart

START_TIMEOUT_S = 60.0
DEMO_TIMEOUT_S = 600.0
PORTS_AFTER_A_KILL_S = 5.0
LONGEST_LINE = 300
WEB_THREADS = "8"
REFUSED = 2
SIGN_INS = "owner, admin, member or operator @demo.example, password cuadra-demo"


class Supervisor:
    """Carries out a plan."""

    def __init__(self, plan: Plan, fit: Fit, processes: Processes):
        self._plan = plan
        self._fit = fit
        self._processes = processes
        self._announcement = ""

    def start(self) -> None:
        """Returns when a person can sign in. Raises CannotStart, RedisDidNotStart, Stopped."""
        if self._plan.embeds_redis:
            self._processes.add("redis", self._launch_redis)
        if self._plan.demo:
            self._start_local_quickbooks()
        if self._fit is not Fit.CURRENT:
            launch = child.launcher(["flask", "--app", "wsgi", "db", "upgrade"], self._plan.environ)
            self._processes.run("migrations", launch, START_TIMEOUT_S)
        web = self._add("web", *self._gunicorn())
        self._processes.wait(web, self._is_healthy, START_TIMEOUT_S)
        self._add("worker", "jobs.worker")
        self._add("scheduler", "jobs.schedule")
        if self._plan.demo:
            self._load_demo()

    def _launch_redis(self) -> subprocess.Popen[bytes]:
        return embedded_redis.start(self._plan.instance, **child.popen_options(self._plan.environ))

    def _start_local_quickbooks(self) -> None:
        command = [
            "sandbox",
            f"--host={self._plan.host}",
            f"--port={self._plan.sandbox_port}",
            f"--data={self._plan.instance / 'sandbox.sqlite'}",
            f"--webhook-url={self._plan.web_address}/webhooks/intuit",
        ]
        launch = child.launcher(command, self._plan.environ)
        quickbooks = self._processes.add("quickbooks", launch, confidant=True)
        self._processes.wait(quickbooks, lambda: bool(quickbooks.first_line), START_TIMEOUT_S)
        self._announcement = quickbooks.first_line
        folder.write_sandbox_settings(
            self._plan.instance, self._announcement, self._plan.sandbox_address
        )

    def _gunicorn(self) -> list[str]:
        """Threads, since requests wait on the database; WEB_CONCURRENCY adds processes."""
        address = f"{plan.bracketed(self._plan.host)}:{self._plan.port}"
        return [
            "gunicorn",
            f"--bind={address}",
            "--worker-class=gthread",
            f"--threads={WEB_THREADS}",
            "--graceful-timeout=5",
            "--no-control-socket",
            "wsgi:app",
        ]

    def _load_demo(self) -> None:
        """The command learns from LOCAL_QUICKBOOKS, one line of JSON, how to connect the firm."""
        loaded = self._plan.instance / folder.DEMO_LOADED
        if self._fit is Fit.EMPTY or not loaded.exists():
            _say("Preparing the demo firm (once)…")
            environ = {**self._plan.environ, "LOCAL_QUICKBOOKS": self._announcement}
            launch = child.launcher(["flask", "--app", "wsgi", "demo", "load"], environ)
            self._processes.run("demo", launch, DEMO_TIMEOUT_S)
            loaded.touch()

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection(
            plan.reachable(self._plan.host), self._plan.port, timeout=5
        )
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def _add(self, name: str, *command: str) -> Child:
        return self._processes.add(name, child.launcher(command, self._plan.environ))


def main() -> int:
    """The exit code: 0 after a stop that was asked for, 2 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m jobs.supervisor")
    parser.add_argument("--stop-with-parent", action="store_true", help="end when the caller does")
    arguments = parser.parse_args()
    try:
        wanted = plan.read()
        with folder.hold(wanted.instance) as lock:
            _run(wanted, lock, arguments.stop_with_parent)
    except (CannotStart, SettingsError, UnfitDatabase, RedisDidNotStart) as error:
        sys.stderr.write(f"Cuadra cannot start: {error}\n")
        return REFUSED
    except KeyboardInterrupt:  # before anything was started
        return REFUSED
    return 0


def _run(wanted: Plan, lock: folder.Lock, stop_with_parent: bool) -> None:
    began = time.monotonic()
    if not wanted.demo:
        folder.forget_sandbox_settings(wanted.instance)
    fit = plan.database_fit(wanted)
    plan.require_free_ports(wanted, PORTS_AFTER_A_KILL_S if lock.note else 0)
    lock.name_holder()
    folder.ensure_secrets(wanted.instance)
    processes = Processes(wanted.instance / "logs", _echo, stop_with_parent)
    _stop_on_signals(processes)
    try:
        Supervisor(wanted, fit, processes).start()
        _announce(wanted, time.monotonic() - began)
        processes.keep_running()
    except Stopped:
        _say("Stopping…")
    finally:
        lock.name_stopping()
        processes.end_all(last=("quickbooks", "redis"))
        lock.name_nobody()


def _stop_on_signals(processes: Processes) -> None:
    signal.signal(signal.SIGINT, processes.request_stop)
    signal.signal(signal.SIGTERM, processes.request_stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
        signal.signal(signal.SIGHUP, processes.request_stop)


def _announce(wanted: Plan, seconds: float) -> None:
    lines = [f"Cuadra is ready after {seconds:.1f} s: {wanted.web_address}"]
    if wanted.demo:
        lines += [f"Local QuickBooks: {wanted.sandbox_address}", f"Sign in: {SIGN_INS}"]
    _say("\n".join([*lines, f"Logs: {wanted.instance / 'logs'}. Ctrl-C stops all."]))


def _echo(name: str, line: str) -> None:
    _say(f"{name:<10} | {line[:LONGEST_LINE]}")


def _say(text: str) -> None:
    """On the terminal, if there still is one."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
