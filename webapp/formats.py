"""How money, days and moments are written for a person: their language, the firm's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache

from babel.numbers import format_currency, format_percent
from flask import Flask
from flask_babel import (
    format_date,
    format_datetime,
    format_time,
    format_timedelta,
    get_locale,
    get_timezone,
    gettext,
)

from webapp import money


def init_app(app: Flask) -> None:
    for filter_ in (amount, local_date, local_time, local_moment, ago):
        app.add_template_filter(filter_)
    app.add_template_filter(amount, "money")


def _spanish() -> bool:
    """Spanish is that of the United States: 2:17 p. m., $1,850.00, 14 ago."""
    locale = get_locale()
    return locale is not None and locale.language == "es"


def amount(minor: int, currency: str = "USD") -> str:
    """``185000`` to ``$1,850.00``."""
    return _amount(minor, currency, "es_US" if _spanish() else "en_US")


@lru_cache(maxsize=1024)
def _amount(minor: int, currency: str, locale: str) -> str:
    """A list writes each amount several times, and Babel takes its time for it."""
    return format_currency(money.to_decimal(minor, currency), currency, locale=locale)


def percent(share: float) -> str:
    """``0.978`` to ``97.8%``."""
    if _spanish():
        return format_percent(share, "#,##0.# %", locale="es_US")
    return format_percent(share, "#,##0.#%", locale="en_US")


def local_date(day: date | datetime) -> str:
    """``Aug 14, 2026``."""
    return format_date(day, "medium")


def local_time(moment: datetime) -> str:
    """``2:17 PM`` in the firm's zone."""
    local = moment.astimezone(get_timezone())
    return _clock(local.hour, local.minute, _spanish())


@lru_cache(maxsize=2 * 24 * 60)
def _clock(hour: int, minute: int, spanish: bool) -> str:
    """Lists and histories are full of times, of which a day has few; Babel is slow at each."""
    return format_time(time(hour, minute), "h:mm a" if spanish else "short", rebase=False)


def local_moment(moment: datetime) -> str:
    """The time for today, the word for yesterday, else the day: how lists show a last try."""
    zone = get_timezone()
    days = (datetime.now(zone).date() - moment.astimezone(zone).date()).days
    if days == 0:
        return local_time(moment)
    if days == 1:
        return gettext("Yesterday")
    return format_datetime(moment, "d MMM" if _spanish() else "MMM d")


def ago(moment: datetime) -> str:
    """``2 minutes ago``."""
    elapsed = datetime.now(UTC) - moment
    if elapsed.total_seconds() < 60:
        return gettext("just now")
    return format_timedelta(-elapsed, add_direction=True, granularity="minute")
