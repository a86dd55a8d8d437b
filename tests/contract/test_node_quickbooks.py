"""node-quickbooks' own tests, as its package ships them, against the sandbox.

Left out are charge.js (the Payments API) and cdc.js (it hands a moment object to date-fns, which
throws before any request). Skipped where there is no Node, or where npm can't get the packages.
A failed assertion inside a callback shows as a time-out: that is the tests' way.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.score import NODE_CASES, NODE_PASSED
from tests.sandbox.books import Books
from tests.sandbox_process import SandboxProcess

VERSION = "2.0.50"
PACKAGES = (f"node-quickbooks@{VERSION}", "mocha@10.8.2", "async@0.9.0", "expect@0.1.1")
NPM_INSTALL = (
    *("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"),
    *("--fetch-retries=0", "--fetch-timeout=15000"),
)
PRELOAD = Path(__file__).with_name("node_preload.js")
INSTALL_WITHIN_S = 60
RUN_WITHIN_S = 120


@pytest.fixture(scope="session")
def modules(pytestconfig: pytest.Config) -> Path:
    """The node_modules with the client and its tests; installed once, kept in pytest's cache."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("there is no Node here")
    cache = pytestconfig.cache
    assert cache is not None
    folder = cache.mkdir("node-quickbooks")
    home = folder / VERSION
    if not home.exists():
        _install(folder, home)
    return home / "node_modules"


def _install(folder: Path, home: Path) -> None:
    """All or nothing, so that neither an end halfway nor a second run leaves half of it."""
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        place = Path(temporary, "home")
        place.mkdir()
        (place / "package.json").write_text('{"private": true}')
        try:
            subprocess.run(
                [*NPM_INSTALL, *PACKAGES],
                cwd=place,
                check=True,
                capture_output=True,
                timeout=INSTALL_WITHIN_S,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip("npm can't get node-quickbooks here")
        with contextlib.suppress(OSError):
            place.rename(home)


def _local(books: Books, package: Path) -> dict[str, Any]:
    """What node_preload.js puts into the client before its tests load."""
    api = books.sandbox.api_url
    client_id, client_secret = books.client
    return {
        "package": str(package),
        "config": {
            "consumerKey": client_id,
            "consumerSecret": client_secret,
            "token": books.access_token,
            "tokenSecret": "unused",
            "realmId": books.realm_id,
            "refreshToken": books.refresh_token,
            "oauthversion": "2.0",
            "minorversion": 75,
            "testEmail": "reader@reader.example",
        },
        "addresses": {
            "V3_ENDPOINT_BASE_URL": f"{api}/v3/company/",
            "TOKEN_URL": f"{api}/oauth2/v1/tokens/bearer",
        },
    }


def _mocha(modules: Path, file: str, books: Books, folder: Path) -> dict[str, Any]:
    """Mocha's own report. The tests write files beside them, so they run in `folder`."""
    package = modules / "node-quickbooks"
    words = ["node", str(modules / "mocha/bin/mocha.js"), "--require", str(PRELOAD)]
    words += ["--reporter", "json", "--reporter-option", "output=report.json"]
    local = json.dumps(_local(books, package))
    run = subprocess.run(
        [*words, str(package / "test" / file)],
        cwd=folder,
        env={**os.environ, "NODE_QUICKBOOKS_LOCAL": local},
        capture_output=True,
        text=True,
        timeout=RUN_WITHIN_S,
    )
    report = folder / "report.json"
    assert report.exists(), run.stderr
    result: dict[str, Any] = json.loads(report.read_text())
    return result


@pytest.mark.parametrize("file", ["index.js", "batch.js"])
def test_node_quickbooks(
    file: str,
    modules: Path,
    sandbox: SandboxProcess,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    report = _mocha(modules, file, Books.open(sandbox), tmp_path)
    record_property(NODE_PASSED, report["stats"]["passes"])
    record_property(NODE_CASES, report["stats"]["tests"])
    assert report["stats"]["tests"] > 0
    assert [case["fullTitle"] for case in report["failures"]] == []
