"""Whatever people do and whatever goes wrong, in any order: the books are right in the end.

Hypothesis chooses acts of users, mishaps of the wire, and workers that look or are killed;
after each step the promises that always hold are checked, and at the end, with the mishaps over,
everything has settled and QuickBooks holds exactly what is here.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.faults import children
from tests.faults.conftest import PATIENCE_S, Fork
from tests.faults.life import DOCUMENTS, MISHAPS, WRITES, Life
from tests.quickbooks.office import MakeOffice

INDEX = st.integers(0, 9)
POINTS = ("claimed", "composed", "planned", "marked", "sending", "answered", "settling", "looked")
PARTS = 8
"""Pieces of the long run, so that several machines, or `pytest -n`, can share it."""


class Books(RuleBasedStateMachine):
    """One firm's life. ``make_office`` makes the firm of each run."""

    make_office: MakeOffice
    fork: Fork

    def __init__(self) -> None:
        super().__init__()
        self.life = Life(type(self).make_office())
        self.office = self.life.office

    # -- people --------------------------------------------------------------------------------

    @rule()
    def add_client(self) -> None:
        self.life.add_client()

    @rule(index=INDEX)
    def rename_client(self, index: int) -> None:
        self.life.rename_client(index)

    @rule(index=INDEX, hurry=st.booleans(), count=st.sampled_from((1, 1, 7)))
    def add_invoices(self, index: int, hurry: bool, count: int) -> None:
        self.life.add_invoices(index, hurry, count)

    @rule(index=INDEX)
    def change_invoice(self, index: int) -> None:
        self.life.change_invoice(index)

    @rule(index=INDEX, amount=st.sampled_from(("10.00", "100.00", "240.00")))
    def pay(self, index: int, amount: str) -> None:
        self.life.pay(index, amount)

    @rule(index=INDEX, kind=st.sampled_from(("refund", "expense")))
    def give_back_or_keep(self, index: int, kind: str) -> None:
        self.life.give_back_or_keep(index, kind)

    @rule(index=INDEX, kind=st.sampled_from(DOCUMENTS))
    def remove_document(self, index: int, kind: str) -> None:
        self.life.remove_document(index, kind)

    @rule(index=INDEX)
    def switch_account(self, index: int) -> None:
        self.life.switch_account(index)

    # -- mishaps -------------------------------------------------------------------------------

    @rule(mishap=st.sampled_from(MISHAPS), entity=st.sampled_from(WRITES))
    def next_write_goes_wrong(self, mishap: dict[str, object], entity: str) -> None:
        self.office.fault(**mishap, entity=entity, method="POST")

    @rule(mishap=st.sampled_from(MISHAPS))
    def next_batch_goes_wrong(self, mishap: dict[str, object]) -> None:
        self.office.fault(**mishap, operation="batch")

    @rule()
    def access_token_expires(self) -> None:
        self.office.control("expire-access-tokens")

    @rule()
    def redis_forgets(self) -> None:
        self.office.app.extensions["redis"].flushdb()

    @rule(point=st.sampled_from(POINTS))
    def worker_is_killed(self, point: str) -> None:
        worker = type(self).fork(children.one_slice, self.office.firm_id, point)
        worker.join(PATIENCE_S)

    # -- workers -------------------------------------------------------------------------------

    @rule()
    def worker_looks(self) -> None:
        self.office.work()

    @rule(seconds=st.sampled_from((6, 61, 130)))
    def time_passes(self, seconds: int) -> None:
        self.office.later(seconds)

    # -- what always holds ---------------------------------------------------------------------

    @invariant()
    def nothing_is_there_twice(self) -> None:
        audit = self.office.audit()
        assert audit["problems"] == []
        assert audit["duplicates"]["PrivateNote"] == []
        assert audit["duplicates"]["DocNumber"] == []

    @invariant()
    def no_record_is_blamed_for_the_wire(self) -> None:
        assert {issue.cause for issue in self.office.issues()} <= {"stopped_worker"}

    def teardown(self) -> None:
        """The mishaps are over: everything arrives."""
        office = self.office
        office.sandbox.control("faults", method="DELETE")
        self.life.sign_in_again()  # a token that was refused twice in a row
        office.app.extensions["redis"].flushdb()
        for _ in range(3):  # what killed two workers is asked for again
            office.later(130)
            office.settle(rounds=30)
            if not self.life.ask_again():
                break
        self.life.require_everything_there()


def run(make_office: MakeOffice, fork: Fork, examples: int, steps: int) -> None:
    parts = {"make_office": staticmethod(make_office), "fork": staticmethod(fork)}
    run_state_machine_as_test(
        type("Books", (Books,), parts),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_books_are_right_whatever_the_order(make_office: MakeOffice, fork: Fork) -> None:
    run(make_office, fork, examples=5, steps=25)


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
def test_books_are_right_whatever_the_order_at_length(
    make_office: MakeOffice, fork: Fork, part: int
) -> None:
    """EXAMPLES=2000 asks for 2,000 lives of 50 steps, shared among the parts."""
    run(make_office, fork, examples=int(os.environ.get("EXAMPLES", "40")) // PARTS, steps=50)
