"""How does a record here compare, field by field, with the object in QuickBooks?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext, ngettext
from sqlalchemy import select

from webapp import money
from webapp.extensions import db
from webapp.formats import amount, local_date
from webapp.models import (
    Account,
    Connection,
    Expense,
    Invoice,
    Issue,
    Link,
    MirrorNumber,
    MirrorObject,
    Payment,
    Record,
    Refund,
    Service,
)
from webapp.models.mirror import match_key
from webapp.quickbooks.facts import Facts, facts_of
from webapp.quickbooks.payloads import ENTITIES
from webapp.views.quickbooks.row_model import Compared


@dataclass(frozen=True)
class _Sides:
    """A record, and what QuickBooks holds: its facts, and the object they were read from."""

    record: Record
    facts: Facts
    theirs: Mapping[str, Any]

    @property
    def firm_id(self) -> int:
        return self.record.firm_id

    @property
    def currency(self) -> str:
        return str(getattr(self.record, "currency", None) or self._home_currency())

    def _home_currency(self) -> str:
        home = select(Connection.home_currency).where(Connection.firm_id == self.firm_id)
        return db.session.scalar(home) or "USD"

    def text(self, name: str) -> str:
        return str(self.facts.get(name) or "")

    def name_of(self, entity: str, quickbooks_id: str, reference: str = "") -> str:
        """What a person calls the object; ``reference`` is the field that names it in the body."""
        known = MirrorObject.find(self.firm_id, entity, quickbooks_id) if quickbooks_id else None
        given = self.theirs.get(reference)
        return (
            known.name if known else str(given.get("name", "")) if isinstance(given, dict) else ""
        )


def compare(issue: Issue, record: Record) -> tuple[Compared, ...]:
    """``issue.theirs`` may be missing: then the column of QuickBooks stays empty."""
    theirs = issue.theirs or {}
    sides = _Sides(record, facts_of(ENTITIES[record.kind], theirs), theirs)
    lines = _READERS[record.kind](sides)
    if issue.cause != "dup_number":
        return tuple(lines)
    return tuple(_same_number(line) for line in lines)


def _same_number(line: Compared) -> Compared:
    if line.label != gettext("Number"):
        return line
    return Compared(line.label, line.ours, line.theirs, gettext("Same number"))


def _line(label: str, ours: str, theirs: str, same: bool | None = None) -> Compared:
    same = ours.strip() == theirs.strip() if same is None else same
    return Compared(label, ours or "—", theirs or "—", "" if same else gettext("Different"))


# -- the kinds ------------------------------------------------------------------------------------


def _account(sides: _Sides) -> Iterator[Compared]:
    account = sides.record
    assert isinstance(account, Account)
    theirs = sides.text("name")
    same = match_key(theirs) == match_key(account.display_name)
    yield _line(gettext("Name"), account.display_name, theirs, same)
    email = account.email or ""
    same = email.lower() == sides.text("email").lower()
    yield _line(gettext("Email"), email, sides.text("email"), same)


def _service(sides: _Sides) -> Iterator[Compared]:
    service = sides.record
    assert isinstance(service, Service)
    yield _line(gettext("Name"), service.display_name, sides.text("name"))
    yield _line(gettext("Description"), service.description or "", sides.text("description"))
    yield _line(gettext("Rate"), amount(service.rate_minor, sides.currency), _money(sides, "rate"))
    connection = Connection.of(service.firm_id)
    ours = service.income_account_id or connection.accounts.get("income") or ""
    theirs = sides.text("income_account")
    yield _line(
        gettext("Income account"),
        sides.name_of("Account", ours),
        sides.name_of("Account", theirs, "IncomeAccountRef"),
        ours == theirs,
    )


def _invoice(sides: _Sides) -> Iterator[Compared]:
    invoice = sides.record
    assert isinstance(invoice, Invoice)
    yield _line(gettext("Number"), invoice.number, sides.text("number"))
    yield _customer(sides, invoice.account)
    yield _date(sides, gettext("Date"), "date", invoice.date)
    yield _date(sides, gettext("Due date"), "due_date", invoice.due_date)
    yield _total(sides, invoice.total_minor)
    yield _line(
        gettext("Lines"), _lines(len(invoice.lines)), _lines(len(sides.facts.get("lines") or []))
    )
    yield from _quantities(sides, invoice)
    if invoice.memo or sides.text("memo"):
        yield _line(gettext("Message"), invoice.memo or "", sides.text("memo"))


def _payment(sides: _Sides) -> Iterator[Compared]:
    payment = sides.record
    assert isinstance(payment, Payment)
    yield _customer(sides, payment.account)
    yield _date(sides, gettext("Date"), "date", payment.date)
    yield _total(sides, payment.amount_minor)
    yield _line(gettext("Reference"), payment.reference or "", sides.text("reference"))
    ours = payment.invoice.number if payment.invoice else ""
    yield _line(gettext("Invoice"), ours, _paid_numbers(sides))


def _refund(sides: _Sides) -> Iterator[Compared]:
    refund = sides.record
    assert isinstance(refund, Refund)
    yield _customer(sides, refund.account)
    yield _date(sides, gettext("Date"), "date", refund.date)
    yield _total(sides, refund.amount_minor)


def _expense(sides: _Sides) -> Iterator[Compared]:
    expense = sides.record
    assert isinstance(expense, Expense)
    yield _date(sides, gettext("Date"), "date", expense.date)
    yield _total(sides, expense.amount_minor)
    accounts = Connection.of(expense.firm_id).accounts
    spent = sides.facts.get("expense_lines") or [[""]]
    for label, role, theirs, entity, reference in (
        (gettext("Paid from"), "clearing", sides.text("account"), "Account", "AccountRef"),
        (gettext("Spent on"), "fee_account", spent[0][0] or "", "Account", ""),
        (gettext("Vendor"), "fee_vendor", sides.text("vendor"), "Vendor", "EntityRef"),
    ):
        ours = accounts.get(role) or ""
        yield _line(
            label,
            sides.name_of(entity, ours),
            sides.name_of(entity, theirs, reference),
            ours == theirs,
        )


_READERS: dict[str, Callable[[_Sides], Iterator[Compared]]] = {
    "account": _account,
    "service": _service,
    "invoice": _invoice,
    "payment": _payment,
    "refund": _refund,
    "expense": _expense,
}


# -- the fields -----------------------------------------------------------------------------------


def _customer(sides: _Sides, account: Account) -> Compared:
    """Ids decide where the client is linked; before that, names."""
    theirs = sides.text("customer")
    name = sides.name_of("Customer", theirs, "CustomerRef")
    link = Link.of(account)
    same = link.quickbooks_id == theirs if link else match_key(name) == match_key(account.name)
    return _line(gettext("Customer"), account.name, name, same)


def _date(sides: _Sides, label: str, fact: str, ours: date | None) -> Compared:
    theirs = sides.text(fact)
    try:
        shown = local_date(date.fromisoformat(theirs)) if theirs else ""
    except ValueError:
        shown = theirs
    return _line(label, local_date(ours) if ours else "", shown)


def _total(sides: _Sides, minor: int) -> Compared:
    return _line(gettext("Total"), amount(minor, sides.currency), _money(sides, "total"))


def _money(sides: _Sides, fact: str) -> str:
    text = sides.text(fact)
    try:
        return amount(money.parse_amount(text, sides.currency), sides.currency) if text else ""
    except money.AmountError:
        return text


def _lines(number: int) -> str:
    return ngettext("%(num)s service", "%(num)s services", number)


def _quantities(sides: _Sides, invoice: Invoice) -> Iterator[Compared]:
    """Shown only where they differ: mostly the total says it all."""
    ours = [_sold(str(line.quantity), line.rate_minor, sides.currency) for line in invoice.lines]
    theirs = [_sold_there(entry, sides.currency) for entry in sides.facts.get("quantities") or []]
    if theirs and ours != theirs:
        yield _line(gettext("Quantities and rates"), ", ".join(ours), ", ".join(theirs))


def _sold_there(entry: list[str | None], currency: str) -> str:
    """An entry of the fact ``quantities``."""
    if len(entry) != 2 or entry[0] is None or entry[1] is None:
        return gettext("a line without a service")
    try:
        return _sold(entry[0], money.parse_amount(entry[1], currency), currency)
    except money.AmountError:
        return f"{entry[0]} × {entry[1]}"


def _sold(quantity: str, rate_minor: int, currency: str) -> str:
    return f"{Decimal(quantity).normalize():f} × {amount(rate_minor, currency)}"


def _paid_numbers(sides: _Sides) -> str:
    """The numbers of the invoices that the payment is applied to over there."""
    linked = [str(link).split() for link in sides.facts.get("links") or []]
    ids = [parts[1] for parts in linked if len(parts) == 3 and parts[0] == "Invoice"]
    known = db.session.execute(
        select(MirrorNumber.quickbooks_id, MirrorNumber.number).where(
            MirrorNumber.firm_id == sides.firm_id,
            MirrorNumber.txn_type == "Invoice",
            MirrorNumber.quickbooks_id.in_(ids),
        )
    ).all()
    numbers = dict(known)
    return ", ".join(numbers.get(id_, id_) for id_ in ids)
