"""However often Stripe's events come, and in whatever order, the books end alike."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.stripe.till import Till

Json = dict[str, Any]
STORIES = ("refund that fails", "two refunds", "dispute that is won", "late capture")


def tell(till: Till, story: str, number: str) -> list[Json]:
    """At most six events of one charge on the invoice of this number."""
    told = len(till.events())
    given: Json = {"metadata": {"invoice_number": number}}
    if story == "late capture":
        charge = till.ring(captured=False, **given)
        till.control("charges/capture", charge=charge["id"], amount=20_000)
        till.refund(charge, amount=5_000)
    elif story == "refund that fails":
        refund = till.refund(till.ring(**given), amount=5_000)
        till.control("refunds/change", refund=refund["id"], status="failed")
    elif story == "two refunds":
        charge = till.ring(**given)
        till.refund(charge, amount=5_000)
        till.refund(charge, amount=3_000)
    else:
        dispute = till.dispute(till.ring(**given))
        till.control("disputes/close", dispute=dispute["id"], won=True)
    events = till.events()[told:]
    return [e for e in events if e["type"] != "payment_intent.succeeded"][:6]


def play(
    till: Till, story: str, orders: Sequence[Sequence[int]], unanswered: bool
) -> list[dict[str, Any]]:
    """Tell the story once for each order, side by side; what the books then hold of each.

    A worker comes after every round, when each has told its next event. ``unanswered``: Stripe's
    API is down until all events have come.
    """
    service = till.office.service("Advice", "240.00")
    line = {"service": service, "quantity": "1", "rate": "240.00"}
    stories = []
    for number in range(len(orders)):
        till.office.invoice(till.ada, service, number=f"N-{number}", lines=[line])
        stories.append(tell(till, story, f"N-{number}"))
    if unanswered:
        rule = {"action": "status", "status": 503, "operation": "stripe", "times": 0}
        till.office.sandbox.control("faults", rule)
    for places in zip(*orders, strict=True):
        for events, place in zip(stories, places, strict=True):
            if place < len(events):
                till.post(events[place])
        till.work()
    till.office.sandbox.control("faults", method="DELETE")
    till.later()
    till.work()
    books = till.books()
    return [
        end_state(books, {event["data"]["object"]["id"] for event in events}) for events in stories
    ]


def end_state(books: Json, stripe_ids: set[str]) -> dict[str, Any]:
    """What the books hold of these objects: amounts and causes, without the ids."""
    return {
        name: sorted(
            value[0] if isinstance(value, tuple) else value
            for stripe_id, value in books[name].items()
            if stripe_id in stripe_ids
        )
        for name in ("payments", "refunds", "fees", "shown")
    }


def require_one_end(
    till: Till, story: str, orders: Sequence[tuple[int, ...]], unanswered: bool = False
) -> None:
    ends = play(till, story, orders, unanswered)
    different = {str(order): end for order, end in zip(orders, ends, strict=True) if end != ends[0]}
    assert different == {}, ends[0]
    assert ends[0]["payments"]
    assert ends[0]["shown"] == []
    assert till.clearing() == till.balance()


def orders_of(story: str, count: int) -> list[tuple[int, ...]]:
    """The natural order of six events, the reverse, and a seeded sample of the others."""
    every = list(itertools.permutations(range(6)))
    return [every[0], every[-1], *random.Random(story).sample(every, count)]


@pytest.mark.parametrize("story", STORIES)
def test_events_in_any_order_end_alike(till: Till, story: str) -> None:
    require_one_end(till, story, orders_of(story, 1))


@pytest.mark.parametrize("story", STORIES[:2])
def test_order_does_not_matter_while_stripe_cannot_be_asked(till: Till, story: str) -> None:
    """Only what the events themselves say counts until the answer comes."""
    require_one_end(till, story, orders_of(story, 0), unanswered=True)


@pytest.mark.full
@pytest.mark.one_database
@pytest.mark.parametrize("unanswered", [False, True])
@pytest.mark.parametrize("first", range(6))
@pytest.mark.parametrize("story", STORIES)
def test_events_in_every_order_end_alike(
    till: Till, story: str, first: int, unanswered: bool
) -> None:
    """All orders of six events, those that begin with one of them at a time."""
    every = itertools.permutations(range(6))
    require_one_end(till, story, [order for order in every if order[0] == first], unanswered)


def test_a_hundred_deliveries_at_once_have_one_effect(till: Till) -> None:
    charge = till.ring()
    refund = till.refund(charge, amount=5_000)
    event = next(e for e in till.events() if e["type"] == "charge.succeeded")
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: till.post(event), range(100)))
    assert till.events_kept() == 1
    till.deliver(copies=10)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: till.work(), range(8)))
    assert till.events_kept() == len(till.events())
    books = till.books()
    assert books["records"] == {"payment": 1, "refund": 1, "expense": 1}
    assert books["refunds"] == {refund["id"]: 5_000}
    assert till.clearing() == till.balance()


def test_event_of_two_firms_counts_for_each(till: Till, other_till: Till) -> None:
    """The same id at another firm's address is another event; its charge is that account's."""
    charge = till.ring()
    till.hear()
    event = next(e for e in till.events() if e["type"] == "charge.succeeded")
    other_till.post(event)
    other_till.work()
    assert list(till.books()["payments"]) == [charge["id"]]
    assert other_till.shown() == ["not_there"]  # its own Stripe account does not know the fee
