"""A firm whose database session stays open for the test."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import FirmFixture


@pytest.fixture
def firm_id(app: Flask, app_context: None, firm: FirmFixture) -> int:
    return firm.id
