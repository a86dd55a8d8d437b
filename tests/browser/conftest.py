"""The browser of the tests in this folder; each of them carries the mark ``browser``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import binary

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """No option of pytest-playwright names a browser of the system."""
    return {**browser_type_launch_args, **binary.launch_options()}
