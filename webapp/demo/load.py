"""Building the demo: a year of work that synced, then what went wrong this week."""

from __future__ import annotations

import random
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from webapp import intake
from webapp.demo import content
from webapp.demo.local_quickbooks import LocalQuickBooks
from webapp.extensions import db
from webapp.models import (
    Account,
    Connection,
    Entry,
    Firm,
    Invoice,
    Payment,
    Person,
    Service,
    outbox,
)
from webapp.models.person import OPERATOR
from webapp.quickbooks import connection, mirror, sync
from webapp.quickbooks.session import UNHURRIED_S, company_of
from webapp.stripe import connection as stripe_connection

FIRST_NUMBER = 1001
INVOICES = 130
SETTLED_WITHIN_S = 300
PAUSE_S = 0.2
CARD = "Credit Card"


def load(quickbooks: LocalQuickBooks) -> bool:
    """Make the demo firm unless it is there; whether it was made."""
    if Person.by_email(content.PEOPLE[0][1]) is not None:
        return False
    demo = _Demo(quickbooks)
    demo.prepare_company()
    demo.make_firm()
    demo.work_of_a_year()
    demo.connect()
    demo.connect_stripe()
    demo.sync()
    demo.what_went_wrong()
    demo.card_of_a_stranger()
    demo.sync()
    return True


class _Demo:
    def __init__(self, quickbooks: LocalQuickBooks):
        self.quickbooks = quickbooks
        self.chance = random.Random(7)
        self.today = datetime.now(UTC).date()
        self.number = FIRST_NUMBER
        self.payments: list[Payment] = []

    # -- before: what QuickBooks already had -------------------------------------------------

    def prepare_company(self) -> None:
        """The firm has kept its books there for years: its customers are in it."""
        hand = self.quickbooks
        names = {"CompanyName": content.COMPANY, "LegalName": content.COMPANY}
        hand.do("objects/update", entity="CompanyInfo", id="1", fields=names)
        hand.do("preferences", CustomTxnNumbers=True)
        hand.create("PaymentMethod", Name=CARD, Type="CREDIT_CARD")
        hand.create("Account", Name="Card Clearing", AccountType="Bank", AccountSubType="Checking")
        hand.create(
            "Account",
            Name="Card Processing Fees",
            AccountType="Expense",
            AccountSubType="BankCharges",
        )
        hand.create("Vendor", DisplayName="Stripe")
        for name in (*content.BUSINESSES, *content.INDIVIDUALS):
            hand.create("Customer", DisplayName=name, PrimaryEmailAddr={"Address": _email(name)})

    def make_firm(self) -> None:
        self.firm = Firm(name=content.FIRM, sync_invoice_numbers=True)
        db.session.add(self.firm)
        for role, email, name in content.PEOPLE:
            firm = None if role == OPERATOR else self.firm
            person = Person(role=role, email=email, name=name, firm=firm)
            person.set_password(content.PASSWORD)
            db.session.add(person)
        db.session.commit()

    # -- the year ----------------------------------------------------------------------------

    def work_of_a_year(self) -> None:
        self.services = [self._service(*service) for service in content.SERVICES]
        self.accounts = [self._account(name, "business") for name in content.BUSINESSES] + [
            self._account(name, "individual") for name in content.INDIVIDUALS
        ]
        days = sorted(self.chance.randrange(20, 320) for _ in range(INVOICES))
        for age in reversed(days):
            invoice = self._invoice(self.chance.choice(self.accounts), age)
            if self.chance.random() < 0.8:
                self._pay(invoice, age)
        db.session.commit()

    def _service(self, name: str, description: str, rate: str) -> Service:
        return intake.service(
            self.firm, {"name": name, "description": description, "rate": rate}, hurry=False
        )

    def _account(self, name: str, kind: str, email: str | None = None) -> Account:
        data = {"name": name, "kind": kind, "email": email or _email(name)}
        return intake.account(self.firm, data, hurry=False)

    def _invoice(self, account: Account, age: int, **fields: Any) -> Invoice:
        """``age`` is in days. The number is the next of the demo's own unless given."""
        day = self.today - timedelta(days=age)
        chosen = self.chance.sample(self.services, self.chance.choice((1, 1, 2, 3)))
        data = {
            "account": account.id,
            "number": str(self.number),
            "date": day.isoformat(),
            "due_date": (day + timedelta(days=14)).isoformat(),
            "lines": [self._line(service) for service in chosen],
            **fields,
        }
        self.number += "number" not in fields
        return intake.invoice(self.firm, data, hurry=False)

    def _line(self, service: Service) -> dict[str, Any]:
        return {
            "service": service.id,
            "description": service.description,
            "quantity": str(self.chance.choice((1, 1, 1, 2, 3))),
            "rate": f"{service.rate_minor / 100:.2f}",
        }

    def _pay(self, invoice: Invoice, age: int) -> Payment:
        method = self.chance.choice(("credit_card", "credit_card", "check", "bank_transfer"))
        payment = self._payment(invoice, age - self.chance.randrange(1, 14), method)
        if method == "credit_card":
            self._fee(payment)
            if self.chance.random() < 0.15:
                self._refund(payment, payment.amount_minor // 4)
        return payment

    def _payment(self, invoice: Invoice, age: int, method: str) -> Payment:
        data = {
            "invoice": invoice.id,
            "date": (self.today - timedelta(days=max(age, 0))).isoformat(),
            "amount": _amount(invoice.total_minor),
            "method": method,
            "reference": f"ch_{self.chance.randrange(16**8):08x}",
        }
        payment = intake.payment(self.firm, data, hurry=False)
        self.payments.append(payment)
        return payment

    def _fee(self, payment: Payment, day: date | None = None) -> None:
        fee = payment.amount_minor * 29 // 1000 + 30
        data = {
            "payment": payment.id,
            "date": (day or payment.date).isoformat(),
            "amount": _amount(fee),
            "description": "Stripe processing fee",
        }
        intake.expense(self.firm, data, hurry=False)

    def _refund(self, payment: Payment, amount_minor: int, reason: str = "Overcharged") -> None:
        data = {
            "payment": payment.id,
            "date": payment.date.isoformat(),
            "amount": _amount(amount_minor),
            "reason": reason,
        }
        intake.refund(self.firm, data, hurry=False)

    # -- connecting --------------------------------------------------------------------------

    def connect(self) -> None:
        hand = self.quickbooks
        connection.adopt(self.firm.id, hand.realm_id, hand.refresh_token, "ask")
        owner = Person.by_email(content.PEOPLE[0][1])
        Connection.of(self.firm.id).connected_by = owner
        db.session.commit()

    def connect_stripe(self) -> None:
        address = f"{current_app.config['PUBLIC_URL']}/webhooks/stripe/"
        target = address + self.firm.stripe_webhook_key
        self.stripe = self.quickbooks.do("stripe/accounts", name=content.FIRM, target=target)
        owner = Person.by_email(content.PEOPLE[0][1])
        key, secret = self.stripe["api_key"], self.stripe["webhook_secret"]
        stripe_connection.connect(self.firm.id, key, secret, checked=True, person=owner)
        db.session.commit()

    def sync(self) -> None:
        """Work beside whatever worker runs, until nothing is on its way any more."""
        give_up = time.monotonic() + SETTLED_WITHIN_S
        while time.monotonic() < give_up:
            if not sync.run_slice(self.firm.id) and not self._anything_on_its_way():
                return
            time.sleep(PAUSE_S)

    def _anything_on_its_way(self) -> bool:
        moving = Entry.state.in_((outbox.READY, outbox.SENT))
        found = db.session.scalar(
            select(Entry.id).where(Entry.firm_id == self.firm.id, moving).limit(1)
        )
        db.session.commit()
        return found is not None

    # -- this week ---------------------------------------------------------------------------

    def what_went_wrong(self) -> None:
        """One problem of every kind, each to be fixed to the end by clicking."""
        self._clients_unknown_there()
        self._number_taken_there()
        income = self._changed_in_quickbooks()
        self._reread_lists()
        self._records_in_their_way(income)
        db.session.commit()

    def card_of_a_stranger(self) -> None:
        """Somebody pays by card whom the firm does not know under this name."""
        self.quickbooks.do(
            "stripe/charges",
            account=self.stripe["account"],
            amount=18_500,
            name="Renata Okonkwo",
            email="renata@okonkwo.example",
            description="Tax planning, first meeting",
        )

    def _clients_unknown_there(self) -> None:
        alvarez = {"Address": "office@alvarezlandscape.example"}
        self.quickbooks.create(
            "Customer", DisplayName="Alvarez Landscape LLC", PrimaryEmailAddr=alvarez
        )
        self.quickbooks.create("Customer", DisplayName="Alvarez, Marta")
        self.quickbooks.create("Customer", DisplayName="Casa Alvarado Imports")
        client = self._account("Alvarez Landscaping", "business", alvarez["Address"])
        self._invoice(client, 5)
        self._account("Tran Family LLC", "business")

    def _number_taken_there(self) -> None:
        """Somebody typed an invoice into QuickBooks, with the number that is next here."""
        item = self.quickbooks.find("Item", content.SERVICES[0][0])
        customer = self.quickbooks.find("Customer", "Pinecrest Builders")
        line = {
            "Amount": 2400,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": item}, "Qty": 1, "UnitPrice": 2400},
        }
        self.quickbooks.create(
            "Invoice",
            CustomerRef={"value": customer},
            DocNumber=str(self.number),
            TxnDate=(self.today - timedelta(days=3)).isoformat(),
            Line=[line],
        )
        self._invoice(self.accounts[0], 2)

    def _changed_in_quickbooks(self) -> str:
        """The card's box unticked, two accounts removed, the books closed; the income account."""
        hand = self.quickbooks
        card = hand.find("PaymentMethod", CARD)
        hand.do("payment-method-type", id=card, type="NON_CREDIT_CARD")
        income = hand.create(
            "Account",
            Name="Consulting Income",
            AccountType="Income",
            AccountSubType="ServiceFeeIncome",
        )
        hand.do("objects/inactivate", entity="Account", id=income)
        fees = hand.find("Account", "Card Processing Fees")
        hand.do("objects/inactivate", entity="Account", id=fees)
        hand.do("close-books", date=self._closed_to().isoformat())
        return income

    def _reread_lists(self) -> None:
        db.session.commit()
        present = Connection.of(self.firm.id)
        mirror.fill(company_of(present, patience_s=UNHURRIED_S), present)

    def _records_in_their_way(self, income: str) -> None:
        paid = self._latest("check")
        self._refund(paid, paid.amount_minor // 2, "Work not done")
        self._fee(self._latest("credit_card"), self.today - timedelta(days=1))
        invoice = self._invoice(self.accounts[1], 4)
        self._payment(invoice, 1, "credit_card")
        service = self._service("Controller services", "Part-time controller, monthly", "2200.00")
        service.income_account_id = income

    def _latest(self, method: str) -> Payment:
        """The latest payment of the year that was made so, in the books that are closed by now."""
        closed = [paid for paid in self.payments if paid.date < self._closed_to()]
        return max((paid for paid in closed if paid.method == method), key=lambda paid: paid.date)

    def _closed_to(self) -> date:
        return self.today - timedelta(days=40)


def _amount(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _email(name: str) -> str:
    plain = "".join(char for char in name.lower() if char.isascii() and char.isalnum())
    return f"office@{plain}.example"
