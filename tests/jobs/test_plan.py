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
        ("DATABASE_URL", "postgresql+psycopg://user@host:port/name"),
        ("LEASE_S", "soon"),
        ("LEASE_S", "0"),
        ("SWEEP_EVERY_S", "nan"),
        ("QBO_API_URL", "https://quickbooks.example/v3"),
        ("QBO_API_URL", "http://quickbooks.example:port"),
        ("QBO_REQUESTS_PER_SECOND", "0"),
        ("MAIL_USE_TLS", "maybe"),
        ("HOST", "203.0.113.7"),
    ],
)
def test_an_unfit_setting_is_named(environ: dict[str, str], setting: str, value: str) -> None:
    assert setting in _refusal(environ | {setting: value})


@pytest.mark.parametrize("name", ["SECRET_KEY", "TOKEN_KEYS"])
def test_an_installation_behind_https_needs_long_secrets(
    environ: dict[str, str], name: str
) -> None:
    public = environ | {"PUBLIC_URL": "https://cuadra.example"}
    enough = "0123456789abcdef"
    _check(public | {name: enough})
    assert f"{name} is too short" in _refusal(public | {name: enough[:-1]})
    _check(environ | {name: enough[:-1]})


def test_each_of_several_keys_has_to_be_long(environ: dict[str, str]) -> None:
    public = environ | {"PUBLIC_URL": "https://cuadra.example"}
    _check(public | {"TOKEN_KEYS": "0123456789abcdef, fedcba9876543210,"})
    assert "TOKEN_KEYS" in _refusal(public | {"TOKEN_KEYS": "0123456789abcdef,fedcba987654321"})


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
