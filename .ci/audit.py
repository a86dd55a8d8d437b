"""`make audit`: bandit over the source, pip-audit over the packages, and a bill of materials.

Every finding must be explained in ``explained.toml`` beside this file, and every explanation must
still have its finding. Where no vulnerability service can be reached, or with ``AUDIT_OFFLINE=1``,
what can be said without one is checked instead, and it is said that nothing was compared with
advisories. ``AUDIT_OSV_URL`` names another service that speaks OSV's protocol.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCES = ("webapp", "jobs", "sandbox", "wsgi.py")
LOCK = ROOT / "requirements.lock"
BILL = ROOT / "instance" / "sbom.json"
UNREACHABLE = ("ConnectionError", "Connection refused", "Max retries", "Timeout", "ServiceError")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(?:\s*;\s*(.*?))?\s*\\$")


class Finding(NamedTuple):
    """``rule`` is bandit's test or an advisory's id; ``where`` a file or a package."""

    rule: str
    where: str
    text: str


class Offline(Exception):
    """No vulnerability service answers."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def in_source() -> Iterator[Finding]:
    done = _run("bandit", "--quiet", "--recursive", "--format=json", *SOURCES)
    for found in json.loads(done.stdout)["results"]:
        where = found["filename"].removeprefix("./")
        yield Finding(
            found["test_id"], where, f"line {found['line_number']}: {found['issue_text']}"
        )


def in_packages() -> Iterator[Finding]:
    """Advisories against the locked versions. Raises Offline."""
    if os.environ.get("AUDIT_OFFLINE"):
        raise Offline
    service = os.environ.get("AUDIT_OSV_URL")
    done = _run(
        "pip_audit",
        f"--requirement={LOCK}",
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner=off",
        "--format=json",
        "--timeout=10",
        *(["--vulnerability-service=osv", f"--osv-url={service}"] if service else []),
    )
    if not done.stdout.strip():
        if any(word in done.stderr for word in UNREACHABLE):
            raise Offline
        raise SystemExit(f"pip-audit failed:\n{done.stderr}")
    for package in json.loads(done.stdout)["dependencies"]:
        for vulnerability in package.get("vulns", []):
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            text = f"{package['version']}; fixed in {fixed}"
            yield Finding(vulnerability["id"], package["name"], text)


def in_lock() -> Iterator[Finding]:
    """What can be said without a service: all is pinned, hashed, and installed as locked."""
    lines = LOCK.read_text().splitlines()
    for number, line in enumerate(lines):
        if not line or line.startswith((" ", "#")):
            continue
        pinned = PINNED.match(line)
        hashed = "--hash=sha256:" in (lines[number + 1] if number + 1 < len(lines) else "")
        if not pinned or not hashed:
            yield Finding("lock", line.split("==")[0], "is not pinned with a hash")
        elif not pinned[3]:  # a marker may leave it out on this machine
            yield from _installed(pinned[1], pinned[2])


def _installed(name: str, version: str) -> Iterator[Finding]:
    try:
        installed = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        installed = "nothing"
    if installed != version:
        yield Finding("lock", name, f"{version} is locked, {installed} is installed")


def write_bill() -> None:
    BILL.parent.mkdir(exist_ok=True)
    words = ("requirements", str(LOCK), "--output-reproducible", f"--output-file={BILL}")
    done = _run("cyclonedx_py", *words)
    if done.returncode:
        raise SystemExit(f"cyclonedx-py failed:\n{done.stderr}")
    components = json.loads(BILL.read_text())["components"]
    say(f"SBOM: {len(components)} components in {BILL.relative_to(ROOT)}")


def judge(name: str, found: Iterable[Finding], explained: list[dict[str, Any]]) -> bool:
    """Tell what is unexplained, and which explanations explain nothing any more."""
    findings = list(found)
    open_ = [one for one in findings if not any(_covers(why, one) for why in explained)]
    stale = [why for why in explained if not any(_covers(why, one) for one in findings)]
    for one in open_:
        say(f"{name}: {one.rule} in {one.where}, {one.text}")
    for why in stale:
        say(f"{name}: nothing has {why['rule']} in {', '.join(why['where'])} any more")
    say(f"{name}: {len(findings)} findings, {len(open_)} unexplained")
    return not open_ and not stale


def _covers(why: dict[str, Any], found: Finding) -> bool:
    return why["rule"] == found.rule and any(
        found.where == where or (where.endswith("/") and found.where.startswith(where))
        for where in why["where"]
    )


def _run(module: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603


def main() -> int:
    explained = tomllib.loads((HERE / "explained.toml").read_text())
    good = judge("bandit", in_source(), explained.get("bandit", []))
    try:
        good &= judge("pip-audit", in_packages(), explained.get("advisory", []))
    except Offline:
        say("pip-audit: NO VULNERABILITY SERVICE; no version was compared with advisories.")
        good &= judge("lock", in_lock(), [])
    write_bill()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
