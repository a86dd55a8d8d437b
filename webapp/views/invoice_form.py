"""The invoice form between two clicks: what was typed, what its lines come to, what it offers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from flask import request
from sqlalchemy import select

from webapp import money
from webapp.extensions import db
from webapp.models import Account, Firm, Invoice, InvoiceLine, Link, MirrorObject, Service
from webapp.quickbooks import numbering
from webapp.views.typed import Errors, Values, typed

FIELDS = ("account", "number", "date", "due_date", "memo")
LINE_FIELDS = ("service", "description", "rate", "quantity")
MOST_LINES = 500

_LINE_NAME = re.compile(r"lines-([0-9]{1,4})-[a-z]+")


@dataclass
class Line:
    """One line as typed."""

    service: str = ""
    description: str = ""
    rate: str = ""
    quantity: str = "1"

    @property
    def blank(self) -> bool:
        """Nothing of it was filled in; the quantity of 1 stands there from the start."""
        return not (self.service or self.description.strip() or self.rate.strip())

    def amount_minor(self, currency: str) -> int | None:
        """What it comes to, or None while it cannot be told."""
        try:
            rate = money.parse_amount(self.rate, currency)
            return money.line_amount(rate, money.parse_quantity(self.quantity))
        except money.AmountError:
            return None


@dataclass
class InvoiceForm:
    firm: Firm
    invoice: Invoice | None
    values: Values
    lines: list[Line]
    errors: Errors = field(default_factory=dict)

    # -- where it comes from -----------------------------------------------------------------

    @classmethod
    def blank(cls, firm: Firm, account: str = "") -> InvoiceForm:
        today = datetime.now(firm.zone).date()
        values = {
            "account": account,
            "number": numbering.proposed(firm),
            "date": today.isoformat(),
        }
        return cls(firm, None, values, [Line()])

    @classmethod
    def of(cls, firm: Firm, invoice: Invoice) -> InvoiceForm:
        values = {
            "account": str(invoice.account_id),
            "number": invoice.number,
            "date": invoice.date.isoformat(),
            "due_date": invoice.due_date.isoformat() if invoice.due_date else "",
            "memo": invoice.memo or "",
        }
        return cls(firm, invoice, values, [_as_typed(line, invoice) for line in invoice.lines])

    @classmethod
    def posted(cls, firm: Firm, invoice: Invoice | None) -> InvoiceForm:
        found = (_LINE_NAME.fullmatch(name) for name in request.form)
        positions = sorted({int(match[1]) for match in found if match})
        lines = [
            Line(*(request.form.get(f"lines-{n}-{name}", "") for name in LINE_FIELDS))
            for n in positions
        ]
        return cls(firm, invoice, typed(*FIELDS), lines or [Line()])

    # -- what its buttons do -----------------------------------------------------------------

    def apply_buttons(self) -> bool:
        """Do what *Add service*, *Remove*, *Use 1043* or a chosen service asked, if any."""
        pressed = "use_number" in request.form
        if pressed:
            self.values["number"] = request.form["use_number"]
        if "add_line" in request.form and len(self.lines) < MOST_LINES:
            self.lines.append(Line())
            pressed = True
        if (position := self._position("remove_line")) is not None:
            del self.lines[position]
            self.lines = self.lines or [Line()]
            pressed = True
        if (position := self._position("chosen_line")) is not None:
            self._fill_in(self.lines[position])
            pressed = True
        return pressed

    def _position(self, name: str) -> int | None:
        position = request.values.get(name, type=int)
        return position if position is not None and 0 <= position < len(self.lines) else None

    def _fill_in(self, line: Line) -> None:
        """A chosen service brings its rate, and its description where none was written."""
        service = next((s for s in self.services if str(s.id) == line.service), None)
        if service is None:
            return
        line.rate = money.to_text(service.rate_minor, self.firm.currency)
        others = {s.description for s in self.services if s.description}
        if not line.description.strip() or line.description in others:
            line.description = service.description or ""

    def drop_blank_lines(self) -> None:
        """Lines nobody filled in are not part of the invoice."""
        self.lines = [line for line in self.lines if not line.blank] or [Line()]

    # -- what it says ------------------------------------------------------------------------

    def data(self) -> dict[str, object]:
        """For the intake. A rate left blank is the service's."""
        lines = [
            {name: getattr(line, name) for name in LINE_FIELDS}
            for line in self.lines
            if not line.blank
        ]
        insists = {"allow_duplicate": True} if "allow_duplicate" in request.form else {}
        return {**self.values, "lines": lines, **insists}

    @property
    def currency(self) -> str:
        return self.invoice.currency if self.invoice else self.firm.currency

    @property
    def line_paths(self) -> set[str]:
        """The errors that a field of a line shows."""
        return {f"lines.{n}.{name}" for n in range(len(self.lines)) for name in LINE_FIELDS}

    @property
    def total_minor(self) -> int:
        """Of the lines that can be told."""
        return sum(line.amount_minor(self.currency) or 0 for line in self.lines)

    @cached_property
    def free_number(self) -> str:
        """What to use instead of a number that is taken; else empty.

        While numbers are synced, one that QuickBooks has counts as taken, too.
        """
        number = self.values.get("number", "").strip()
        if number and self.firm.sync_invoice_numbers:
            return numbering.check(self.firm, number, self.invoice).suggestion or ""
        taken = bool(number) and numbering.used_here(self.firm.id, number)
        return (numbering.next_free_after(self.firm.id, number) if taken else None) or ""

    @property
    def warns_of_number(self) -> bool:
        """QuickBooks has the number, and nobody has said yet that it may be used all the same."""
        insists = "allow_duplicate" in request.form
        changed = self.invoice is None or self.values.get("number") != self.invoice.number
        return self.firm.sync_invoice_numbers and changed and not insists and bool(self.free_number)

    @property
    def number_state(self) -> str:
        """The state of the number field after the form came back."""
        if "number" not in self.errors:
            return "idle"
        if not self.values.get("number", "").strip():
            return "empty"
        return "duplicate" if self.free_number else "idle"

    # -- what it offers ----------------------------------------------------------------------

    @cached_property
    def accounts(self) -> list[Account]:
        return list(
            db.session.scalars(
                select(Account)
                .where(Account.firm_id == self.firm.id, Account.removed_at.is_(None))
                .order_by(Account.name, Account.id)
            )
        )

    @cached_property
    def services(self) -> list[Service]:
        return list(
            db.session.scalars(
                select(Service)
                .where(Service.firm_id == self.firm.id, Service.removed_at.is_(None))
                .order_by(Service.name, Service.id)
            )
        )

    @cached_property
    def chosen_account(self) -> Account | None:
        return next((a for a in self.accounts if str(a.id) == self.values.get("account")), None)

    @property
    def linked_customer(self) -> str:
        """The QuickBooks customer of the chosen client; empty while there is none."""
        link = Link.of(self.chosen_account) if self.chosen_account else None
        if link is None or self.chosen_account is None:
            return ""
        known = MirrorObject.find(self.firm.id, "Customer", link.quickbooks_id)
        return known.name if known else self.chosen_account.display_name


def _as_typed(line: InvoiceLine, invoice: Invoice) -> Line:
    """A kept line for editing. A deleted service leaves its name as the description."""
    service = line.service if line.service and line.service.live else None
    left = line.service.name if line.service and not service else ""
    return Line(
        service=str(service.id) if service else "",
        description=line.description or left,
        rate=money.to_text(line.rate_minor, invoice.currency),
        quantity=f"{line.quantity:f}",
    )
