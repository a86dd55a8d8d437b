"""Programs in several processes make invoices at once while somebody invoices in QuickBooks."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

from tests.quickbooks.office import Office
from webapp import create_app
from webapp.extensions import db
from webapp.models import ApiToken, Firm, Invoice

PATIENCE_S = 600


def make_invoices(token: str, account: int, service: int, count: int) -> None:
    """One process: so many invoices through the API, without a number."""
    client = create_app({"RATELIMIT_ENABLED": False}).test_client()
    body = {"account": account, "date": "2026-11-20", "lines": [{"service": service}]}
    for _ in range(count):
        answer = client.post(
            "/api/v1/invoices", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 201, answer.text


class Bookkeeper(threading.Thread):
    """Somebody in QuickBooks, who always takes the next number there and heeds its warning."""

    def __init__(self, office: Office, seed: int):
        super().__init__(daemon=True)
        self.office, self.random = office, random.Random(seed)
        self.done = threading.Event()
        self.made: list[str] = []
        customer = office.create_theirs("Customer", DisplayName="Grace Hopper")
        income = {"value": office.account_called("Services")}
        item = office.create_theirs(
            "Item", Name="Consulting", Type="Service", IncomeAccountRef=income
        )
        detail = {"ItemRef": {"value": item["Id"]}}
        self.fields: dict[str, Any] = {
            "CustomerRef": {"value": customer["Id"]},
            "TxnDate": "2026-11-19",
            "Line": [
                {"Amount": 75, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
            ],
        }

    def run(self) -> None:
        while not self.done.wait(self.random.uniform(0.05, 0.4)):
            self.invoice()

    def invoice(self) -> None:
        made = self.office.create_theirs("Invoice", DocNumber=self.following(), **self.fields)
        while self.numbers().count(made["DocNumber"]) > 1:
            made = self.office.control(
                "objects/update",
                entity="Invoice",
                id=made["Id"],
                fields={"DocNumber": self.following()},
            )["object"]
        self.made.append(made["Id"])

    def numbers(self) -> list[str]:
        return [found["DocNumber"] for found in self.office.objects("Invoice")]

    def following(self) -> str:
        return str(max(map(int, self.numbers()), default=1000) + 1)


def token_of(office: Office) -> str:
    with office.database():
        _token, clear = ApiToken.issue(db.session.get_one(Firm, office.firm_id))
        db.session.commit()
        return clear


def start_programs(office: Office, processes: int, each: int) -> list[BaseProcess]:
    account, service = office.client(), office.service()
    office.work()
    spawn = multiprocessing.get_context("spawn")
    started: list[BaseProcess] = [
        spawn.Process(target=make_invoices, args=(token_of(office), account, service, each))
        for _ in range(processes)
    ]
    for process in started:
        process.start()
    return started


@pytest.mark.parametrize(
    ("processes", "each", "seed"),
    [(4, 12, 1), pytest.param(8, 200, 2, marks=pytest.mark.full)],
)
def test_numbers_given_out_at_once_are_all_different_and_leave_no_gap(
    office: Office, processes: int, each: int, seed: int
) -> None:
    office.settings(sync_invoice_numbers=True)
    bookkeeper = Bookkeeper(office, seed)
    bookkeeper.invoice()
    programs = start_programs(office, processes, each)
    bookkeeper.start()
    give_up = time.monotonic() + PATIENCE_S
    while any(program.is_alive() for program in programs):
        assert time.monotonic() < give_up
        office.work(PATIENCE_S)
        time.sleep(0.05)
    office.settle()
    bookkeeper.done.set()
    bookkeeper.join(PATIENCE_S)
    office.settle()

    assert [program.exitcode for program in programs] == [0] * processes
    assert office.issues() == []
    numbers = sorted(int(found["DocNumber"]) for found in office.objects("Invoice"))
    assert len(bookkeeper.made) > 1
    assert len(numbers) == processes * each + len(bookkeeper.made)
    assert numbers == list(range(1001, 1001 + len(numbers)))
    with office.database():
        ours = db.session.scalars(db.select(Invoice.number)).all()
    theirs = {found["DocNumber"]: found["Id"] for found in office.objects("Invoice")}
    assert {theirs[number] for number in ours}.isdisjoint(bookkeeper.made)
    office.require_order()
