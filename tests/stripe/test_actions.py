"""What people do with what is shown: choose, try again, dismiss, restore."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stripe.till import Till
from webapp.extensions import db
from webapp.models import StripeObject
from webapp.stripe import actions

STRANGER: dict[str, Any] = {"metadata": {}, "email": "nobody@knows.example", "name": "Nobody"}


@pytest.fixture
def stranger(till: Till) -> dict[str, Any]:
    """A charge of somebody unknown, shown, with a refund that waits for it."""
    charge = till.ring(**STRANGER)
    till.refund(charge, amount=4_000)
    till.hear()
    assert till.shown() == ["no_client"]
    return charge


def act(till: Till, charge: dict[str, Any], action: Any, **chosen: int) -> Any:
    with till.office.database():
        found = StripeObject.find(till.office.firm_id, charge["id"])
        assert found is not None
        done = action(found, **chosen)
        db.session.commit()
    till.work()
    return done


def test_chosen_client_gets_the_payment_its_fee_and_its_refund(
    till: Till, stranger: dict[str, Any]
) -> None:
    assert act(till, stranger, actions.choose, account=till.ada)
    books = till.books()
    assert books["payments"] == {stranger["id"]: (24_000, None)}
    assert list(books["refunds"].values()) == [4_000]
    assert till.clearing() == till.balance()


def test_chosen_invoice_is_paid(till: Till, stranger: dict[str, Any]) -> None:
    assert act(till, stranger, actions.choose, account=till.ada, invoice=till.invoice)
    assert till.books()["payments"] == {stranger["id"]: (24_000, till.invoice)}


def test_chosen_payment_gets_the_fee_and_is_not_doubled(
    till: Till, stranger: dict[str, Any]
) -> None:
    payment = till.office.payment(till.invoice, "240.00")
    assert act(till, stranger, actions.choose, payment=payment)
    assert till.books()["records"] == {"payment": 1, "refund": 1, "expense": 1}
    assert till.object(stranger["id"]).payment_id == payment


def test_payment_of_another_amount_cannot_be_chosen(till: Till, stranger: dict[str, Any]) -> None:
    payment = till.office.payment(till.invoice, "200.00")
    assert not act(till, stranger, actions.choose, payment=payment)
    assert till.shown() == ["maybe_recorded"]


def test_trying_again_helps_once_the_cause_is_gone(till: Till, stranger: dict[str, Any]) -> None:
    assert not act(till, stranger, actions.retry)
    till.office.change("account", till.ada, email="nobody@knows.example")
    assert act(till, stranger, actions.retry)
    assert till.books()["payments"] == {stranger["id"]: (24_000, till.invoice)}
    assert till.shown() == []


def test_what_is_dismissed_stays_out_with_what_was_given_back_of_it(
    till: Till, stranger: dict[str, Any]
) -> None:
    act(till, stranger, actions.dismiss)
    till.office.change("account", till.ada, email="nobody@knows.example")
    till.later()
    till.hear()
    assert till.books()["records"] == {"payment": 0, "refund": 0, "expense": 0}
    assert till.shown() == []


def test_what_is_restored_counts_again_as_a_whole(till: Till, stranger: dict[str, Any]) -> None:
    act(till, stranger, actions.dismiss)
    till.office.change("account", till.ada, email="nobody@knows.example")
    assert act(till, stranger, actions.restore)
    assert till.books()["records"] == {"payment": 1, "refund": 1, "expense": 1}
    assert till.clearing() == till.balance()


def test_fee_that_is_dismissed_leaves_payment_and_refunds_alone(till: Till) -> None:
    charge = till.ring(settles_in="eur")
    till.hear()
    assert till.shown() == ["fee_currency"]
    act(till, charge, actions.dismiss)
    till.refund(charge, amount=4_000)
    till.hear()
    assert till.shown() == []
    assert till.books()["records"] == {"payment": 1, "refund": 1, "expense": 0}
