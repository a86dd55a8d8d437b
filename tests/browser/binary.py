"""Which browser do the tests drive, and how is one got where there is none?

``CHROMIUM``, else one on PATH, else Playwright's own; ``python -m tests.browser.binary`` makes sure
of it before the tests, by downloading Playwright's or, as root, by asking the package manager.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPLICATION = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
DOWNLOAD = ("playwright", "install", "chromium")
PACKAGE_MANAGERS = (
    ("apt-get", "update"),
    ("apt-get", "install", "--yes", "--no-install-recommends", "chromium"),
    ("dnf", "install", "--assumeyes", "chromium"),
    ("apk", "add", "chromium"),
)


def system_browser() -> str | None:
    """The path of one that is not Playwright's own."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [*NAMES, MAC_APPLICATION]
    return next((path for name in candidates if (path := shutil.which(name))), None)


def works() -> bool:
    """Whether a page can be opened: a download may lack the system's libraries."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            playwright.chromium.launch(**launch_options()).close()
        except Error:
            return False
    return True


def launch_options() -> dict[str, object]:
    """For Playwright's ``launch``: quiet when offline, and able to run as root."""
    arguments = [
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--disable-sync",
        "--no-first-run",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    path = system_browser()
    return {"args": arguments, **({"executable_path": path} if path else {})}


def main() -> int:
    """The exit code: 1 where no browser can be had."""
    ways = iter(_ways())
    while not works():
        line = next(ways, None)
        if line is None:
            sys.stderr.write("No browser for the tests: install Chromium, or set CHROMIUM.\n")
            return 1
        sys.stderr.write(f"No browser for the tests yet: {' '.join(line)}\n")
        subprocess.run(line, check=False)
    return 0


def _ways() -> list[tuple[str, ...]]:
    download = (sys.executable, "-m", *DOWNLOAD)
    if os.geteuid() != 0:
        return [download]
    return [download, *(line for line in PACKAGE_MANAGERS if shutil.which(line[0]))]


if __name__ == "__main__":
    sys.exit(main())
