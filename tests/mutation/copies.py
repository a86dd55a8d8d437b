"""A copy of the repository to break things in: a mutant must never meet the original."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")


def copy_to(target: Path) -> None:
    """What git would commit, and the compiled catalogues."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    compiled = (ROOT / "webapp/translations").rglob("*.mo")
    listed = (ROOT / name for name in names.decode().split("\0") if name)
    for file in (*compiled, *listed):
        if file.is_file():
            place = target / file.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, place)
