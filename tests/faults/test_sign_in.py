"""Many processes need the same sign-in at once, and one may be killed with it in its hands."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.context import ForkServerProcess

import pytest

from tests.faults import children
from tests.faults.conftest import PATIENCE_S
from tests.quickbooks.office import Office
from tests.sandbox_process import Switch
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Notification

Fork = Callable[..., ForkServerProcess]
AT_ONCE = 20


@pytest.fixture
def expired(office: Office, switch: Switch) -> Office:
    switch(refresh_policy="family_revoked", refresh_rotation="every_time")
    with office.database():
        connection = Connection.of(office.firm_id)
        connection.access_expires_at = database_now(db.session()) - timedelta(seconds=1)
        db.session.commit()
    office.sandbox.control("counters", method="DELETE")
    return office


def refreshes(office: Office) -> int:
    counted = office.sandbox.control("counters")["entities"]
    return int(counted.get("bearer sign-in", 0))


def test_twenty_processes_make_one_refresh(expired: Office, fork: Fork) -> None:
    workers = [fork(children.refresh, expired.firm_id) for _ in range(AT_ONCE)]
    for worker in workers:
        worker.join(PATIENCE_S)
    assert {worker.exitcode for worker in workers} == {0}
    assert refreshes(expired) == 1
    assert expired.connection().state == "connected"


def test_worker_killed_with_new_tokens_unsaved_leads_to_the_banner_not_to_silence(
    expired: Office, fork: Fork
) -> None:
    """Where the old refresh token died with its use, nobody can get it back: a person is told."""
    account = expired.client()
    killed = fork(children.refresh, expired.firm_id, "rotated")
    killed.join(PATIENCE_S)
    assert killed.exitcode == -signal.SIGKILL
    _end_lease(expired)
    heir = fork(children.refresh, expired.firm_id)
    heir.join(PATIENCE_S)
    assert heir.exitcode == 3
    assert expired.connection().state == "sign_in_again"
    assert expired.count(Notification, Notification.topic == "sign_in_lost") == 2
    expired.refresh_token = expired.control("refresh-token")["refresh_token"]
    expired.connect()
    expired.settle()
    assert expired.state("account", account) == "synced"


def test_worker_killed_with_new_tokens_unsaved_recovers_where_the_old_still_works(
    expired: Office, fork: Fork, switch: Switch
) -> None:
    switch(refresh_policy="overlap")
    killed = fork(children.refresh, expired.firm_id, "rotated")
    killed.join(PATIENCE_S)
    _end_lease(expired)
    heir = fork(children.refresh, expired.firm_id)
    heir.join(PATIENCE_S)
    assert heir.exitcode == 0
    assert expired.connection().state == "connected"


def _end_lease(office: Office) -> None:
    """The dead worker's 45 seconds are over."""
    office.set_connection(refreshing_until=None)
