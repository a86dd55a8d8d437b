"""What people of one firm do, in random order, and what must be true of it in the end."""

from __future__ import annotations

from collections.abc import Callable

from tests.quickbooks.office import Office
from webapp import intake
from webapp.extensions import db
from webapp.intake import Refused
from webapp.models import KINDS, Entry, model_of

DOCUMENTS = ("invoice", "payment", "refund", "expense")
WRITES = ("Customer", "Item", "Invoice", "Payment", "RefundReceipt", "Purchase")
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


class Life:
    """Acts choose a record by any number; what intake refuses (an overpaid invoice) is refused."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.numbers = 0
        self.refused = 0
        self.records: dict[str, list[int]] = {kind: [] for kind in KINDS}
        self.records["account"].append(office.client("First"))
        self.records["service"].append(office.service())

    def new_number(self) -> int:
        self.numbers += 1
        return self.numbers

    def pick(self, kind: str, index: int) -> int | None:
        live = self.records[kind]
        return live[index % len(live)] if live else None

    def _try(self, act: Callable[[], int | None], kind: str = "") -> None:
        try:
            made = act()
        except Refused:
            self.refused += 1
            return
        if kind and made is not None:
            self.records[kind].append(made)

    def add_client(self) -> None:
        name = f"Client {self.new_number()}"
        self._try(lambda: self.office.client(name), "account")

    def add_service(self) -> None:
        name = f"Service {self.new_number()}"
        self._try(lambda: self.office.service(name), "service")

    def rename_client(self, index: int) -> None:
        account, name = self.pick("account", index), f"Renamed {self.new_number()}"
        if account is not None:
            self._try(lambda: self.office.change("account", account, name=name))

    def add_invoices(self, index: int, hurry: bool = True, count: int = 1) -> None:
        account, service = self.pick("account", index), self.pick("service", index)
        for _ in range(count):
            if account is not None and service is not None:
                self._try(lambda: self.office.invoice(account, service, hurry=hurry), "invoice")

    def change_invoice(self, index: int) -> None:
        invoice, memo = self.pick("invoice", index), f"Memo {self.new_number()}"
        if invoice is not None:
            self._try(lambda: self.office.change("invoice", invoice, memo=memo))

    def pay(self, index: int, amount: str) -> None:
        invoice = self.pick("invoice", index)
        if invoice is not None:
            self._try(lambda: self.office.payment(invoice, amount), "payment")

    def give_back_or_keep(self, index: int, kind: str) -> None:
        payment = self.pick("payment", index)
        if payment is not None:
            make = self.office.refund if kind == "refund" else self.office.expense
            self._try(lambda: make(payment, "1.00"), kind)

    def remove_document(self, index: int, kind: str) -> None:
        record = self.pick(kind, index)
        if record is None:
            return
        with self.office.database():
            try:
                intake.remove(db.session.get_one(model_of(kind), record))
                db.session.commit()
            except Refused:
                db.session.rollback()
                self.refused += 1
                return
        self.records[kind].remove(record)

    def switch_account(self, index: int) -> None:
        """Off and on again, as somebody does who is not sure."""
        account = self.pick("account", index)
        if account is not None:
            self.office.sync_account(account, on=False)
            self.office.sync_account(account, on=True)

    # -- in the end ----------------------------------------------------------------------------

    def ask_again(self) -> int:
        """As a person does with what was set aside; how many there were."""
        told = [issue for issue in self.office.issues() if issue.cause == "stopped_worker"]
        for issue in told:
            if issue.kind == "account":
                name = f"Renamed {self.new_number()}"
                self.office.change("account", issue.record_id, name=name)
            else:
                self.office.act(issue, "resync")
        return len(told)

    def sign_in_again(self) -> None:
        if self.office.connection().state == "sign_in_again":
            token = self.office.control("refresh-token")["refresh_token"]
            self.office.refresh_token = token
            self.office.connect()

    def require_everything_there(self) -> None:
        """Every live record has its object, nothing is twice, sums are equal, nothing is stuck."""
        office = self.office
        assert office.issues() == []
        assert office.count(Entry, Entry.state != "done") == 0
        office.require_order()
        for kind, records in self.records.items():
            assert {office.state(kind, record) for record in records} <= {"synced"}
        assert len(office.objects("Customer")) == len(self.records["account"])
        items = len(self.records["service"]) + 1  # set-up's item of the refunds
        assert len(office.objects("Item")) == items
