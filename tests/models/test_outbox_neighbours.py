"""An entry among others that are almost like it: of the firms, kinds and records next to its own,
made before and after it. Whatever is asked of one, the others are left alone."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import make_firm
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import (
    Account,
    Entry,
    Expense,
    Invoice,
    Payment,
    Record,
    Refund,
    claiming,
    outbox,
)

KINDS = ("account", "invoice", "payment")
LATER = timedelta(hours=1)
Place = tuple[int, str, int]
"""Firm, kind, record."""


@pytest.fixture
def firm_ids(app: Flask, app_context: None) -> list[int]:
    return [make_firm(app, f"Firm {n}", f"firm-{n}.example").id for n in range(3)]


@pytest.fixture
def middle(firm_ids: list[int]) -> Place:
    return firm_ids[1], KINDS[1], 20


@pytest.fixture
def others(firm_ids: list[int], middle: Place) -> list[Entry]:
    """One beside the middle in a single respect, on either side of it."""
    firm_id, kind, record_id = middle
    places = [
        *((firm_id, kind, record) for record in (19, 21)),
        *((firm_id, kind, record_id) for kind in (KINDS[0], KINDS[2])),
        *((firm, kind, record_id) for firm in (firm_ids[0], firm_ids[2])),
    ]
    return [put(place) for place in places]


def put(place: Place, **values: object) -> Entry:
    firm_id, kind, record_id = place
    given = {"level": 1, "due_at": database_now(db.session()) - LATER, **values}
    entry = Entry(firm_id=firm_id, kind=kind, record_id=record_id, **given)
    db.session.add(entry)
    db.session.commit()
    return entry


def as_they_are(entries: list[Entry]) -> list[tuple[object, ...]]:
    rows = db.session.execute(select(Entry.__table__).where(Entry.id.in_([e.id for e in entries])))
    return [tuple(row) for row in rows]


# -- finding ---------------------------------------------------------------------------------------


def test_entry_of_another_record_is_never_taken_for_a_records_own(
    middle: Place, others: list[Entry]
) -> None:
    assert Entry.find(*middle) is None
    made = put(middle)
    assert Entry.find(*middle) is made


def test_found_entry_is_as_it_is_in_the_database_by_now(middle: Place) -> None:
    made = put(middle)
    for tries, look in enumerate((lambda: Entry.find(*middle), lambda: Entry.locked([made.id]))):
        aside = update(Entry).where(Entry.id == made.id).values(tries=tries + 1)
        db.session.execute(aside, execution_options={"synchronize_session": False})
        look()
        assert made.tries == tries + 1


def test_only_the_asked_for_are_locked(middle: Place, others: list[Entry]) -> None:
    made = put(middle)
    assert Entry.locked([made.id]) == {made.id: made}


def test_entry_begins_with_nothing_tried_sent_or_reached(middle: Place) -> None:
    made = put(middle)
    assert (made.tries, made.failures, made.picked, made.revision, made.reached) == (0,) * 5
    assert (made.state, made.action, made.wanted) == ("ready", outbox.SAVE, 1)


# -- claiming --------------------------------------------------------------------------------------


def test_what_is_due_in_other_firms_is_not_due_here(firm_ids: list[int]) -> None:
    for firm_id in (firm_ids[0], firm_ids[2]):
        put((firm_id, "account", 20))
    assert claiming.first_due(firm_ids[1], 10) is None
    assert not claiming.left(firm_ids[1], database_now(db.session()))


@pytest.mark.parametrize(
    ("unlike", "values"),
    [
        ("kind", [{"kind": "account"}, {"kind": "payment"}]),
        ("level", [{"level": 0}, {"level": 2}]),
        ("priority", [{"priority": outbox.PERSON}, {"priority": outbox.FIRST_COPY}]),
        ("picked", [{"picked": 1}, {"picked": 2}]),
        ("due", [{"due_at": None}, {"due_at": 1}]),
        ("sent", [{"sent_at": -1}]),
    ],
)
def test_claim_takes_along_only_what_is_due_like_the_first(
    firm_ids: list[int], unlike: str, values: list[dict]
) -> None:
    """``first`` was looked up before; what else is due may have come about since."""
    now = database_now(db.session())
    first = put((firm_ids[1], "invoice", 20))
    due = claiming.first_due(firm_ids[1], 10)
    assert due is not None
    for number, given in enumerate(values):
        moments = {k: now + LATER * v if k[-3:] == "_at" and v else v for k, v in given.items()}
        put((firm_ids[1], moments.pop("kind", "invoice"), 30 + number), **moments)
    mate = put((firm_ids[1], "invoice", 40), due_at=now - LATER)
    assert claiming.claim(firm_ids[1], due, 10) == [first.id, mate.id]


def test_what_is_due_later_is_not_found_now(middle: Place) -> None:
    put(middle, due_at=database_now(db.session()) + LATER)
    assert claiming.first_due(middle[0], 10) is None
    assert not claiming.left(middle[0], database_now(db.session()))


def test_claim_in_one_firm_takes_nothing_of_another(firm_ids: list[int]) -> None:
    made = [put((firm_id, "invoice", 20)) for firm_id in firm_ids]
    due = claiming.first_due(firm_ids[1], 10)
    assert due is not None
    assert claiming.claim(firm_ids[1], due, 10) == [made[1].id]
    db.session.expire_all()
    assert [entry.picked for entry in made] == [0, 1, 0]


def test_like_the_first_means_of_its_kind_and_priority(firm_ids: list[int]) -> None:
    put((firm_ids[1], "invoice", 20))
    for kind in ("account", "payment"):
        put((firm_ids[1], kind, 20))
    put((firm_ids[1], "invoice", 21), priority=outbox.FIRST_COPY)
    due = claiming.first_due(firm_ids[1], 10)
    assert due is not None
    assert (due.kind, due.like_it) == ("invoice", 1)


def test_unanswered_one_that_came_before_brings_nothing_along(firm_ids: list[int]) -> None:
    now = database_now(db.session())
    batch = outbox.Batch(firm_id=firm_ids[1], request_id="b-1", body="{}")
    one, _mate = (
        put((firm_ids[1], "invoice", record), sent_at=now, batch=batch, picked=1)
        for record in (20, 21)
    )
    due = claiming.first_due(firm_ids[1], 10)
    assert due is not None
    assert claiming.claim(firm_ids[1], due, 10) == [one.id]


def test_nothing_is_put_down_that_was_not_taken_up(middle: Place, others: list[Entry]) -> None:
    made = put(middle, picked=2)
    before = as_they_are(others)
    claiming.put_down([made.id])
    db.session.expire_all()
    assert made.picked == 1
    assert as_they_are(others) == before


def test_looking_for_due_work_waits_for_no_writer(firm_ids: list[int]) -> None:
    made = put((firm_ids[1], "invoice", 20))
    with db.engine.connect() as other:
        other.execute(update(Entry).where(Entry.id == made.id).values(tries=1))
        due = claiming.first_due(firm_ids[1], 10)
        other.rollback()
    assert due is not None
    assert due.id == made.id


# -- waiting ---------------------------------------------------------------------------------------


def test_arrival_releases_only_what_waited_for_it(firm_ids: list[int], others: list[Entry]) -> None:
    for entry in others:
        entry.wait_for("payment", 7)
    others[0].wait_for("payment", 6)
    others[1].wait_for("payment", 8)
    others[2].wait_for("invoice", 7)
    others[3].wait_for("service", 7)
    db.session.commit()
    before = as_they_are(others)
    Entry.release(firm_ids[1], "payment", [7])
    db.session.commit()
    assert as_they_are(others) == before


@pytest.mark.parametrize("state", ["ready", "sent", "rejected", "ignored", "off", "done"])
def test_arrival_moves_nothing_that_does_not_wait(middle: Place, state: str) -> None:
    made = put(middle, state=state, due_at=None, waits_kind="payment", waits_id=7)
    Entry.release(middle[0], "payment", [7])
    db.session.refresh(made)
    assert (made.state, made.due_at) == (state, None)


def test_released_entry_is_ready_in_the_session_that_released_it(middle: Place) -> None:
    made = put(middle, state="waiting", due_at=None, waits_kind="payment", waits_id=7)
    Entry.release(middle[0], "payment", [7])
    assert (made.state, made.waits_id) == ("ready", None)


# -- an account's switch ---------------------------------------------------------------------------


def with_all_it_has(firm_id: int, name: str) -> list[Entry]:
    """An account and one record of each kind that belongs to it."""
    account = Account(firm_id=firm_id, name=name, sync=True)
    day, common = date(2026, 11, 20), {"firm_id": firm_id, "currency": "USD"}
    invoice = Invoice(**common, account=account, number=name, date=day, total_minor=0)
    payment = Payment(**common, account=account, amount_minor=1, date=day, method="check")
    refund = Refund(**common, payment=payment, amount_minor=1, date=day)
    expense = Expense(**common, payment=payment, amount_minor=1, date=day)
    records: list[Record] = [account, invoice, payment, refund, expense]
    return [record.save() for record in records]


def test_switch_moves_all_that_belongs_to_the_account_and_nothing_else(
    firm_ids: list[int],
) -> None:
    names = ("Ada", "Bea", "Cleo")
    made = [with_all_it_has(firm_ids[1], name) for name in names]
    account = db.session.get_one(Account, made[1][0].record_id)
    db.session.commit()
    for on, state in ((False, "off"), (True, "ready")):
        account.sync = on
        Entry.sync_switched(account)
        db.session.expire_all()
        assert [{e.state for e in entries} for entries in made] == [{"ready"}, {state}, {"ready"}]
        assert {e.due_at is None for e in made[1]} == {not on}


def test_switch_leaves_entries_of_other_firms_alone(firm_ids: list[int]) -> None:
    entries = with_all_it_has(firm_ids[1], "Ada")
    account = db.session.get_one(Account, entries[0].record_id)
    others = [put((firm_ids[n], e.kind, e.record_id)) for n in (0, 2) for e in entries]
    before = as_they_are(others)
    account.sync = False
    Entry.sync_switched(account)
    db.session.commit()
    assert as_they_are(others) == before


# -- counting --------------------------------------------------------------------------------------


def test_firms_are_counted_apart(firm_ids: list[int]) -> None:
    for number, firm_id in enumerate(firm_ids):
        for record in range(number + 1):
            put((firm_id, "invoice", record))
    assert [Entry.counts(f)["invoice"]["ready"] for f in firm_ids] == [1, 2, 3]


# -- the name of a request -------------------------------------------------------------------------


def test_request_id_has_room_for_a_revision_that_counts_seconds() -> None:
    made = Entry(uid="a" * 32, revision=10**11 - 2, wanted=1)
    made.compose("create", "{}")
    assert made.request_id is not None
    assert len(made.request_id) == Entry.__table__.c.request_id.type.length


def test_what_is_composed_anew_and_reads_the_same_keeps_its_request_id(middle: Place) -> None:
    made = put(middle)
    for _ in range(2):
        made.compose("".join(["cre", "ate"]), json.dumps({"Id": "7"}))
        assert made.revision == 1


def test_refusal_of_the_version_that_is_wanted_is_a_refusal_however_high_that_is(
    middle: Place,
) -> None:
    made = put(middle, wanted=1_000, sent_version=int("1000"))
    made.rejected(None)
    assert (made.state, made.tries) == ("rejected", 1)
