"""``make reset``: forget the demo's data, so that the next ``make run`` begins anew.

The secrets stay, and so does a database outside the instance folder.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from jobs import folder
from jobs.plan import CannotStart
from webapp import config, embedded_redis

REFUSED = 2
DEMO_FILES = (
    "cuadra.sqlite*",
    "sandbox.sqlite*",
    "sandbox.env",
    folder.DEMO_LOADED,
    "mail",
    "logs",
    "redis",
)


def main() -> int:
    """The exit code: 2, with one line, while the program runs or where no demo was."""
    instance = config.instance_folder().absolute()
    try:
        with folder.hold(instance):
            _require_demo(instance)
            embedded_redis.shut_down(instance)
            _forget(instance)
    except CannotStart as error:
        sys.stderr.write(f"Nothing was reset: {error}\n")
        return REFUSED
    sys.stdout.write(f"The demo's data in {instance} is gone; `make run` makes it anew.\n")
    return 0


def _require_demo(instance: Path) -> None:
    """A database that never had a local QuickBooks beside it holds somebody's work."""
    demo = any((instance / name).exists() for name in ("sandbox.sqlite", folder.DEMO_LOADED))
    if (instance / "cuadra.sqlite").exists() and not demo:
        raise CannotStart(f"{instance} holds no demo. Delete cuadra.sqlite there by hand if meant.")


def _forget(instance: Path) -> None:
    for pattern in DEMO_FILES:
        for path in instance.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


if __name__ == "__main__":
    sys.exit(main())
