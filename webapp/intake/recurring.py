"""What makes a schedule of recurring invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext

from webapp.extensions import db
from webapp.formats import local_date
from webapp.intake import lines, values
from webapp.intake.invoices import LONGEST_MEMO
from webapp.intake.keeping import put, take_turn
from webapp.intake.reading import Reading
from webapp.models import Firm, InvoiceLine, Recurring, RecurringLine
from webapp.models.columns import utc_now
from webapp.rhythm import LAST_DAY, MONTH, MOST, UNITS, WEEK

LONGEST_CREDIT_DAYS = 365
MOST_INVOICES = 1000
BACK = timedelta(days=31)
"""So far back may a first invoice lie: bookkeeping is billed for the month that has begun."""

_RHYTHM = ("unit", "every", "start", "month_day")
_END = ("ends_on", "ends_after")


def recurring(
    firm: Firm, data: Mapping[str, Any], today: date, record: Recurring | None = None
) -> Recurring:
    """``account, memo, due_days, unit, every, start, month_day, ends_on, ends_after, lines``.

    ``today`` is the firm's day. A change of rhythm holds from today on. Raises Refused.
    """
    take_turn(firm.id)
    reading = Reading(firm, data, record)  # type: ignore[arg-type]
    fields = _fields(reading)
    _fit_together(reading, fields, today)
    currency = record.currency if record is not None else firm.currency
    new_lines = lines.read(reading, currency)
    if not reading.errors:
        lines.weigh(reading, new_lines)
    reading.finish()
    new = record is None
    record = record or Recurring(firm_id=firm.id, currency=currency, made=0)
    moved = new or any(getattr(record, name) != fields[name] for name in _RHYTHM + _END)
    put(record, fields)
    record.lines = [_kept(line, position) for position, line in enumerate(new_lines)]
    record.updated_at = utc_now()
    db.session.add(record)
    db.session.flush()
    if moved:
        record.plan_from(record.start if new else today)
    return record


def _fields(reading: Reading) -> dict[str, Any]:
    unit = reading.value("unit", values.choice(UNITS), default=MONTH)
    month_day = reading.value("month_day", values.whole(1, LAST_DAY))
    return {
        "account": reading.named("account", "account", required=gettext("Choose an account.")),
        "memo": reading.value("memo", values.text(LONGEST_MEMO, lines=True)),
        "due_days": reading.value("due_days", values.whole(0, LONGEST_CREDIT_DAYS)),
        "unit": unit,
        "every": reading.value("every", values.whole(1, MOST), default=1),
        "start": reading.value("start", values.day, required=gettext("Enter a date.")),
        "month_day": None if unit == WEEK else month_day,
        "ends_on": reading.value("ends_on", values.day),
        "ends_after": reading.value("ends_after", values.whole(1, MOST_INVOICES)),
    }


def _fit_together(reading: Reading, fields: dict[str, Any], today: date) -> None:
    start, ends_on = fields["start"], fields["ends_on"]
    if start is None:
        return
    kept = getattr(reading.record, "start", None)
    if start != kept and start < today - BACK:
        first = local_date(today - BACK)
        reading.refuse("start", gettext("Write a day from %(first)s on.", first=first))
    if ends_on is not None and ends_on < start:
        reading.refuse("ends_on", gettext("Write a day on or after the first invoice."))


def _kept(line: InvoiceLine, position: int) -> RecurringLine:
    return RecurringLine(
        service_id=line.service_id,
        position=position,
        description=line.description,
        quantity=line.quantity,
        rate_minor=line.rate_minor,
    )
