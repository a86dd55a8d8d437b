"""What makes an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from webapp import money
from webapp.intake import lines, values
from webapp.intake.keeping import keep, take_turn
from webapp.intake.lookup import Lookup
from webapp.intake.reading import Reading, Refused
from webapp.models import Firm, Invoice, InvoiceLine
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH
from webapp.quickbooks import numbering

LONGEST_MEMO = 1000


def invoice(
    firm: Firm,
    data: Mapping[str, Any],
    record: Invoice | None = None,
    *,
    lookup: Lookup | None = None,
    hurry: bool = True,
) -> Invoice:
    """``external_id, account, number, date, due_date, currency, memo, lines``.

    Without a number one is assigned. One that is used here already is kept, and becomes an error of
    the firm's list, unless ``allow_duplicate`` is false. A line without a rate takes its service's.
    Raises Refused.
    """
    take_turn(firm.id, record)
    reading = Reading(firm, data, record, lookup)
    fields = _fields(reading)
    new_lines = _new_lines(reading, fields["currency"])
    _weigh(reading, fields, new_lines)
    typed = _number(reading)
    reading.finish()
    if record is None:
        record = Invoice(firm_id=firm.id)
        fields["number_assigned"] = typed is None
        fields["number"] = typed or _assigned(firm)
    elif typed is not None and typed != record.number:
        fields |= {"number": typed, "number_assigned": False}
    changed = _replace_lines(record, new_lines)
    return keep(reading, record, fields, hurry=hurry, changed=changed)


def _fields(reading: Reading) -> dict[str, Any]:
    required = gettext("Enter a date.")
    fields = {
        "external_id": reading.external_id("invoice"),
        "account": reading.named("account", "account", required=gettext("Choose an account.")),
        "date": reading.value("date", values.day, required=required),
        "due_date": reading.value("due_date", values.day),
        "currency": reading.value("currency", values.currency, default=reading.firm.currency),
        "memo": reading.value("memo", values.text(LONGEST_MEMO, lines=True)),
    }
    if fields["date"] and fields["due_date"] and fields["due_date"] < fields["date"]:
        reading.refuse("due_date", gettext("Write a day on or after the invoice's date."))
    return fields


def _new_lines(reading: Reading, currency: str) -> list[InvoiceLine] | None:
    """The lines to put in place; None leaves an existing invoice's as they are."""
    record = reading.record
    if isinstance(record, Invoice) and not reading.has("lines"):
        if currency != record.currency:
            reading.refuse("lines", gettext("Write the lines again in the new currency."))
        return None
    return lines.read(reading, currency)


def _weigh(reading: Reading, fields: dict[str, Any], new_lines: list[InvoiceLine] | None) -> None:
    """The total must be above zero, and never below what is paid already."""
    if new_lines and not reading.errors:
        lines.weigh(reading, new_lines)
    record = reading.record
    if isinstance(record, Invoice) and not reading.errors:
        _weigh_against_payments(reading, record, fields, new_lines)


def _weigh_against_payments(
    reading: Reading,
    record: Invoice,
    fields: dict[str, Any],
    new_lines: list[InvoiceLine] | None,
) -> None:
    paid = record.paid_minor()
    if not paid:
        return
    if new_lines and lines.total(new_lines) < paid:
        amount = money.to_text(paid, record.currency)
        reading.refuse(
            "lines",
            gettext("%(paid)s is already paid: keep the total at or above it.", paid=amount),
        )
    for field in ("account", "currency"):
        if fields[field] != getattr(record, field):
            reading.refuse(
                field, gettext("This invoice has payments. Delete them before changing this.")
            )


def _number(reading: Reading) -> str | None:
    """The number that was typed, or None where there is none to take over."""
    record = reading.record
    if not reading.has("number") or (record is None and reading.data["number"] is None):
        return None
    number: str | None = reading.value(
        "number", values.text(MAXIMUM_NUMBER_LENGTH), required=gettext("Enter an invoice number.")
    )
    if number is None or reading.refused("number"):
        return None
    changed = not isinstance(record, Invoice) or number != record.number
    if changed and not _may_be_double(reading) and numbering.used_here(reading.firm.id, number):
        reading.refuse("number", _used_already(reading.firm, number))
    return number


def _used_already(firm: Firm, number: str) -> str:
    free = numbering.next_free_after(firm.id, number)
    if free is None:
        return gettext("Another invoice has this number.")
    return gettext(
        "Another invoice has this number. Use '%(number)s' to avoid duplicates", number=free
    )


def _assigned(firm: Firm) -> str:
    try:
        return numbering.next_number(firm)
    except numbering.NoNumberLeft as error:
        message = gettext(
            "No number of %(n)s characters follows '%(number)s'. Write one that begins anew.",
            n=MAXIMUM_NUMBER_LENGTH,
            number=error.last,
        )
        raise Refused({"number": [message]}) from None


def _may_be_double(reading: Reading) -> bool:
    """A program's number is as its own books have it; the form asks a person first."""
    allowed = reading.data.get("allow_duplicate")
    try:
        return allowed is None or values.flag(allowed)
    except values.Unfit as unfit:
        reading.refuse("allow_duplicate", str(unfit))
        return True


def _replace_lines(record: Invoice, new_lines: list[InvoiceLine] | None) -> bool:
    if new_lines is None or lines.same(record, new_lines):
        return False
    record.set_lines(new_lines)
    return True
