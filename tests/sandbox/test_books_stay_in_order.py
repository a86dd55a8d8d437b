"""No sequence of calls, right or wrong, crashes the sandbox or leaves books that do not add up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.sandbox.books import Books, Json, pay_line, sale_line
from tests.sandbox_process import SandboxProcess

AMOUNTS = st.integers(0, 50_000).map(lambda cents: cents / 100)
SHARES = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.0, 1.5])
DAYS = st.sampled_from(["2026-01-15", "2026-03-31", "2026-11-20"])
NUMBERS = st.sampled_from(["", "", "A1", "a1", "B-7", "x" * 22])
NAMES = st.one_of(
    st.sampled_from(["Ada", "ada", "a:b", ""]), st.integers(0, 99).map(lambda n: f"Client {n}")
)


class Bookkeeping(RuleBasedStateMachine):
    """An app and a person at work on one company at once."""

    sandbox: SandboxProcess
    customers: Bundle[str] = Bundle("customers")
    invoices: Bundle[str] = Bundle("invoices")
    credits_: Bundle[str] = Bundle("credits_")
    payments: Bundle[str] = Bundle("payments")
    deposits: Bundle[str] = Bundle("deposits")

    @initialize(target=customers)
    def open_books(self) -> Any:
        self.books = Books.open(self.sandbox)
        self.item = self.books.item()
        return self.send("Customer", {"DisplayName": "The first"})

    def send(self, entity: str, body: Json, **query: str) -> Any:
        """The Id of what was written, or nothing for the bundle."""
        answer = self.books.post(entity.lower(), body, **query)
        assert answer.status_code in (200, 400), answer.text
        written = answer.json().get(entity)
        return written["Id"] if written else multiple()

    def read(self, entity: str, identifier: str) -> Json:
        answer = self.books.get(f"{entity.lower()}/{identifier}")
        assert answer.status_code in (200, 400), answer.text
        found: Json = answer.json().get(entity, {})
        return found

    def current(self, entity: str, identifier: str) -> Json:
        found = self.read(entity, identifier)
        return {"Id": identifier, "SyncToken": found.get("SyncToken", "0")}

    def person(self, act: str, **body: Any) -> None:
        url = f"{self.sandbox.control_url}/{act}"
        given = {"realm": self.books.realm_id, **body}
        answer = self.books.session.post(url, json=given, timeout=10)
        assert answer.status_code in (200, 400), answer.text

    # -- the app ------------------------------------------------------------------------------

    @rule(target=customers, name=NAMES)
    def add_customer(self, name: str) -> Any:
        return self.send("Customer", {"DisplayName": name})

    @rule(identifier=customers, active=st.booleans())
    def set_active(self, identifier: str, active: bool) -> None:
        body = {**self.current("Customer", identifier), "sparse": True, "Active": active}
        self.send("Customer", body)

    @rule(target=invoices, customer=customers, amount=AMOUNTS, day=DAYS, number=NUMBERS)
    def add_invoice(self, customer: str, amount: float, day: str, number: str) -> Any:
        return self.send("Invoice", self.sale(customer, amount, day, number))

    @rule(target=credits_, customer=customers, amount=AMOUNTS, day=DAYS)
    def add_credit_memo(self, customer: str, amount: float, day: str) -> Any:
        return self.send("CreditMemo", self.sale(customer, amount, day, ""))

    def sale(self, customer: str, amount: float, day: str, number: str) -> Json:
        return {
            "CustomerRef": {"value": customer},
            "TxnDate": day,
            "DocNumber": number,
            "Line": [sale_line(self.item, amount)],
        }

    @rule(target=payments, invoice=invoices, share=SHARES, extra=AMOUNTS)
    def pay_invoice(self, invoice: str, share: float, extra: float) -> Any:
        found = self.read("Invoice", invoice)
        applied = round(found.get("Balance", 10) * share, 2)
        lines = [pay_line({"Id": invoice}, applied)]
        return self.send("Payment", self.receipt(found, applied + extra, lines))

    @rule(target=payments, invoice=invoices, credit=credits_, share=SHARES)
    def apply_credit(self, invoice: str, credit: str, share: float) -> Any:
        found, memo = self.read("Invoice", invoice), self.read("CreditMemo", credit)
        applied = round(min(found.get("Balance", 10), memo.get("Balance", 10)) * share, 2)
        lines = [
            pay_line({"Id": invoice}, applied),
            pay_line({"Id": credit}, applied, "CreditMemo"),
        ]
        return self.send("Payment", self.receipt(found, 0, lines))

    @rule(target=payments, customer=customers, total=AMOUNTS)
    def receive_unapplied(self, customer: str, total: float) -> Any:
        return self.send("Payment", self.receipt({"CustomerRef": {"value": customer}}, total, []))

    def receipt(self, found: Json, total: float, lines: list[Json]) -> Json:
        customer = found.get("CustomerRef", {"value": "1"})["value"]
        return {
            "CustomerRef": {"value": customer},
            "TotalAmt": round(total, 2),
            "TxnDate": "2026-11-20",
            "Line": lines,
        }

    @rule(identifier=payments, invoice=invoices, total=AMOUNTS, share=SHARES)
    def change_payment(self, identifier: str, invoice: str, total: float, share: float) -> None:
        balance = self.read("Invoice", invoice).get("Balance", 10)
        lines = [pay_line({"Id": invoice}, round(min(balance, total) * share, 2))]
        head = {**self.current("Payment", identifier), "sparse": True}
        self.send("Payment", {**head, "TotalAmt": total, "Line": lines})

    @rule(identifier=invoices, customer=customers, amount=AMOUNTS, day=DAYS, number=NUMBERS)
    def change_invoice(
        self, identifier: str, customer: str, amount: float, day: str, number: str
    ) -> None:
        head = self.current("Invoice", identifier)
        self.send("Invoice", {**head, **self.sale(customer, amount, day, number)})

    @rule(target=deposits, payment=payments)
    def deposit(self, payment: str) -> Any:
        total = self.read("Payment", payment).get("TotalAmt", 1)
        bank = {"value": "1"}
        lines = [pay_line({"Id": payment}, total, "Payment")]
        return self.send("Deposit", {"DepositToAccountRef": bank, "Line": lines})

    @rule(identifier=invoices, operation=st.sampled_from(["delete", "void"]))
    def end_invoice(self, identifier: str, operation: str) -> None:
        self.send("Invoice", self.current("Invoice", identifier), operation=operation)

    @rule(identifier=payments, operation=st.sampled_from(["delete", "void"]))
    def end_payment(self, identifier: str, operation: str) -> None:
        self.send("Payment", self.current("Payment", identifier), operation=operation)

    @rule(identifier=credits_)
    def delete_credit_memo(self, identifier: str) -> None:
        self.send("CreditMemo", self.current("CreditMemo", identifier), operation="delete")

    @rule(identifier=deposits)
    def delete_deposit(self, identifier: str) -> None:
        self.send("Deposit", self.current("Deposit", identifier), operation="delete")

    # -- the person -----------------------------------------------------------------------------

    @rule(loser=customers, winner=customers)
    def merge(self, loser: str, winner: str) -> None:
        self.person("objects/merge", entity="Customer", id=loser, into=winner)

    @rule(identifier=credits_)
    def void_credit_memo(self, identifier: str) -> None:
        self.person("objects/void", entity="CreditMemo", id=identifier)

    @rule(identifier=invoices, amount=AMOUNTS)
    def change_amount(self, identifier: str, amount: float) -> None:
        self.person("objects/amount", entity="Invoice", id=identifier, amount=str(amount))

    @rule(day=st.sampled_from([None, "2026-01-31", "2026-04-30"]))
    def close_books(self, day: str | None) -> None:
        self.person("close-books", date=day)

    @rule(on=st.booleans())
    def switch_custom_numbers(self, on: bool) -> None:
        self.person("preferences", CustomTxnNumbers=on)

    @invariant()
    def books_are_in_order(self) -> None:
        if hasattr(self, "books"):
            assert self.books.audit()["problems"] == []


def play(sandbox: SandboxProcess, examples: int, steps: int, seeded: bool) -> None:
    before = sandbox.control("counters")["kinds"].get("crash", 0)
    machine = type("Played", (Bookkeeping,), {"sandbox": sandbox})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=seeded,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )
    assert sandbox.control("counters")["kinds"].get("crash", 0) == before


def test_no_sequence_of_calls_spoils_the_books(sandbox: SandboxProcess) -> None:
    play(sandbox, examples=12, steps=25, seeded=True)


@pytest.mark.full
def test_no_long_sequence_of_calls_spoils_the_books(sandbox: SandboxProcess) -> None:
    play(sandbox, examples=300, steps=50, seeded=False)
