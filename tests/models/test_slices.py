"""The right to work on a firm: one worker at a time, and a late one writes nothing."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import FirmFixture
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection
from webapp.models.connection import CONNECTED, PAUSED, LostSlice

LEASE = timedelta(seconds=30)
MOMENT = timedelta(milliseconds=30)


@pytest.fixture
def firm_id(app: Flask, app_context: None, firm: FirmFixture) -> int:
    connection = Connection.of(firm.id)
    connection.realm_id, connection.state = "9130350000000099", CONNECTED
    connection.set_up_at = database_now(db.session())
    db.session.commit()
    return firm.id


def test_firm_is_taken_by_one_worker_at_a_time(firm_id: int) -> None:
    assert Connection.claim_slice(firm_id, LEASE) is not None
    assert Connection.claim_slice(firm_id, LEASE) is None


def test_firm_is_free_again_after_release(firm_id: int) -> None:
    fence = Connection.claim_slice(firm_id, LEASE)
    assert fence is not None
    Connection.release_slice(firm_id, fence)
    again = Connection.claim_slice(firm_id, LEASE)
    assert again is not None
    assert again > fence


def test_firm_of_a_dead_worker_is_free_after_its_lease(firm_id: int) -> None:
    Connection.claim_slice(firm_id, MOMENT)
    time.sleep(0.05)
    assert Connection.claim_slice(firm_id, LEASE) is not None


def test_worker_that_was_taken_over_may_write_nothing(firm_id: int) -> None:
    late = Connection.claim_slice(firm_id, MOMENT)
    assert late is not None
    time.sleep(0.05)
    current = Connection.claim_slice(firm_id, LEASE)
    assert current is not None
    with pytest.raises(LostSlice):
        Connection.hold_slice(firm_id, late, LEASE)
    Connection.hold_slice(firm_id, current, LEASE)
    db.session.commit()


def test_late_release_does_not_free_the_firm_of_another(firm_id: int) -> None:
    late = Connection.claim_slice(firm_id, MOMENT)
    assert late is not None
    time.sleep(0.05)
    Connection.claim_slice(firm_id, LEASE)
    Connection.release_slice(firm_id, late)
    assert Connection.claim_slice(firm_id, LEASE) is None


def test_heartbeat_keeps_the_firm(firm_id: int) -> None:
    fence = Connection.claim_slice(firm_id, MOMENT)
    assert fence is not None
    Connection.hold_slice(firm_id, fence, LEASE)
    db.session.commit()
    time.sleep(0.05)
    assert Connection.claim_slice(firm_id, LEASE) is None


def test_paused_firm_is_not_taken(firm_id: int) -> None:
    Connection.of(firm_id).state = PAUSED
    db.session.commit()
    assert Connection.claim_slice(firm_id, LEASE) is None
