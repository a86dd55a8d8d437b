"""A copy of the database that can be put back, for SQLite and for PostgreSQL.

SQLite is copied through its own online backup, which is whole even while others write; PostgreSQL
by ``pg_dump``, ``pg_restore`` and ``psql``, which must be on the PATH. Redis is not copied: all it
holds are hints, limits and figures that come again by themselves.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

DROP_TABLES = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE public.%I CASCADE', found.tablename);
  END LOOP;
END $$
"""
"""All of them: those that an older copy does not know would keep it from being put back."""

_CAREFULLY = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")


class CannotBackUp(Exception):
    """What could not be done, in one line."""


def save(url: URL, file: Path) -> None:
    """Write the database to ``file``, readable by this user alone. Raises CannotBackUp.

    An older file of that name stays until the new one is complete.
    """
    draft = file.with_name(f"{file.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if url.get_backend_name() == "sqlite":
            _copy(Path(url.database or ""), draft)
        else:
            options = ("--format=custom", f"--file={draft}", _database(url))
            _call("pg_dump", *options, password=url.password)
        _force_to_disk(draft)
        draft.replace(file)
    except OSError as error:
        raise CannotBackUp(f"{file}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def restore(url: URL, file: Path) -> None:
    """Put the database of ``file`` in the place of the present one. Raises CannotBackUp.

    All or nothing. Web, workers and scheduler must be stopped.
    """
    if not file.is_file():
        raise CannotBackUp(f"{file}: there is no such file")
    if url.get_backend_name() == "sqlite":
        _copy(file, Path(url.database or ""))
    else:
        with tempfile.NamedTemporaryFile(suffix=".sql") as script:
            _call("pg_restore", "--no-owner", f"--file={script.name}", str(file))
            commands = (f"--command={DROP_TABLES}", f"--file={script.name}")
            _call("psql", *_CAREFULLY, _database(url), *commands, password=url.password)


def _copy(source: Path, target: Path) -> None:
    """Pages and all, in one transaction of the target."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(target, timeout=30)) as written,
        ):
            if read.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise CannotBackUp(f"{source} is damaged")
            read.backup(written)
    except sqlite3.Error as error:
        raise CannotBackUp(f"{source}: {error}") from error


def _database(url: URL) -> str:
    bare = url.set(drivername="postgresql", password=None)
    return f"--dbname={bare.render_as_string(hide_password=False)}"


def _call(program: str, *arguments: str, password: object = None) -> None:
    """The password travels in the environment: a command line is for everybody to read."""
    path = shutil.which(program)
    if path is None:
        raise CannotBackUp(f"{program} is not on the PATH: install PostgreSQL's client programs")
    environ = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    done = subprocess.run(  # noqa: S603 - our own words
        [path, *arguments], env=environ, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it failed"]
        raise CannotBackUp(f"{program}: {said[0]}")


def _force_to_disk(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
