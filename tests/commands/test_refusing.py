"""Is a reason not to start told in one line, with nothing started and nothing written?

One start of each kind; tests/jobs/test_plan.py goes through the settings one by one.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.program import ROOT, Program, program

CODE = ("jobs", "webapp", "migrations")


@pytest.fixture
def unstarted(tmp_path: Path) -> Iterator[Program]:
    with program(tmp_path / "instance") as new:
        yield new


@pytest.mark.smoke
def test_a_missing_setting_is_named(unstarted: Program) -> None:
    assert "INTUIT_CLIENT_ID is not set" in _refusal(unstarted, DEMO="0")


@pytest.mark.full
def test_an_unfit_setting_is_named(unstarted: Program) -> None:
    assert "LEASE_S must be a number" in _refusal(unstarted, LEASE_S="soon")


@pytest.mark.full
def test_two_equal_ports_are_refused(unstarted: Program) -> None:
    assert "must differ" in _refusal(unstarted, SANDBOX_PORT=str(unstarted.port))


def test_a_malformed_env_file_is_named(tmp_path: Path) -> None:
    for folder in CODE:
        shutil.copytree(ROOT / folder, tmp_path / "code" / folder)
    (tmp_path / "code" / ".env").write_bytes(b"PORT=5000\nthis is not = a setting\n")
    with program(tmp_path / "instance", root=tmp_path / "code") as new:
        assert ".env, line 2" in _refusal(new)


@pytest.mark.smoke
def test_a_database_of_a_newer_version_is_left_alone(unstarted: Program) -> None:
    unstarted.instance.mkdir()
    database = unstarted.instance / "cuadra.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('from_the_future')")
    connection.close()
    before = database.read_bytes()
    assert "newer than this program (revision from_the_future)" in _refusal(unstarted)
    assert database.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(unstarted: Program) -> None:
    unstarted.instance.mkdir()
    database = unstarted.instance / "cuadra.sqlite"
    database.write_bytes(b"not a database, " * 100)
    assert "the database cannot be read" in _refusal(unstarted)
    assert database.read_bytes() == b"not a database, " * 100


def test_reset_leaves_a_database_without_a_demo_alone(unstarted: Program) -> None:
    unstarted.instance.mkdir()
    (unstarted.instance / "cuadra.sqlite").touch()
    refused = unstarted.run("jobs.reset")
    assert refused.returncode != 0
    assert "holds no demo" in refused.stderr
    assert (unstarted.instance / "cuadra.sqlite").exists()


def test_setup_names_the_absence_of_a_python_in_one_line(tmp_path: Path) -> None:
    refused = subprocess.run(
        ["sh", str(ROOT / ".ci" / "environment"), str(tmp_path / "venv"), "requirements.lock"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": "/bin/false"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert refused.stderr.count("\n") == 1
    assert "PYTHON=/bin/false is not a working Python 3.11" in refused.stderr


def _refusal(refusing: Program, **settings: str) -> str:
    """The one line, after a look at what was not done."""
    ended = refusing.run("jobs.supervisor", **settings)
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert not refusing.processes()
    for unmade in ("secrets.env", "sandbox.env", "redis"):
        assert not (refusing.instance / unmade).exists()
    return ended.stderr
