"""What an amount of Stripe's comes to: its smallest units are not always the currency's own.

Stripe: "Supported currencies", zero-decimal and three-decimal currencies. Two currencies without
decimals, ISK and UGX, are given in hundredths all the same.
"""

from __future__ import annotations

from decimal import Decimal

from webapp import money

WITHOUT_DECIMALS = {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"} | {
    "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}  # fmt: skip
WITH_THREE = {"BHD", "JOD", "KWD", "OMR", "TND"}


def decimals(currency: str) -> int:
    code = currency.upper()
    if code in WITHOUT_DECIMALS:
        return 0
    return 3 if code in WITH_THREE else 2


def as_text(amount: int, currency: str) -> str:
    """``12345`` of USD to ``"123.45"``, of JPY to ``"12345"``: as the intake takes amounts."""
    value = Decimal(amount).scaleb(-decimals(currency))
    if decimals(currency) > money.exponent(currency) and value == value.to_integral_value():
        value = value.to_integral_value()  # 500.00 of a currency that has no hundredths
    return f"{value:f}"


def minor(amount: int, currency: str) -> int:
    """In the currency's own minor units. Raises money.AmountError for what they cannot express."""
    return money.parse_amount(as_text(amount, currency), currency.upper())
