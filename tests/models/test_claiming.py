"""What does a worker take up together, and what does it leave?"""

from __future__ import annotations

from flask import Flask

from tests.conftest import make_firm
from tests.models.entries import CUTOFF, sent, some
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Account, Batch, Entry, Invoice, claiming, outbox
from webapp.models.claiming import Left


def claim(firm_id: int, limit: int = 60) -> list[int]:
    """As a worker does: what is most urgent, and what is like it."""
    first = claiming.first_due(firm_id, limit)
    claimed = [] if first is None else claiming.claim(firm_id, first, limit)
    db.session.expire_all()
    return claimed


def left(firm_id: int) -> Left:
    """As a slice sees it during which nobody wished for anything."""
    return claiming.left(firm_id, database_now(db.session()) + CUTOFF)


def test_claim_takes_one_kind_and_priority_up_to_the_limit(firm_id: int) -> None:
    later = some(firm_id, 1, hurry=False)
    first = some(firm_id, 3)
    Account(firm_id=firm_id, name="Ada").save(hurry=False)
    db.session.commit()
    assert claim(firm_id, 2) == [entry.id for entry in first[:2]]
    assert [entry.picked for entry in (*first, *later)] == [1, 1, 0, 0]


def test_most_urgent_is_described_with_how_many_are_like_it(firm_id: int) -> None:
    some(firm_id, 2, hurry=False)
    first = some(firm_id, 3)
    due = claiming.first_due(firm_id, 10)
    assert due is not None
    assert (due.id, due.kind, due.priority) == (first[0].id, "service", outbox.PERSON)
    assert (due.level, due.sent, due.picked, due.like_it) == (first[0].level, False, 0, 3)
    counted = claiming.first_due(firm_id, 2)
    assert counted is not None
    assert counted.like_it == 2


def test_another_kind_of_the_same_priority_is_not_like_it(firm_id: int) -> None:
    some(firm_id, 2)
    Account(firm_id=firm_id, name="Ada").save()
    Account(firm_id=firm_id, name="Bo").save()
    Account(firm_id=firm_id, name="Cy").save()
    db.session.commit()
    due = claiming.first_due(firm_id, 10)
    assert due is not None
    assert (due.kind, due.like_it) == ("service", 2)


def test_claim_takes_the_lower_level_first(firm_id: int) -> None:
    account = Account(firm_id=firm_id, name="Ada")
    account.save()
    invoice = Invoice(
        firm_id=firm_id,
        account=account,
        number="1",
        date=database_now(db.session()).date(),
        currency="USD",
        total_minor=0,
    )
    invoice.save()
    db.session.commit()
    entry = Entry.of(account)
    assert entry is not None
    assert claim(firm_id) == [entry.id]


def test_one_that_was_picked_before_comes_alone(firm_id: int) -> None:
    first, second = some(firm_id, 2)
    first.picked = 1
    db.session.commit()
    assert claim(firm_id) == [first.id]
    assert (first.picked, second.picked) == (2, 0)


def test_one_that_was_picked_before_does_not_come_with_a_crowd(firm_id: int) -> None:
    first, second, third = some(firm_id, 3)
    second.picked = 1
    db.session.commit()
    assert claim(firm_id) == [first.id, third.id]


def test_unanswered_and_fresh_are_not_mixed(firm_id: int) -> None:
    first, second = some(firm_id, 2)
    now = database_now(db.session())
    sent(first, now)
    first.picked, first.due_at = 0, now
    db.session.commit()
    assert claim(firm_id) == [first.id]
    assert second.picked == 0


def test_unanswered_brings_its_batch_along(firm_id: int) -> None:
    entries = some(firm_id, 4)
    now = database_now(db.session())
    batches = [Batch(firm_id=firm_id, request_id=f"b-{n}", body="{}") for n in range(2)]
    db.session.add_all(batches)
    for entry, batch in zip(entries, (batches[0], batches[1], batches[0], None), strict=True):
        sent(entry, now)
        entry.picked, entry.due_at, entry.batch = 0, now, batch
    db.session.commit()
    assert claim(firm_id, 1) == [entries[0].id, entries[2].id]
    assert [entry.picked for entry in entries] == [1, 0, 1, 0]


def test_nothing_is_claimed_that_is_not_due(firm_id: int) -> None:
    (entry,) = some(firm_id, 1)
    for due_at in (None, database_now(db.session()) + CUTOFF):
        entry.due_at = due_at
        db.session.commit()
        assert claim(firm_id) == []
        assert left(firm_id) is Left.NOTHING
    entry.due_at = database_now(db.session())
    db.session.commit()
    assert left(firm_id) is Left.SOMETHING
    assert claim(firm_id) == [entry.id]


def test_what_a_person_wished_since_is_left_apart(firm_id: int) -> None:
    began = database_now(db.session())
    some(firm_id, 1, hurry=False)
    assert claiming.left(firm_id, began) is Left.SOMETHING
    (wished,) = some(firm_id, 1)
    assert claiming.left(firm_id, began) is Left.A_PERSONS_WISH
    wished.due_at = began - CUTOFF
    db.session.commit()
    assert claiming.left(firm_id, began) is Left.SOMETHING


def test_firms_do_not_claim_each_others(app: Flask, firm_id: int) -> None:
    some(firm_id, 1)
    other = make_firm(app, "Birch Books", "birch.example").id
    assert claim(other) == []
    assert left(other) is Left.NOTHING


def test_no_transaction_is_left_open_by_a_claim(firm_id: int) -> None:
    some(firm_id, 1)
    first = claiming.first_due(firm_id, 5)
    assert not db.session().in_transaction()
    assert first is not None
    claiming.claim(firm_id, first, 5)
    assert not db.session().in_transaction()


def test_put_down_is_as_if_never_picked(firm_id: int) -> None:
    entries = some(firm_id, 2)
    claim(firm_id)
    claiming.put_down([entries[0].id])
    claiming.put_down([entries[0].id])
    db.session.expire_all()
    assert [entry.picked for entry in entries] == [0, 1]
