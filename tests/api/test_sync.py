"""What ``GET /sync`` says of the connection, of what is on its way, and in counts."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.api.conftest import Program
from tests.conftest import FirmFixture
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Entry, StripeEvent, WebhookEvent, outbox
from webapp.models import connection as connections
from webapp.quickbooks import hearing

STATES = ("waiting", "syncing", "synced", "failed", "ignored", "off")
KINDS = ("account", "service", "invoice", "payment", "refund", "expense")


@pytest.fixture
def connected(app: Flask, firm: FirmFixture) -> None:
    with app.app_context():
        Connection.of(firm.id).change_state(connections.CONNECTED)
        db.session.commit()


def put_entries_in(app: Flask, state: str) -> None:
    with app.app_context():
        db.session.execute(update(Entry).values(state=state, due_at=database_now(db.session())))
        db.session.commit()


def test_every_kind_and_state_is_counted_also_at_nought(program: Program) -> None:
    assert program.get("sync").json == {
        "connection": "none",
        "settled": True,
        "counts": {kind: dict.fromkeys(STATES, 0) for kind in KINDS},
    }


@pytest.mark.parametrize(
    ("state", "public", "settled"),
    [
        (outbox.READY, "waiting", False),
        (outbox.SENT, "syncing", False),
        (outbox.WAITING, "waiting", True),
        (outbox.REJECTED, "failed", True),
        (outbox.IGNORED, "ignored", True),
        (outbox.OFF, "off", True),
        (outbox.DONE, "synced", True),
    ],
)
@pytest.mark.usefixtures("connected")
def test_only_what_is_on_its_way_unsettles(
    app: Flask, program: Program, state: str, public: str, settled: bool
) -> None:
    program.made("accounts", name="Ada")
    put_entries_in(app, state)
    answer = program.get("sync").json
    assert (answer["connection"], answer["settled"]) == ("connected", settled)
    assert answer["counts"]["account"] == dict.fromkeys(STATES, 0) | {public: 1}


@pytest.mark.usefixtures("connected")
def test_an_announced_change_unsettles_until_it_was_read(
    app: Flask, firm: FirmFixture, program: Program
) -> None:
    with app.app_context():
        connection = Connection.of(firm.id)
        connection.realm_id = "4620816365"
        for realm_id in ("4620816365", "another"):
            event = WebhookEvent(key=realm_id, realm_id=realm_id, entity="invoice")
            event.quickbooks_id, event.operation = "7", "update"
            event.received_at = database_now(db.session()) - hearing.GATHERED_FOR
            db.session.add(event)
        db.session.commit()
    assert not program.get("sync").json["settled"]
    with app.app_context():
        hearing.listen()
    assert not program.get("sync").json["settled"]
    with app.app_context():
        connection = Connection.of(firm.id)
        connection.changes_due_at = database_now(db.session())  # by the clock: nobody was told
        db.session.commit()
    assert program.get("sync").json["settled"]


@pytest.mark.usefixtures("connected")
def test_an_event_of_stripe_unsettles_its_firm_until_it_was_taken_in(
    app: Flask, firm: FirmFixture, program: Program, stranger: Program
) -> None:
    with app.app_context():
        db.session.add(StripeEvent(key="evt", firm_id=firm.id, body=b"{}"))
        db.session.commit()
    assert not program.get("sync").json["settled"]
    assert stranger.get("sync").json["settled"]
    with app.app_context():
        db.session.execute(update(StripeEvent).values(looked_at=database_now(db.session())))
        db.session.commit()
    assert program.get("sync").json["settled"]


@pytest.mark.parametrize(("state", "settled"), [(outbox.READY, True), (outbox.SENT, False)])
def test_without_a_connection_only_an_unknown_outcome_unsettles(
    app: Flask, program: Program, state: str, settled: bool
) -> None:
    program.made("accounts", name="Ada")
    put_entries_in(app, state)
    assert program.get("sync").json["settled"] is settled


@pytest.mark.usefixtures("connected")
def test_a_removed_record_counts_until_its_removal_arrived(app: Flask, program: Program) -> None:
    account = program.made("accounts", name="Ada")
    program.delete(f"accounts/{account['id']}")
    assert program.get("sync").json["counts"]["account"]["waiting"] == 1
    with app.app_context():
        entry = db.session.scalar(select(Entry))
        assert entry is not None
        entry.rest(outbox.DONE)
        db.session.commit()
    assert sum(program.get("sync").json["counts"]["account"].values()) == 0


def test_another_firms_work_is_not_seen(program: Program, stranger: Program) -> None:
    stranger.made("accounts", name="Ada")
    assert program.get("sync").json["counts"]["account"]["waiting"] == 0
