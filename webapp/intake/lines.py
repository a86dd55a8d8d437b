"""What makes the lines of an invoice, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from webapp import money
from webapp.intake import values
from webapp.intake.reading import Reading
from webapp.intake.services import LONGEST_DESCRIPTION
from webapp.models import Invoice, InvoiceLine

MOST_LINES = 500


def read(reading: Reading, currency: str) -> list[InvoiceLine]:
    """The lines that ``data["lines"]`` asks for; what is wrong goes into the reading."""
    given = reading.data.get("lines")
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        reading.refuse("lines", gettext("Enter at least one line."))
        return []
    if len(given) > MOST_LINES:
        reading.refuse("lines", gettext("Use %(n)s lines or fewer.", n=MOST_LINES))
        return []
    return [_line(reading, position, line, currency) for position, line in enumerate(given)]


def _line(reading: Reading, position: int, data: Any, currency: str) -> InvoiceLine:
    if not isinstance(data, Mapping):
        reading.refuse(f"lines.{position}", gettext("Write an object with the line's fields."))
        return InvoiceLine(quantity=Decimal(1), rate_minor=0)
    part = reading.within(f"lines.{position}", data)
    service = part.named("service", "service")
    description = part.value("description", values.text(LONGEST_DESCRIPTION, lines=True))
    if service is None and description is None and not part.refused("service", "description"):
        part.refuse("description", gettext("Choose a service or write a description."))
    usual = service.rate_minor if service and currency == reading.firm.currency else None
    rate = part.value("rate", values.amount(currency), default=usual)
    if rate is None and not part.refused("rate"):
        part.refuse("rate", gettext("Enter a rate."))
    quantity = part.value("quantity", values.quantity, default=Decimal(1))
    if abs(money.line_amount(rate or 0, quantity)) >= money.MAXIMUM_MINOR:
        part.refuse("rate", gettext("Quantity times rate is too large. Write less."))
    return InvoiceLine(
        service_id=service.id if service else None,
        description=description,
        quantity=quantity,
        rate_minor=rate or 0,
    )


def weigh(reading: Reading, lines: Sequence[InvoiceLine]) -> None:
    """Their total must be above zero, and not past what can be kept."""
    comes_to = total(lines)
    if comes_to <= 0:
        reading.refuse("lines", gettext("The total must be above zero."))
    elif comes_to >= money.MAXIMUM_MINOR:
        reading.refuse("lines", gettext("The total is too large. Make two invoices of it."))


def total(lines: Sequence[InvoiceLine]) -> int:
    return sum(money.line_amount(line.rate_minor, line.quantity) for line in lines)


def same(invoice: Invoice, lines: Sequence[InvoiceLine]) -> bool:
    """Whether the invoice has these very lines already."""
    return [_content(line) for line in invoice.lines] == [_content(line) for line in lines]


def _content(line: InvoiceLine) -> tuple[object, ...]:
    return line.service_id, line.description, line.quantity, line.rate_minor
