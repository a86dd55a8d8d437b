"""Is every setting that makes a start impossible named before anything starts?"""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs import plan
from jobs.plan import INTUIT, CannotStart
from tests.commands.program import free_ports
from webapp import config
from webapp.config import SettingsError


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """What a start without a demo needs, and no ``.env`` of a developer."""
    port, sandbox_port = free_ports(2)
    return {
        **dict.fromkeys(INTUIT, "https://intuit.invalid"),
        "CUADRA_INSTANCE": str(tmp_path / "instance"),
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "DEMO": "0",
    }


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder whose ``.env`` is read."""
    monkeypatch.setattr(config, "ROOT", tmp_path)
    return tmp_path


def test_a_complete_environment_may_start(environ: dict[str, str]) -> None:
    _check(environ)


@pytest.mark.parametrize("absent", INTUIT)
def test_a_missing_setting_is_named(environ: dict[str, str], absent: str) -> None:
    del environ[absent]
    assert f"{absent} is not set" in _refusal(environ)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("DATABASE_URL", "mysql://somewhere"),
        ("LEASE_S", "soon"),
        ("SECRET_KEY", "short"),
        ("HOST", "203.0.113.7"),
    ],
)
def test_an_unfit_setting_is_named(environ: dict[str, str], setting: str, value: str) -> None:
    assert setting in _refusal(environ | {setting: value})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PORT=5000\nthis is not = a setting\n", ".env, line 2"),
        (b"NAME='never closed\n", ".env, line 1"),
        (b"\xff\xfe", ".env cannot be read"),
    ],
)
def test_a_malformed_env_file_is_named(
    environ: dict[str, str], root: Path, content: bytes, said: str
) -> None:
    (root / ".env").write_bytes(content)
    assert said in _refusal(environ)


def _check(environ: dict[str, str]) -> None:
    """What the supervisor does before it starts the first process."""
    wanted = plan.read(environ)
    plan.database_fit(wanted)
    plan.require_free_ports(wanted, patience_s=0)


def _refusal(environ: dict[str, str]) -> str:
    with pytest.raises((CannotStart, SettingsError)) as refused:
        _check(environ)
    assert not Path(environ["CUADRA_INSTANCE"]).exists()
    return str(refused.value)
