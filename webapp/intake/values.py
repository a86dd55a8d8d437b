"""Which single values are fit to keep, and what to write instead of those that are not.

Every parser takes what a form or JSON carries and raises ``Unfit`` with a sentence for the person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from webapp import money

LONGEST_EMAIL = 100  # Intuit: customer page, PrimaryEmailAddr
LONGEST_NUMERAL = 40
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A comma only groups thousands: "1,5" is neither 15 nor, here, one and a half.
_NUMERAL = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?")
_LINE_BREAKS = "\n\r\t"
_YES = ("true", "on", "yes", "1")
_NO = ("false", "off", "no", "0")


class Unfit(ValueError):
    """The value cannot be kept; the message says what to write."""


Parser = Callable[[Any], Any]


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def text(limit: int, *, lines: bool = False) -> Parser:
    """Text of at most ``limit`` characters; line breaks and tabs only where ``lines`` says so."""

    def parse(value: Any) -> str:
        written = _plain(value)
        if len(written) > limit:
            raise Unfit(gettext("Use %(n)s characters or fewer.", n=limit))
        allowed = _LINE_BREAKS if lines else ""
        if any(_unprintable(char) and char not in allowed for char in written):
            raise Unfit(gettext("Remove the control characters and write plain text."))
        return written

    return parse


def name(limit: int) -> Parser:
    """A name that QuickBooks takes too: its colon separates a parent from a child."""
    fits = text(limit, lines=True)

    def parse(value: Any) -> str:
        written: str = fits(value)
        if any(char in written for char in ":" + _LINE_BREAKS):
            raise Unfit(
                gettext("Leave out colons, tabs and line breaks: QuickBooks does not take them.")
            )
        if not any(char.isprintable() and not char.isspace() for char in written):
            raise Unfit(gettext("Write a name that can be seen."))
        return written

    return parse


def email(value: Any) -> str:
    written: str = text(LONGEST_EMAIL)(value)
    if not _EMAIL.fullmatch(written):
        raise Unfit(gettext("Write one e-mail address, such as ana@example.com."))
    return written


def day(value: Any) -> date:
    """A calendar day, ``2026-08-14``."""
    if type(value) is not date:
        value = _iso_day(value)
    if not EARLIEST <= value <= LATEST:
        raise Unfit(
            gettext("Write a date between %(first)s and %(last)s.", first=EARLIEST, last=LATEST)
        )
    return value


def _iso_day(value: Any) -> date:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value.strip()):
            return date.fromisoformat(value.strip())
    except ValueError:
        pass  # the 31st of June has the right shape
    raise Unfit(gettext("Write a date such as 2026-08-14."))


def amount(currency: str) -> Parser:
    """An amount of the currency, in its minor units, of either sign."""

    def parse(value: Any) -> int:
        number = _decimal(value)
        if number is None:
            raise Unfit(gettext("Write an amount such as 1850.00."))
        if abs(number) >= money.to_decimal(money.MAXIMUM_MINOR, currency):
            raise Unfit(gettext("This amount is too large. Write a smaller one."))
        try:
            return money.to_minor(number, currency)
        except money.AmountError:
            decimals = money.exponent(currency)
            raise Unfit(gettext("Use at most %(n)s decimals.", n=decimals)) from None

    return parse


def amount_above_zero(currency: str) -> Parser:
    fits = amount(currency)

    def parse(value: Any) -> int:
        minor: int = fits(value)
        if minor <= 0:
            raise Unfit(gettext("Write an amount above zero."))
        return minor

    return parse


def amount_not_below_zero(currency: str) -> Parser:
    fits = amount(currency)

    def parse(value: Any) -> int:
        minor: int = fits(value)
        if minor < 0:
            raise Unfit(gettext("Write zero or an amount above it."))
        return minor

    return parse


def whole(least: int, most: int) -> Parser:
    """A whole number between the two, both included."""

    def parse(value: Any) -> int:
        number = _decimal(value)
        if number is None or number != int(number) or not least <= number <= most:
            raise Unfit(
                gettext("Write a whole number from %(least)s to %(most)s.", least=least, most=most)
            )
        return int(number)

    return parse


def quantity(value: Any) -> Decimal:
    """Above zero, with at most four decimals."""
    number = _decimal(value)
    if number is None:
        raise Unfit(gettext("Write a quantity such as 1 or 2.5."))
    if number <= 0:
        raise Unfit(gettext("Write a quantity above zero."))
    if number >= money.MAXIMUM_QUANTITY:
        raise Unfit(gettext("This quantity is too large. Write a smaller one."))
    try:
        return money.parse_quantity(f"{number:f}")
    except money.AmountError:
        raise Unfit(gettext("Use at most %(n)s decimals.", n=4)) from None


def currency(value: Any) -> str:
    code = _plain(value).upper()
    if not money.known_currency(code):
        raise Unfit(gettext("Write a currency code such as USD."))
    return code


def choice(options: Collection[str]) -> Parser:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or value not in options:
            raise Unfit(gettext("Choose one of: %(options)s.", options=", ".join(options)))
        return value

    return parse


def flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _YES + _NO:
        raise Unfit(gettext("Write true or false."))
    return word in _YES


def _plain(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Unfit(gettext("Write text."))
    return value.strip()


def _unprintable(char: str) -> bool:
    """Control characters, and the lone surrogates that no database can store."""
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def _decimal(value: Any) -> Decimal | None:
    """An exact number, or None. Exponents are left out: one can ask for a billion digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    numeral = f"{value:f}" if isinstance(value, Decimal) else str(value).strip()
    if len(numeral) > LONGEST_NUMERAL or not _NUMERAL.fullmatch(numeral):
        return None
    if not any(char.isdigit() for char in numeral):
        return None
    return Decimal(numeral.replace(",", ""))
