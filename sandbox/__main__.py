"""How is the sandbox started? `python -m sandbox --port 5100 [--auto-approve]`

When it listens it prints one JSON line that says how to reach it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sqlite3
import sys
from pathlib import Path

from sandbox.app import App
from sandbox.server import serve
from sandbox.signin import DISCOVERY
from sandbox.switches import Switches
from sandbox.world import Settings, World


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--port", type=int, default=5100, help="0 takes a free one (default: 5100)")
    add("--host", default="127.0.0.1")
    add("--auto-approve", action="store_true", help="consent without asking")
    add("--data", type=Path, help="SQLite file to remember in (default: memory only)")
    add("--redirect-uri", action="append", default=[], help="allowed; default: any on loopback")
    add("--webhook-url", action="append", default=[], help="where changes are announced")
    add("--switch", action="append", default=[], metavar="NAME=VALUE", help="see README.md")
    return parser.parse_args(arguments)


def settings_from(arguments: argparse.Namespace) -> Settings:
    """Raises ValueError for an unknown switch or value."""
    switches = Switches(auto_approve=arguments.auto_approve)
    for text in arguments.switch:
        name, _, value = text.partition("=")
        switches.set(name, value)
    return Settings(
        arguments.data, tuple(arguments.redirect_uri), tuple(arguments.webhook_url), switches
    )


def announcement(world: World) -> dict[str, str]:
    grant = world.tokens.connect(world.default_realm)
    world.storage.commit()
    return {
        "api_url": world.url,
        "discovery_url": world.url + DISCOVERY[0],
        "client_id": world.client_id,
        "client_secret": world.client_secret,
        "realm_id": world.default_realm,
        "refresh_token": grant.refresh_tokens[-1].value,
        "webhook_verifier_token": world.webhook_verifier_token,
        "control_url": world.url + "/control",
    }


async def run(settings: Settings, host: str, port: int) -> None:
    world = World(settings)
    server = await serve(App(world), host, port)
    address = server.sockets[0].getsockname()
    world.url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '') else host}:{address[1]}"
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    print(json.dumps(announcement(world)), flush=True)
    await stop.wait()
    server.close()
    world.storage.close()


def main(arguments: list[str] | None = None) -> int:
    parsed = parse_arguments(arguments)
    try:
        asyncio.run(run(settings_from(parsed), parsed.host, parsed.port))
    except ValueError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        print(f"sandbox: cannot use port {parsed.port} (--port): {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
