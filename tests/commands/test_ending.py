"""Does everything end with `make run`, however it ends, and does the next one start at once?"""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.commands.program import Program, program, wait_until

QUICK_S = 20.0
"""For a start that finds its data; about 3.7 s on two cores with nothing else to do."""

CREATE_FIRM = (
    *("flask", "--app", "wsgi", "firm", "create", "--name", "Kept"),
    *("--owner-email", "kept@firm.example", "--owner-password", "a-long-password"),
)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """An instance that has run once, holds a firm, and was ended with Ctrl-C."""
    with program(tmp_path_factory.mktemp("ending")) as prepared:
        prepared.start()
        assert prepared.run(*CREATE_FIRM).returncode == 0
        _require_orderly_end(prepared, signal.SIGINT)
        yield prepared


@pytest.fixture(autouse=True)
def _nothing_runs(used: Program) -> Iterator[None]:
    yield
    used.kill_everything()


@pytest.mark.smoke
def test_a_second_run_is_quick_and_keeps_the_data(used: Program) -> None:
    secrets = (used.instance / "secrets.env").read_bytes()
    assert used.start() < QUICK_S
    assert (used.instance / "secrets.env").read_bytes() == secrets
    assert "already has an account" in used.run(*CREATE_FIRM).stderr


def test_a_stop_ends_every_process(used: Program) -> None:
    """As ``used`` says, Ctrl-C does, too."""
    used.start()
    _require_orderly_end(used, signal.SIGTERM)


def test_ctrl_c_during_the_start_ends_every_process(used: Program) -> None:
    used.begin()
    wait_until(lambda: used.processes("gunicorn"), 30)
    assert used.signal(signal.SIGINT) == 0
    assert not used.processes()


def test_after_a_kill_the_next_start_works_at_once(used: Program) -> None:
    used.start()
    left_behind = set(used.processes())
    used.signal(signal.SIGKILL)
    assert used.start() < QUICK_S
    assert not set(used.processes()) & left_behind


def test_a_killed_supervisor_leaves_no_process(used: Program) -> None:
    used.start()
    used.signal(signal.SIGKILL)
    wait_until(lambda: not used.processes(), 5)
    assert not used.processes()


def test_a_killed_make_ends_what_it_ran(used: Program) -> None:
    used.start("make", "run")
    used.signal(signal.SIGKILL)
    wait_until(lambda: not used.processes(), 15)
    assert not used.processes()


def test_reset_forgets_the_data_and_keeps_the_secrets(used: Program) -> None:
    assert used.run("jobs.reset").returncode == 0
    left = {path.name for path in used.instance.iterdir()}
    assert left == {"secrets.env", "supervisor.lock"}


def _require_orderly_end(running: Program, number: int) -> None:
    assert len(running.processes()) >= 7
    assert running.signal(number) == 0
    assert not running.processes()
