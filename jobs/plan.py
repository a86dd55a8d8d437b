"""What was asked of ``make run``: where it listens, with or without the demo, on which stores."""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from webapp import config, database_version, embedded_redis
from webapp.database_version import Fit

PORTS = {"PORT": "5000", "SANDBOX_PORT": "5100"}
SECRETS = ("SECRET_KEY", "TOKEN_KEYS")
INTUIT = (
    "INTUIT_CLIENT_ID",
    "INTUIT_CLIENT_SECRET",
    "INTUIT_DISCOVERY_URL",
    "INTUIT_WEBHOOK_VERIFIER_TOKEN",
    "QBO_API_URL",
)
OFF = {"0", "false", "no", "off"}


class CannotStart(Exception):
    """Why nothing was started, in one line."""


@dataclass(frozen=True)
class Plan:
    """The settings that decide which processes run, and their environment."""

    instance: Path
    host: str
    port: int
    sandbox_port: int
    demo: bool
    embeds_redis: bool
    environ: Mapping[str, str]

    @property
    def web_address(self) -> str:
        return f"http://{bracketed(reachable(self.host))}:{self.port}"

    @property
    def sandbox_address(self) -> str:
        return f"http://{bracketed(reachable(self.host))}:{self.sandbox_port}"


def read(environ: Mapping[str, str] = os.environ) -> Plan:
    """Raises CannotStart or webapp.config.SettingsError; writes nothing."""
    settings = config.read_settings(environ)
    instance = config.instance_folder(environ).absolute()
    port, sandbox_port = (_port(settings, name) for name in PORTS)
    host = settings.get("HOST", "127.0.0.1")
    embeds_redis = "REDIS_URL" not in settings
    if port == sandbox_port:
        raise CannotStart("PORT and SANDBOX_PORT must differ.")
    return Plan(
        instance=instance,
        host=host,
        port=port,
        sandbox_port=sandbox_port,
        demo=settings.get("DEMO", "1").lower() not in OFF,
        embeds_redis=embeds_redis,
        environ={
            **environ,
            "CUADRA_INSTANCE": str(instance),
            "PORT": str(port),
            "PYTHONUNBUFFERED": "1",
            **({"REDIS_URL": embedded_redis.url(instance)} if embeds_redis else {}),
        },
    )


def database_fit(plan: Plan) -> Fit:
    """Check every setting and the database before anything starts.

    What a first run makes by itself (secrets, the local QuickBooks' settings) may be missing yet.
    Raises SettingsError or UnfitDatabase.
    """
    made = dict.fromkeys(SECRETS, "x" * config.MINIMUM_SECRET_LENGTH)
    if plan.demo:
        made |= dict.fromkeys(INTUIT, "http://not-yet.invalid")
    known = config.read_settings(plan.environ)
    missing = {name: value for name, value in made.items() if name not in known}
    loaded = config.load({**plan.environ, **missing})
    return database_version.fit(str(loaded["SQLALCHEMY_DATABASE_URI"]))


def require_free_ports(plan: Plan, patience_s: float) -> None:
    """Wait for ``patience_s`` seconds at most: a killed run needs a moment to let go of its ports.

    Raises CannotStart naming the setting.
    """
    wanted = {"PORT": plan.port} | ({"SANDBOX_PORT": plan.sandbox_port} if plan.demo else {})
    deadline = time.monotonic() + patience_s
    for name, port in wanted.items():
        while problem := _problem(plan.host, port):
            if problem != errno.EADDRINUSE:
                raise CannotStart(f"HOST={plan.host}, {name}={port}: {os.strerror(problem)}.")
            if time.monotonic() >= deadline:
                raise CannotStart(
                    f"Port {port} is taken: choose another with {name}, "
                    f"for example `make run {name}={port + 1}`."
                )
            time.sleep(0.1)


def reachable(host: str) -> str:
    """An address this machine can open for a host that means "every interface"."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(settings: Mapping[str, str], name: str) -> int:
    text = settings.get(name, PORTS[name])
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise CannotStart(f"{name} must be a port number from 1 to 65535, not {text!r}.")
    return int(text)


def _problem(host: str, port: int) -> int:
    """The errno of listening there, or 0. Binds as the servers will: after a stop, at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except socket.gaierror:
            return errno.EADDRNOTAVAIL
        except OSError as error:
            return error.errno or errno.EADDRNOTAVAIL
    return 0
