"""A form with lines between two clicks: what was typed, what its lines come to, what it offers.

Invoices and recurring invoices have the same lines, with the same buttons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from flask import request
from sqlalchemy import select

from webapp import money
from webapp.extensions import db
from webapp.models import Account, Firm, InvoiceLine, RecurringLine, Service
from webapp.views.typed import Errors, Values

LINES, TOTALS = "invoices/_lines.html", "invoices/_totals.html"
"""The templates of the parts that change while a form is filled in."""
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
class LineForm:
    """``endpoint`` is the blueprint whose views change and add up the lines."""

    firm: Firm
    values: Values
    lines: list[Line]
    errors: Errors = field(default_factory=dict)

    endpoint = ""

    @property
    def currency(self) -> str:
        return self.firm.currency

    # -- what its buttons do -----------------------------------------------------------------

    def apply_buttons(self) -> bool:
        """Do what *Add service*, *Remove* or a chosen service asked, if any."""
        pressed = False
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
        return {**self.values, "lines": lines}

    @property
    def line_paths(self) -> set[str]:
        """The errors that a field of a line shows."""
        return {f"lines.{n}.{name}" for n in range(len(self.lines)) for name in LINE_FIELDS}

    @property
    def total_minor(self) -> int:
        """Of the lines that can be told."""
        return sum(line.amount_minor(self.currency) or 0 for line in self.lines)

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


def posted_lines() -> list[Line]:
    found = (_LINE_NAME.fullmatch(name) for name in request.form)
    positions = sorted({int(match[1]) for match in found if match})
    lines = [
        Line(*(request.form.get(f"lines-{n}-{name}", "") for name in LINE_FIELDS))
        for n in positions
    ]
    return lines or [Line()]


def as_typed(line: InvoiceLine | RecurringLine, currency: str) -> Line:
    """A kept line for editing. A deleted service leaves its name as the description."""
    service = line.service if line.service and line.service.live else None
    left = line.service.name if line.service and not service else ""
    return Line(
        service=str(service.id) if service else "",
        description=line.description or left,
        rate=money.to_text(line.rate_minor, currency),
        quantity=f"{line.quantity:f}",
    )
