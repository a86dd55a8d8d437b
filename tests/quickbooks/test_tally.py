"""The calls of a slice are in the figures once it is over."""

from __future__ import annotations

from tests.quickbooks.office import Office
from webapp.quickbooks import tally


def test_calls_of_a_slice_are_counted_when_it_ends(office: Office) -> None:
    redis = office.app.extensions["redis"]
    redis.delete(tally.KEY)
    office.client()
    office.work()
    assert tally.read(redis)["customer", 200] == 1


def test_slip_adds_to_what_others_counted_and_hands_in_once(office: Office) -> None:
    redis = office.app.extensions["redis"]
    redis.delete(tally.KEY)
    tally.count(redis, "invoice", 200)
    slip = tally.Slip(redis)
    for status in (200, 200, 429):
        slip.count("invoice", status)
    assert tally.read(redis) == {("invoice", 200): 1}
    slip.hand_in()
    slip.hand_in()
    assert tally.read(redis) == {("invoice", 200): 3, ("invoice", 429): 1}
