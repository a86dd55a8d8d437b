"""Files for spreadsheet programs: every cell arrives, and none of them runs."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import spreadsheet

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%", "＝", "＋", "－", "＠")
"""OWASP: CSV injection; the last ones are what some Excel versions read as the first."""
NUMERAL = "0123456789.,"


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def only_cell(value: str) -> str:
    return read("".join(spreadsheet.lines([[value]])))[0][0]


@pytest.mark.parametrize("sign", FORMULAS)
def test_a_cell_that_begins_like_a_formula_is_text(sign: str) -> None:
    for cell in (f"{sign}cmd()", f" {sign}cmd()"):
        assert only_cell(cell).lstrip(" ")[0] not in FORMULAS, cell


def test_an_amount_below_zero_stays_a_number() -> None:
    assert only_cell("-12.50") == "-12.50"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_nothing_but_an_apostrophe_is_added(value: str) -> None:
    cell = only_cell(value)
    assert cell.replace("\\|", "|") in (value, f"'{value}")
    began = cell.lstrip(" \u00a0")
    assert not began or began[0] not in FORMULAS or set(began[1:]) <= set(NUMERAL)


def test_the_file_begins_with_a_byte_order_mark_once() -> None:
    text = "".join(spreadsheet.lines([["a"], ["b"]]))
    assert text == "\ufeffa\r\nb\r\n"
