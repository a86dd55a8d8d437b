"""Money is exact: text to minor units and back, and nothing that is not an amount gets in."""

from __future__ import annotations

from decimal import Decimal

import pytest

from webapp import money
from webapp.money import AmountError

SMALLEST_TOO_LARGE = 10**13


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1850", "USD", 185_000),
        ("1,850.00", "USD", 185_000),
        (" 0.01 ", "USD", 1),
        ("-3.2", "USD", -320),
        ("1850", "JPY", 1850),
        ("1.234", "BHD", 1234),
        ("99999999999.99", "USD", 9_999_999_999_999),
        ("-99999999999.99", "USD", -9_999_999_999_999),
        ("1e2", "USD", 10_000),
    ],
)
def test_amounts_are_read_exactly(text: str, currency: str, minor: int) -> None:
    assert money.parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "says"),
    [
        ("", "USD", "Write an amount such as 1850.00."),
        ("abc", "USD", "Write an amount such as 1850.00."),
        ("NaN", "USD", "Write an amount such as 1850.00."),
        ("Infinity", "USD", "Write an amount such as 1850.00."),
        ("1.234", "USD", "Use at most 2 decimals."),
        ("1.5", "JPY", "Use at most 0 decimals."),
        ("100000000000.00", "USD", "This amount is too large."),
        ("-100000000000.00", "USD", "This amount is too large."),
        ("1e15", "USD", "This amount is too large."),
    ],
)
def test_what_is_no_exact_amount_is_refused_with_what_to_write(
    text: str, currency: str, says: str
) -> None:
    with pytest.raises(AmountError) as refused:
        money.parse_amount(text, currency)
    assert str(refused.value) == says


def test_the_largest_amount_is_the_last_before_the_limit() -> None:
    assert money.to_minor(Decimal(SMALLEST_TOO_LARGE - 1), "JPY") == SMALLEST_TOO_LARGE - 1
    with pytest.raises(AmountError):
        money.to_minor(Decimal(SMALLEST_TOO_LARGE), "JPY")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(185_000, "USD", "1850.00"), (5, "USD", "0.05"), (-320, "USD", "-3.20"), (7, "JPY", "7")],
)
def test_minor_units_are_written_with_the_currencys_decimals(
    minor: int, currency: str, text: str
) -> None:
    assert money.to_text(minor, currency) == text
    assert money.to_decimal(minor, currency) == Decimal(text)
    assert money.parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("rate", "quantity", "amount"),
    [
        (12_000, "2", 24_000),
        (333, "1.5", 500),  # 499.5 cents: half up, as QuickBooks
        (1, "0.5", 1),
        (1, "0.4999", 0),
        (-1, "0.5", -1),
    ],
)
def test_a_line_is_rounded_half_up_to_the_cent(rate: int, quantity: str, amount: int) -> None:
    assert money.line_amount(rate, Decimal(quantity)) == amount


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("1", "1"), (" 2.5 ", "2.5"), ("1,000", "1000"), ("0.0001", "0.0001"), ("9999999", "9999999")],
)
def test_quantities_are_read_exactly(text: str, quantity: str) -> None:
    assert money.parse_quantity(text) == Decimal(quantity)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("two", "Write a quantity such as 1 or 2.5."),
        ("0", "Write a quantity above zero."),
        ("-1", "Write a quantity above zero."),
        ("NaN", "Write a quantity above zero."),
        ("10000000", "Write a quantity above zero."),
        ("10000001", "Write a quantity above zero."),
        ("0.00001", "Use at most 4 decimals."),
        ("0.00006", "Use at most 4 decimals."),
    ],
)
def test_what_is_no_quantity_is_refused_with_what_to_write(text: str, says: str) -> None:
    with pytest.raises(AmountError) as refused:
        money.parse_quantity(text)
    assert str(refused.value) == says


def test_currencies_are_those_of_iso_4217() -> None:
    assert money.known_currency("USD")
    assert not money.known_currency("ZZZ")
    assert [money.exponent(code) for code in ("USD", "JPY", "BHD")] == [2, 0, 3]
