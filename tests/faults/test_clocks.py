"""Row 13: hosts whose clocks are wrong, or in the hour that comes twice. The database's time rules.

Red wherever ``database_now`` gives the host's own time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.faults import children
from tests.faults.cells import in_need_of, require_done, require_killed
from tests.faults.conftest import PATIENCE_S, Fork
from tests.quickbooks.office import Office
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Entry

HALF_AN_HOUR = timedelta(minutes=30)
FAST, SLOW = "+1 h", "-1 h"
HOSTS = (FAST, SLOW, "in the hour that comes twice")

Moment = Callable[[Office, timedelta], None]


def lease_ends(office: Office, after: timedelta) -> None:
    _set(update(Connection).where(Connection.firm_id == office.firm_id), "slice_until", after)


def rest_ends(office: Office, after: timedelta) -> None:
    _set(update(Connection).where(Connection.firm_id == office.firm_id), "not_before", after)


def token_was_stored(office: Office, after: timedelta) -> None:
    _set(update(Connection).where(Connection.firm_id == office.firm_id), "access_stored_at", after)


def token_expires(office: Office, after: timedelta) -> None:
    _set(update(Connection).where(Connection.firm_id == office.firm_id), "access_expires_at", after)


def entry_is_due(office: Office, after: timedelta) -> None:
    _set(update(Entry).where(Entry.firm_id == office.firm_id), "due_at", after)


def _set(statement, name: str, after: timedelta) -> None:  # type: ignore[no-untyped-def]
    db.session.execute(statement.values({name: database_now(db.session()) + after}))
    db.session.commit()


@pytest.mark.parametrize("moment", [lease_ends, rest_ends, entry_is_due])
def test_no_host_is_early_or_late_by_its_own_clock(
    office: Office, fork: Fork, moment: Moment
) -> None:
    account = office.client()
    _let_pass(office, moment, HALF_AN_HOUR)
    _one_slice(office, fork, FAST)
    assert office.ledger(entity="Customer") == []
    _let_pass(office, moment, -HALF_AN_HOUR)
    _one_slice(office, fork, SLOW)
    assert office.state("account", account) == "synced"


def test_sign_in_expires_by_the_databases_clock(office: Office, fork: Fork) -> None:
    for host, left, refreshes in ((FAST, HALF_AN_HOUR, 0), (SLOW, -HALF_AN_HOUR, 1)):
        _let_pass(office, token_was_stored, -timedelta(hours=1))
        _let_pass(office, token_expires, left)
        office.sandbox.control("counters", method="DELETE")
        asking = fork(children.elsewhere, host, children.refresh, office.firm_id)
        asking.join(PATIENCE_S)
        assert asking.exitcode == 0
        counted = office.sandbox.control("counters")["entities"]
        assert int(counted.get("bearer sign-in", 0)) == refreshes


@pytest.mark.parametrize(("first", "heir"), list(zip(HOSTS, HOSTS[1:] + HOSTS[:1], strict=True)))
def test_hosts_that_disagree_hand_over_without_loss(
    office: Office, fork: Fork, first: str, heir: str
) -> None:
    made = in_need_of(office, "payment", "create")
    work = (children.work, office.firm_id)
    require_killed([fork(children.elsewhere, first, *work, "answered/Invoice")])
    last = fork(children.elsewhere, heir, *work)
    last.join(PATIENCE_S)
    assert last.exitcode == 0
    require_done(office, made, "payment", "create")


def _let_pass(office: Office, moment: Moment, after: timedelta) -> None:
    with office.database():
        moment(office, after)


def _one_slice(office: Office, fork: Fork, host: str) -> None:
    worker = fork(children.elsewhere, host, children.one_slice, office.firm_id)
    worker.join(PATIENCE_S)
    assert worker.exitcode == 0
