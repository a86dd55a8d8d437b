"""Settings: where each comes from, and the one clear line when one is missing or malformed.

Read from lowest to highest: ``sandbox.env`` and ``secrets.env`` in the instance folder (written by
``make run``), ``.env`` beside the code, the environment.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from webapp import embedded_redis

ROOT = Path(__file__).resolve().parent.parent
MINIMUM_SECRET_LENGTH = 16
"""Where people reach it over https. One that is tried out on a machine may have any."""
HIGHEST_PORT = 65535
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class SettingsError(Exception):
    """A setting is missing or malformed; the message names it and the remedy in one line."""


def instance_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where SQLite, embedded Redis and written mail live: ``CUADRA_INSTANCE`` or ``instance/``."""
    return Path(environ.get("CUADRA_INSTANCE") or ROOT / "instance")


def read_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Every setting as text, the environment winning over the files.

    Raises SettingsError for a file that cannot be read or parsed.
    """
    instance = instance_folder(environ)
    settings: dict[str, str] = {}
    for file in (instance / "sandbox.env", instance / "secrets.env", ROOT / ".env"):
        settings |= _read_env_file(file)
    return settings | {name: value for name, value in environ.items() if value != ""}


def _read_env_file(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    values = {}
    try:
        with file.open(encoding="utf-8") as stream:
            for binding in parse_stream(stream):
                if binding.error:
                    line = binding.original.line
                    raise SettingsError(
                        f"{file.name}, line {line}: write NAME=value, one per line."
                    )
                if binding.key and binding.value is not None:
                    values[binding.key] = binding.value
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{file.name} cannot be read: {reason}.") from error
    return values


class _Reader:
    """Typed access to the settings; each method raises SettingsError naming the setting."""

    def __init__(self, settings: Mapping[str, str]):
        self.settings = settings
        self._public = settings.get("PUBLIC_URL", "").startswith("https://")

    def text(self, name: str, default: str | None = None) -> str:
        value = self.settings.get(name, default)
        if value is None:
            raise SettingsError(f"{name} is not set. Put it in the environment or in .env.")
        return value

    def secret(self, name: str) -> str:
        return self._long_enough(name, self.text(name).strip())

    def secrets(self, name: str) -> list[str]:
        """Several, with commas between them."""
        parts = [part.strip() for part in self.text(name).split(",")]
        return [self._long_enough(name, part) for part in parts if part] or [self.secret(name)]

    def _long_enough(self, name: str, value: str) -> str:
        if len(value) < (MINIMUM_SECRET_LENGTH if self._public else 1):
            raise SettingsError(
                f"{name} is too short: at least {MINIMUM_SECRET_LENGTH} random characters."
            )
        return value

    def number(self, name: str, default: float) -> float:
        value = self.settings.get(name)
        try:
            number = float(value) if value is not None else default
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise SettingsError(f"{name} must be a number, not {value!r}.")
        if number < 0:
            raise SettingsError(f"{name} must not be negative.")
        return number

    def above_zero(self, name: str, default: float) -> float:
        number = self.number(name, default)
        if number == 0:
            raise SettingsError(f"{name} must be above zero.")
        return number

    def port(self, name: str, default: int) -> int:
        number = self.number(name, default)
        if number != int(number) or not 0 < number <= HIGHEST_PORT:
            raise SettingsError(f"{name} must be a port, from 1 to {HIGHEST_PORT}.")
        return int(number)

    def url(self, name: str, default: str | None = None) -> str:
        """What paths are added to, so it ends without a slash."""
        return self.document(name, default).rstrip("/")

    def document(self, name: str, default: str | None = None) -> str:
        """An address to be asked for to the letter."""
        value = self.text(name, default)
        if not _is_address(value):
            raise SettingsError(f"{name} must be an address such as https://host, not {value!r}.")
        return value

    def host(self, name: str) -> str:
        """An address without a path, which is ours to add."""
        value = self.url(name)
        parts = urlsplit(value)
        if parts.path or parts.query or parts.fragment:
            raise SettingsError(f"{name} is scheme and host alone, without {parts.path!r}.")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        word = self.settings.get(name, YES[0] if default else NO[0]).lower()
        if word not in YES + NO:
            raise SettingsError(f"{name} must be 1 or 0, not {word!r}.")
        return word in YES


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def load(environ: Mapping[str, str] = os.environ) -> dict[str, object]:
    """The application's configuration. Raises SettingsError."""
    read = _Reader(read_settings(environ))
    instance = instance_folder(environ)
    port = read.port("PORT", 5000)
    public_url = read.url("PUBLIC_URL", f"http://127.0.0.1:{port}")
    return {
        "INSTANCE": instance,
        "PORT": port,
        "PUBLIC_URL": public_url,
        "SECRET_KEY": read.secret("SECRET_KEY"),
        "TOKEN_KEYS": read.secrets("TOKEN_KEYS"),
        "SQLALCHEMY_DATABASE_URI": _database_url(read, instance),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": True,  # a restart of the database leaves dead connections
            "hide_parameters": True,  # else an error's text takes clients' names to the logs
        },
        "REDIS_URL": _redis_url(read, instance),
        **_intuit(read),
        "STRIPE_API_URL": read.url("STRIPE_API_URL", "https://api.stripe.com"),
        **_pace(read),
        **_mail(read),
        **_cookies(public_url),
        "SUPPORT_URL": _support(read),
        "METRICS_TOKEN": _metrics_token(read),
        "WORKER_NICE": int(read.number("WORKER_NICE", 5)),
        "TRUSTED_PROXIES": int(read.number("TRUSTED_PROXIES", 0)),
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "webapp" / "translations"),
        "DEBUG": False,  # whatever FLASK_DEBUG says: its pages show code and settings
        "MAX_CONTENT_LENGTH": 4 * 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_ENABLED": read.flag("RATELIMIT_ENABLED", default=True),
    }


def _database_url(read: _Reader, instance: Path) -> str:
    url = read.text("DATABASE_URL", f"sqlite:///{instance / 'cuadra.sqlite'}")
    if not url.startswith(("sqlite://", "postgresql+psycopg://", "postgresql://")):
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")
    try:
        make_url(url)
    except (ArgumentError, ValueError):  # their text would show the password
        raise SettingsError(
            "DATABASE_URL cannot be read: write postgresql+psycopg://user:password@host:port/name."
        ) from None
    return url


def _support(read: _Reader) -> str | None:
    """Where people get help, as a link: ``SUPPORT_CONTACT`` is an e-mail address or a page."""
    given = read.settings.get("SUPPORT_CONTACT")
    if given is None or given.startswith(("https://", "http://")):
        return given
    if "@" not in given or any(letter.isspace() for letter in given):
        raise SettingsError("SUPPORT_CONTACT must be an e-mail address or an address of a page.")
    return f"mailto:{given}"


def _metrics_token(read: _Reader) -> str | None:
    return read.secret("METRICS_TOKEN") if "METRICS_TOKEN" in read.settings else None


def _redis_url(read: _Reader, instance: Path) -> str:
    """Who can write to Redis keeps workers busy: off this machine it has to have a password."""
    url = read.text("REDIS_URL", embedded_redis.url(instance))
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise SettingsError("REDIS_URL must begin with redis://, rediss:// or unix://.")
    if parts.scheme != "unix" and not parts.password and not is_loopback(parts.hostname):
        raise SettingsError(
            f"REDIS_URL names an open Redis on {parts.hostname}. "
            "Give it a password, and write it as redis://:password@host."
        )
    return url


def is_loopback(host: str | None) -> bool:
    """Whether the name or address stands for this very machine."""
    if host is None or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _intuit(read: _Reader) -> dict[str, object]:
    return {
        "INTUIT_CLIENT_ID": read.text("INTUIT_CLIENT_ID"),
        "INTUIT_CLIENT_SECRET": read.text("INTUIT_CLIENT_SECRET"),
        "INTUIT_DISCOVERY_URL": read.document("INTUIT_DISCOVERY_URL"),
        "INTUIT_WEBHOOK_VERIFIER_TOKEN": read.text("INTUIT_WEBHOOK_VERIFIER_TOKEN"),
        "QBO_API_URL": read.host("QBO_API_URL"),
        "QBO_APP_URL": read.url("QBO_APP_URL", "https://app.qbo.intuit.com"),
    }


def _pace(read: _Reader) -> dict[str, float]:
    """Seconds, and calls per company: Intuit's published limits are the defaults."""
    return {
        "SECOND_TRY_AFTER_S": read.number("SECOND_TRY_AFTER_S", 1800),
        "CDC_EVERY_S": read.number("CDC_EVERY_S", 300),
        "CDC_HEALTHY_EVERY_S": read.number("CDC_HEALTHY_EVERY_S", 21600),
        "SWEEP_EVERY_S": read.above_zero("SWEEP_EVERY_S", 5),
        "SILENT_AFTER_S": read.number("SILENT_AFTER_S", 1800),
        "LEASE_S": read.above_zero("LEASE_S", 30),
        "QBO_CUTOFF_S": read.number("QBO_CUTOFF_S", 125),
        "QBO_REQUESTS_PER_MINUTE": read.above_zero("QBO_REQUESTS_PER_MINUTE", 500),
        "QBO_REQUESTS_PER_SECOND": read.above_zero("QBO_REQUESTS_PER_SECOND", 10),
        "QBO_BATCHES_PER_MINUTE": read.number("QBO_BATCHES_PER_MINUTE", 40),
    }


def _mail(read: _Reader) -> dict[str, object]:
    server = read.settings.get("MAIL_SERVER")
    return {
        "MAIL_BACKEND": "smtp" if server else "file",
        "MAIL_FILE_PATH": str(instance_folder(read.settings) / "mail"),
        "MAIL_SERVER": server or "localhost",
        "MAIL_PORT": read.port("MAIL_PORT", 25),
        "MAIL_USERNAME": read.settings.get("MAIL_USERNAME"),
        "MAIL_PASSWORD": read.settings.get("MAIL_PASSWORD"),
        "MAIL_USE_TLS": read.flag("MAIL_USE_TLS"),
        "MAIL_USE_SSL": read.flag("MAIL_USE_SSL"),
        "MAIL_DEFAULT_SENDER": read.text("MAIL_DEFAULT_SENDER", "Cuadra <cuadra@localhost>"),
    }


def _cookies(public_url: str) -> dict[str, object]:
    """``__Host-`` needs https; Lax, since Strict would lose the session on Intuit's redirect."""
    secure = public_url.startswith("https://")
    return {
        "SESSION_COOKIE_NAME": "__Host-cuadra" if secure else "cuadra",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
    }
