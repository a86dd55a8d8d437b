"""The days of a schedule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rhythm import LAST_DAY, MONTH, MONTHS, MOST, QUARTER, UNITS, WEEK, YEAR, Rhythm

days = st.dates(date(2000, 1, 1), date(2150, 12, 31))
rhythms = st.builds(
    Rhythm,
    st.sampled_from(UNITS),
    st.integers(1, MOST),
    days,
    st.none() | st.integers(1, LAST_DAY),
)


def first(rhythm: Rhythm, count: int) -> list[str]:
    found = [rhythm.from_on(rhythm.start)]
    while len(found) < count:
        found.append(rhythm.after(found[-1]))
    return [day.isoformat() for day in found]


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        (Rhythm(WEEK, 1, date(2026, 12, 28)), ["2026-12-28", "2027-01-04", "2027-01-11"]),
        (Rhythm(WEEK, 2, date(2026, 11, 24)), ["2026-11-24", "2026-12-08", "2026-12-22"]),
        (Rhythm(MONTH, 1, date(2027, 1, 31)), ["2027-01-31", "2027-02-28", "2027-03-31"]),
        (Rhythm(MONTH, 1, date(2028, 1, 30)), ["2028-01-30", "2028-02-29", "2028-03-30"]),
        (Rhythm(MONTH, 1, date(2026, 11, 24), 10), ["2026-12-10", "2027-01-10", "2027-02-10"]),
        (Rhythm(MONTH, 1, date(2026, 4, 30), 31), ["2026-04-30", "2026-05-31", "2026-06-30"]),
        (Rhythm(QUARTER, 1, date(2026, 11, 30)), ["2026-11-30", "2027-02-28", "2027-05-30"]),
        (Rhythm(YEAR, 1, date(2028, 2, 29)), ["2028-02-29", "2029-02-28", "2030-02-28"]),
        (Rhythm(MONTH, 5, date(2026, 11, 24)), ["2026-11-24", "2027-04-24", "2027-09-24"]),
    ],
)
def test_days_follow_each_other(rhythm: Rhythm, expected: list[str]) -> None:
    assert first(rhythm, 3) == expected


@given(rhythms, days)
def test_the_day_found_is_the_first_one_from_there_on(rhythm: Rhythm, day: date) -> None:
    found = rhythm.from_on(day)
    assert found >= max(day, rhythm.start)
    assert rhythm.from_on(found) == found
    assert rhythm.after(found) > found
    if found > day:
        assert rhythm.from_on(found - timedelta(days=1)) == found


@given(rhythms)
def test_days_keep_their_distance(rhythm: Rhythm) -> None:
    one = rhythm.from_on(rhythm.start)
    other = rhythm.after(one)
    if rhythm.unit == WEEK:
        assert (other - one).days == 7 * rhythm.every
    else:
        months = (other.year - one.year) * 12 + other.month - one.month
        assert months == rhythm.every * MONTHS[rhythm.unit]
