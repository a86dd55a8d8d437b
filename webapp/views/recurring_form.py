"""The form of a recurring invoice: its rhythm, its end, and how it says them in words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext, ngettext

from webapp.formats import local_date
from webapp.models import Firm, Recurring
from webapp.recurring import today_of
from webapp.rhythm import LAST_DAY, MONTH, QUARTER, WEEK, YEAR
from webapp.views.line_form import Line, LineForm, as_typed, posted_lines
from webapp.views.typed import typed

FIELDS = (
    "account",
    "memo",
    "due_days",
    "unit",
    "every",
    "start",
    "month_day",
    "ends_on",
    "ends_after",
)
UNITS = (
    (WEEK, lazy_gettext("Weeks")),
    (MONTH, lazy_gettext("Months")),
    (QUARTER, lazy_gettext("Quarters")),
    (YEAR, lazy_gettext("Years")),
)


@dataclass
class RecurringForm(LineForm):
    recurring: Recurring | None = None

    endpoint = "recurring"

    @classmethod
    def blank(cls, firm: Firm) -> RecurringForm:
        values = {"unit": MONTH, "every": "1", "start": today_of(firm).isoformat()}
        return cls(firm, values, [Line()])

    @classmethod
    def of(cls, firm: Firm, recurring: Recurring) -> RecurringForm:
        kept = {name: getattr(recurring, name) for name in FIELDS}
        values = {name: "" if value is None else str(value) for name, value in kept.items()}
        values["account"] = str(recurring.account_id)
        lines = [as_typed(line, recurring.currency) for line in recurring.lines]
        return cls(firm, values, lines, recurring=recurring)

    @classmethod
    def posted(cls, firm: Firm, recurring: Recurring | None) -> RecurringForm:
        return cls(firm, typed(*FIELDS), posted_lines(), recurring=recurring)

    @property
    def currency(self) -> str:
        return self.recurring.currency if self.recurring else self.firm.currency

    @property
    def shown_errors(self) -> list[str]:
        """The fields that show what is wrong with them."""
        return [*FIELDS, "lines", *self.line_paths]

    @property
    def units(self) -> list[tuple[str, str]]:
        return [(unit, str(name)) for unit, name in UNITS]

    @property
    def month_days(self) -> list[tuple[str, str]]:
        days = [(str(day), str(day)) for day in range(1, LAST_DAY)]
        same = gettext("The day of the first invoice")
        return [("", same), *days, (str(LAST_DAY), gettext("Last day of the month"))]


def rhythm_in_words(recurring: Recurring) -> str:
    """``Every month``, ``Every 2 weeks``."""
    n = recurring.every
    if recurring.unit == WEEK:
        return ngettext("Every week", "Every %(num)s weeks", n)
    if recurring.unit == MONTH:
        return ngettext("Every month", "Every %(num)s months", n)
    if recurring.unit == QUARTER:
        return ngettext("Every quarter", "Every %(num)s quarters", n)
    return ngettext("Every year", "Every %(num)s years", n)


def end_in_words(recurring: Recurring) -> str:
    """When it stops, or nothing where it goes on."""
    ends = []
    if recurring.ends_on is not None:
        ends.append(gettext("until %(day)s", day=local_date(recurring.ends_on)))
    if recurring.ends_after is not None:
        ends.append(
            gettext("%(made)s of %(all)s made", made=recurring.made, all=recurring.ends_after)
        )
    return ", ".join(ends)


def stopped_in_words(recurring: Recurring) -> str:
    """Why the next invoice could not be made, and what to do about it."""
    known = {
        "account": gettext("Its client was deleted. Choose another one, then resume."),
        "lines": gettext("One of its services was deleted. Correct the lines, then resume."),
        "number": gettext(
            "No invoice number follows the last one. Create an invoice with a new number by hand, "
            "then resume."
        ),
    }
    other = gettext("Its next invoice could not be made. Check the fields, save, then resume.")
    return known.get(recurring.stopped_by or "", other)
