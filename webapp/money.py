"""Money: integer minor units of a currency inside, text with a decimal point outside."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import get_currency_precision, is_currency

MAXIMUM_MINOR = 10**13  # Intuit takes 15 digits in all, 5 of them decimals
MAXIMUM_QUANTITY = Decimal(10**7)


class AmountError(ValueError):
    """The text is not an amount this currency can have; the message says what to write."""


def exponent(currency: str) -> int:
    """How many decimals the currency has: 2 for USD, 0 for JPY (ISO 4217)."""
    return get_currency_precision(currency)


def known_currency(code: str) -> bool:
    return is_currency(code)


def parse_amount(text: str, currency: str) -> int:
    """``"1,850.00"`` to minor units. Raises AmountError for anything that is not exact."""
    try:
        value = Decimal(str(text).strip().replace(",", ""))
    except InvalidOperation:
        raise AmountError("Write an amount such as 1850.00.") from None
    return to_minor(value, currency)


def to_minor(value: Decimal, currency: str) -> int:
    """An exact decimal amount to minor units. Raises AmountError when it has too many decimals."""
    if not value.is_finite():
        raise AmountError("Write an amount such as 1850.00.")
    scaled = value.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise AmountError(f"Use at most {exponent(currency)} decimals.")
    if abs(scaled) >= MAXIMUM_MINOR:
        raise AmountError("This amount is too large.")
    return int(scaled)


def to_decimal(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-exponent(currency))


def to_text(minor: int, currency: str) -> str:
    """Minor units as plain text, ``185000`` to ``"1850.00"``: what the API and forms carry."""
    return f"{to_decimal(minor, currency):f}"


def line_amount(rate_minor: int, quantity: Decimal) -> int:
    """Quantity times rate, in minor units, half up as QuickBooks rounds it to cents."""
    return int((rate_minor * quantity).to_integral_value(ROUND_HALF_UP))


def parse_quantity(text: str) -> Decimal:
    """A positive quantity with at most four decimals. Raises AmountError."""
    try:
        quantity = Decimal(str(text).strip().replace(",", ""))
    except InvalidOperation:
        raise AmountError("Write a quantity such as 1 or 2.5.") from None
    if not quantity.is_finite() or not 0 < quantity < MAXIMUM_QUANTITY:
        raise AmountError("Write a quantity above zero.")
    if quantity != quantity.quantize(Decimal("0.0001")):
        raise AmountError("Use at most 4 decimals.")
    return quantity
