"""What does a running `make run` do for the person at the terminal, and for the next command?"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from urllib.error import HTTPError

import pytest

from tests.commands.program import START_TIMEOUT_S, Program, program, wait_until


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The demo, running. A test leaves it as it found it."""
    with program(tmp_path_factory.mktemp("running")) as started:
        started.start()
        yield started


def test_it_prints_where_to_go_and_how_to_sign_in(running: Program) -> None:
    said = "".join(running.lines)
    assert running.address in said
    assert f"http://127.0.0.1:{running.sandbox_port}" in said
    assert "cuadra-demo" in said


def test_every_part_gets_ready(running: Program) -> None:
    def parts() -> dict[str, str]:
        try:
            return dict(json.loads(running.get("/readyz")))
        except HTTPError:  # 503: not yet
            return {}

    wait_until(lambda: "worker" in parts(), START_TIMEOUT_S)
    assert set(parts()) == {"database", "migrations", "redis", "worker", "scheduler"}


def test_secrets_and_settings_are_private(running: Program) -> None:
    for name in ("secrets.env", "sandbox.env"):
        assert stat.S_IMODE((running.instance / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((running.instance / "redis").stat().st_mode) == 0o700


def test_no_secret_reaches_a_log_or_the_terminal(running: Program) -> None:
    text = "".join(running.lines)
    text += "".join(file.read_text() for file in (running.instance / "logs").iterdir())
    for name in ("secrets.env", "sandbox.env"):
        for line in (running.instance / name).read_text().splitlines():
            setting, _, value = line.partition("=")
            if "URL" not in setting:
                assert value.strip("'") not in text, setting


def test_a_command_in_another_terminal_needs_no_settings(running: Program) -> None:
    owner = ("--owner-email", "beside@firm.example", "--owner-password", "a-long-password")
    made = running.run("flask", "--app", "wsgi", "firm", "create", "--name", "Beside", *owner)
    assert made.returncode == 0, made.stderr
    assert set(json.loads(made.stdout)) == {"firm_id", "api_token"}


def test_a_second_one_on_the_same_instance_says_so_in_one_line(running: Program) -> None:
    second = running.run("jobs.supervisor")
    assert second.returncode != 0
    assert second.stdout == ""
    assert second.stderr.count("\n") == 1
    assert "already runs" in second.stderr


def test_reset_refuses_while_it_runs(running: Program) -> None:
    refused = running.run("jobs.reset")
    assert refused.returncode != 0
    assert "already runs" in refused.stderr
    assert (running.instance / "cuadra.sqlite").exists()


@pytest.mark.parametrize("setting", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_named_and_nothing_starts(running: Program, setting: str) -> None:
    with program(running.instance.parent / f"other-{setting}") as other:
        taken = running.port if setting == "PORT" else running.sandbox_port
        refused = other.run("jobs.supervisor", **{setting: str(taken)})
        assert refused.returncode != 0
        assert refused.stderr.count("\n") == 1
        assert f"Port {taken} is taken: choose another with {setting}" in refused.stderr
        assert not (other.instance / "cuadra.sqlite").exists()
        assert not other.processes()


@pytest.mark.parametrize("name", ["jobs.worker", "jobs.schedule", "sandbox", "gunicorn", "valkey"])
def test_a_killed_process_is_started_again(running: Program, name: str) -> None:
    before = {process.pid for process in running.processes(name)}
    assert before
    for process in running.processes(name):
        process.kill()
    wait_until(lambda: {p.pid for p in running.processes(name)} - before, 20)
    assert running.processes(name)
    wait_until(lambda: _is_ready(running), 20)
    assert _is_ready(running)


def _is_ready(running: Program) -> bool:
    try:
        return set(json.loads(running.get("/readyz")).values()) == {"ok"}
    except OSError:
        return False
