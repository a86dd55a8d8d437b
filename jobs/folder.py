"""What ``make run`` keeps in the instance folder beside the data: a lock, two settings files."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from jobs.plan import INTUIT, SECRETS, CannotStart

STOPPING = "stopping"
STOP_PATIENCE_S = 30.0
DEMO_LOADED = "demo.loaded"

# What the local QuickBooks calls each of the settings it gives.
PRINTED_KEYS = dict(
    zip(
        INTUIT,
        ("client_id", "client_secret", "discovery_url", "webhook_verifier_token", "api_url"),
        strict=True,
    )
) | {"STRIPE_API_URL": "api_url"}


class Lock:
    """Held for as long as the program runs on an instance; the kernel lets go when it is killed.

    The file names the holder, and is empty after an orderly end.
    """

    def __init__(self, file: Path):
        self._stream = file.open("a+")

    @property
    def note(self) -> str:
        self._stream.seek(0)
        return self._stream.read().strip()

    def try_to_hold(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def name_holder(self) -> None:
        self._write(str(os.getpid()))

    def name_stopping(self) -> None:
        self._write(f"{os.getpid()} {STOPPING}")

    def name_nobody(self) -> None:
        self._write("")

    def release(self) -> None:
        self._stream.close()

    def _write(self, note: str) -> None:
        self._stream.seek(0)
        self._stream.truncate()
        self._stream.write(note)
        self._stream.flush()


@contextlib.contextmanager
def hold(instance: Path) -> Iterator[Lock]:
    """The lock of an instance; waits for a holder that is already stopping.

    Raises CannotStart naming the process that holds it.
    """
    _make(instance)
    lock = Lock(instance / "supervisor.lock")
    try:
        deadline = time.monotonic() + STOP_PATIENCE_S
        while not lock.try_to_hold():
            holder = lock.note
            if STOPPING not in holder or time.monotonic() > deadline:
                process = holder.split()[0] if holder else "unknown"
                raise CannotStart(f"Cuadra already runs on {instance} (process {process}).")
            time.sleep(0.1)
        yield lock
    finally:
        lock.release()


def ensure_secrets(instance: Path) -> None:
    """Make ``secrets.env`` on the first run; what it holds is never changed."""
    file = instance / "secrets.env"
    if not file.exists():
        values = {name: secrets.token_urlsafe(48) for name in SECRETS}
        write_settings(file, values)


def write_sandbox_settings(instance: Path, line: str, address: str) -> None:
    """Keep what the local QuickBooks printed when it listened.

    ``address`` is where a person opens it. Raises CannotStart when the line is not what it should
    be.
    """
    try:
        printed = json.loads(line)
        values = {name: str(printed[key]) for name, key in PRINTED_KEYS.items()}
    except (ValueError, KeyError, TypeError) as error:
        raise CannotStart(f"The local QuickBooks printed no settings: {error!r}.") from error
    write_settings(instance / "sandbox.env", {**values, "QBO_APP_URL": address})


def forget_sandbox_settings(instance: Path) -> None:
    (instance / "sandbox.env").unlink(missing_ok=True)


def write_settings(file: Path, values: Mapping[str, str]) -> None:
    """All or nothing, and readable by this user alone."""
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.writelines(f"{name}='{value}'\n" for name, value in values.items())
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def _make(instance: Path) -> None:
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        (instance / "logs").mkdir(exist_ok=True)
    except OSError as error:
        raise CannotStart(f"{instance} cannot be made: {error.strerror}.") from error
