"""Whatever people do and whatever goes wrong, in any order: the books are right in the end.

Hypothesis chooses acts of users, mishaps of the wire and moments at which a worker looks; after
each step the promises that always hold are checked, and at the end, with the mishaps over,
everything has settled and QuickBooks holds exactly what is here.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.quickbooks.office import MakeOffice, Office
from webapp.intake import Refused
from webapp.models import Entry
from webapp.quickbooks.payloads import ENTITIES

MISHAPS = (
    {"action": "commit_then_drop"},
    {"action": "reset"},
    {"action": "commit_then_status", "status": 500},
    {"action": "status", "status": 503},
    {"action": "truncate"},
    {"action": "malformed"},
    {"action": "throttled"},
    {"action": "unauthorized"},
)
WRITES = ("Customer", "Item", "Invoice", "Payment", "RefundReceipt", "Purchase")


class Books(RuleBasedStateMachine):
    """One firm's life. ``office`` makes the firm of each run."""

    make_office: MakeOffice

    def __init__(self) -> None:
        super().__init__()
        self.office: Office = type(self).make_office()
        self.numbers = 0
        self.records: dict[str, list[int]] = {kind: [] for kind in ENTITIES}
        self.removed: set[tuple[str, int]] = set()
        self.records["account"].append(self.office.client("First"))
        self.records["service"].append(self.office.service())

    def _pick(self, kind: str, index: int) -> int | None:
        live = [r for r in self.records[kind] if (kind, r) not in self.removed]
        return live[index % len(live)] if live else None

    def _attempt(self, act: Callable[[], int | None], kind: str = "") -> None:
        """What intake refuses is refused: an overpaid invoice, say."""
        try:
            made = act()
        except Refused:
            return
        if kind and made is not None:
            self.records[kind].append(made)

    # -- people --------------------------------------------------------------------------------

    @rule()
    def add_client(self) -> None:
        self.numbers += 1
        name = f"Client {self.numbers}"
        self._attempt(lambda: self.office.client(name), "account")

    @rule(index=st.integers(0, 9))
    def rename_client(self, index: int) -> None:
        self.numbers += 1
        account = self._pick("account", index)
        if account is not None:
            self.office.change("account", account, name=f"Renamed {self.numbers}")

    @rule(index=st.integers(0, 9), hurry=st.booleans(), count=st.sampled_from((1, 1, 7)))
    def add_invoices(self, index: int, hurry: bool, count: int) -> None:
        account = self._pick("account", index)
        service = self.records["service"][0]
        for _ in range(count):
            if account is not None:
                self._attempt(lambda: self.office.invoice(account, service, hurry=hurry), "invoice")

    @rule(index=st.integers(0, 9))
    def change_invoice(self, index: int) -> None:
        self.numbers += 1
        invoice = self._pick("invoice", index)
        if invoice is not None:
            memo = f"Memo {self.numbers}"
            self._attempt(lambda: self.office.change("invoice", invoice, memo=memo))

    @rule(index=st.integers(0, 9), amount=st.sampled_from(("10.00", "100.00", "240.00")))
    def pay(self, index: int, amount: str) -> None:
        invoice = self._pick("invoice", index)
        if invoice is not None:
            self._attempt(lambda: self.office.payment(invoice, amount), "payment")

    @rule(index=st.integers(0, 9), kind=st.sampled_from(("refund", "expense")))
    def give_back_or_keep(self, index: int, kind: str) -> None:
        payment = self._pick("payment", index)
        if payment is not None:
            make = self.office.refund if kind == "refund" else self.office.expense
            self._attempt(lambda: make(payment, "1.00"), kind)

    @rule(index=st.integers(0, 9), kind=st.sampled_from(("refund", "expense")))
    def remove_document(self, index: int, kind: str) -> None:
        record = self._pick(kind, index)
        if record is not None:
            self.office.remove(kind, record)
            self.removed.add((kind, record))

    @rule(index=st.integers(0, 9))
    def switch_account(self, index: int) -> None:
        """Off and on again, as somebody does who is not sure."""
        account = self._pick("account", index)
        if account is not None:
            self.office.sync_account(account, on=False)
            self.office.sync_account(account, on=True)

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
        assert self.office.issues() == []

    def teardown(self) -> None:
        """The mishaps are over: everything arrives."""
        office = self.office
        office.sandbox.control("faults", method="DELETE")
        if office.connection().state == "sign_in_again":  # its token was refused twice in a row
            office.refresh_token = office.control("refresh-token")["refresh_token"]
            office.connect()
        office.app.extensions["redis"].flushdb()
        office.settle(rounds=30)
        assert office.count(Entry, Entry.state != "done") == 0
        assert office.issues() == []
        office.require_order()
        live = {k: sum((k, r) not in self.removed for r in ids) for k, ids in self.records.items()}
        live["service"] += 1  # set-up's item of the refunds
        assert {k: len(office.objects(ENTITIES[k])) for k in live} == live


def run(make_office: MakeOffice, examples: int, steps: int) -> None:
    machine = type("Books", (Books,), {"make_office": staticmethod(make_office)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_books_are_right_whatever_the_order(make_office: MakeOffice) -> None:
    run(make_office, examples=6, steps=25)


@pytest.mark.full
def test_books_are_right_whatever_the_order_at_length(make_office: MakeOffice) -> None:
    """EXAMPLES=2000 takes about an hour on two cores."""
    run(make_office, examples=int(os.environ.get("EXAMPLES", "150")), steps=50)
