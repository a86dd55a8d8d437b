"""How much must a browser fetch, on the first visit, of what we wrote and what htmx weighs?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

pytestmark = pytest.mark.smoke

STATIC = Path(__file__).resolve().parents[2] / "static"
MOST_BYTES = 60_000


def test_styles_and_scripts_weigh_little() -> None:
    """All of them together, compressed one by one, as they are served."""
    files = [path for path in STATIC.rglob("*") if path.suffix in (".css", ".js")]
    assert len(files) > 10
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= MOST_BYTES
