"""How a journey ends: the record's standing, waited for, and what is still open meanwhile."""

from __future__ import annotations

import time
import urllib.error

from tests.browser.journeys.scene import Scene
from tests.browser.live import Json, Live
from webapp.models import KINDS

ENDS_WITHIN_S = 30.0


def open_issues(running: Live) -> dict[tuple[str, int], Json]:
    """By kind and record id."""
    found: dict[tuple[str, int], Json] = {}
    for kind in KINDS:
        answer = running.api(f"issues?kind={kind}&state=open&limit=100")
        found |= {(kind, issue["record"]["id"]): issue for issue in answer["items"]}
    return found


def wait_for_end(scene: Scene, kind: str, record: int, ends: str) -> None:
    deadline = time.monotonic() + ENDS_WITHIN_S
    while (now := state_of(scene, kind, record)) != ends:
        assert time.monotonic() < deadline, (now, open_issues(scene.live).get((kind, record)))
        time.sleep(0.2)


def state_of(scene: Scene, kind: str, record: int) -> str:
    try:
        return str(scene.record(kind, record)["sync"]["state"])
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return "removed"
        raise
