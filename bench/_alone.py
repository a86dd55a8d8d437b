"""What the benchmarks without a QuickBooks share: an instance whose settings lead nowhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SETTINGS = {
    "SECRET_KEY": "bench-secret-key-0123456789-0123456789",
    "TOKEN_KEYS": "bench-token-key-0123456789-0123456789",
    "INTUIT_CLIENT_ID": "bench",
    "INTUIT_CLIENT_SECRET": "bench",
    "INTUIT_DISCOVERY_URL": "http://127.0.0.1:9/discovery",
    "INTUIT_WEBHOOK_VERIFIER_TOKEN": "bench",
    "QBO_API_URL": "http://127.0.0.1:9",
}


@contextmanager
def instance() -> Iterator[None]:
    """A folder and a Redis for as long as it lasts; the database is SQLite unless one is named.

    Settings stand in the environment, so that child processes have them too.
    """
    from webapp import embedded_redis

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= SETTINGS | {"CUADRA_INSTANCE": name}
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'bench.sqlite'}")
        os.environ["REDIS_URL"] = embedded_redis.ensure(folder)
        try:
            yield
        finally:
            embedded_redis.shut_down(folder)
