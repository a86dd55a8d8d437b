"""Are money, shares, days and times written as each language's readers in the United States do?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from webapp import formats

pytestmark = pytest.mark.smoke

AFTERNOON = datetime(2026, 8, 14, 18, 17, tzinfo=UTC)
NOON = time(12)


@pytest.fixture(autouse=True)
def in_new_york() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app, default_timezone="America/New_York")
    with app.test_request_context():
        yield


def plain(text: str) -> str:
    """With ordinary spaces: where a language wants narrow ones, and how wide, is not our matter."""
    return " ".join(text.replace("\u202f", " ").split())


@pytest.mark.parametrize(
    ("language", "amount", "share", "day", "clock", "long_ago", "ago"),
    [
        ("en", "$1,850.00", "97.8%", "Aug 14, 2026", "2:17 PM", "Aug 14", "2 minutes ago"),
        ("es", "$1,850.00", "97.8 %", "14 ago 2026", "2:17 p. m.", "14 ago", "hace 2 minutos"),
    ],
)
def test_readers_see_their_own_signs(
    language: str, amount: str, share: str, day: str, clock: str, long_ago: str, ago: str
) -> None:
    two_minutes_ago = datetime.now(UTC) - timedelta(minutes=2)
    with force_locale(language):
        assert formats.amount(185000) == amount
        assert plain(formats.percent(0.978)) == share
        assert formats.local_date(date(2026, 8, 14)) == day
        assert plain(formats.local_time(AFTERNOON)) == clock
        assert formats.local_moment(AFTERNOON) == long_ago
        assert formats.ago(two_minutes_ago) == ago


def test_a_moment_of_today_is_a_time_and_of_yesterday_a_word() -> None:
    now = datetime.now(ZoneInfo("America/New_York"))
    yesterday = datetime.combine(now.date() - timedelta(days=1), NOON, now.tzinfo)
    assert formats.local_moment(now) == formats.local_time(now)
    assert formats.local_moment(yesterday) == "Yesterday"


def test_whole_shares_have_no_decimals() -> None:
    assert formats.percent(1) == "100%"
