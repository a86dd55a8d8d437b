"""On which days does a schedule fall? Every few weeks, months, quarters or years from a first day.

A day that a month does not have becomes its last one, and the next month has its own again: from
January 31 on it goes to February 28, March 31, April 30.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

WEEK, MONTH, QUARTER, YEAR = "week", "month", "quarter", "year"
UNITS = (WEEK, MONTH, QUARTER, YEAR)
MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}
MOST = 99
"""The most weeks, months, quarters or years between two days."""
LAST_DAY = 31
"""As the day of the month: its last one."""


@dataclass(frozen=True)
class Rhythm:
    """``start`` is the earliest day. ``month_day``, 1 to 31, is for all units but weeks; None takes
    the day of ``start``."""

    unit: str
    every: int
    start: date
    month_day: int | None = None

    def from_on(self, day: date) -> date:
        """The first of its days on or after this one."""
        if self.unit == WEEK:
            step = 7 * self.every
            steps = max(0, -((self.start - day).days // step))
            return self.start + timedelta(days=steps * step)
        step = self.every * MONTHS[self.unit]
        first = self._first_month()
        steps = max(0, (_month(day) - first) // step)
        found = self._in_month(first + steps * step)
        return found if found >= day else self._in_month(first + (steps + 1) * step)

    def after(self, day: date) -> date:
        """The first of its days after this one."""
        return self.from_on(day + timedelta(days=1))

    def _first_month(self) -> int:
        """The month of ``start``, or the next one where its day has gone by."""
        month = _month(self.start)
        return month if self._in_month(month) >= self.start else month + 1

    def _in_month(self, month: int) -> date:
        year, index = divmod(month, 12)
        longest = monthrange(year, index + 1)[1]
        return date(year, index + 1, min(self.month_day or self.start.day, longest))


def _month(day: date) -> int:
    """Months since the year 0, so that they can be counted."""
    return day.year * 12 + day.month - 1
