"""The rule of the next number, over every shape a number can have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert

from tests.conftest import FirmFixture
from webapp import intake
from webapp.extensions import db
from webapp.models import Firm, Invoice, MirrorNumber
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH
from webapp.quickbooks import numbering
from webapp.quickbooks.free_numbers import NoNumberLeft, following, next_free_after
from webapp.quickbooks.mirror import DIGITS, split_number

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

numbers = st.one_of(
    st.integers(1, 60).map(str),
    st.integers(1, 120).map("{:04}".format),
    st.integers(1, 12).map("INV-{:02}".format),
    st.text("AB-9٣²", min_size=1, max_size=MAXIMUM_NUMBER_LENGTH),
    st.integers(10**20 - 30, 10**21 - 1).map(str),
)


@dataclass
class Books:
    """Invoices in both places, without anything else about them."""

    firm_id: int
    account_id: int

    @property
    def firm(self) -> Firm:
        return db.session.get_one(Firm, self.firm_id)

    def keep(self, here: Iterable[str] = (), theirs: Sequence[str] = ()) -> None:
        """These and no others; theirs were created in this order."""
        db.session.execute(delete(Invoice))
        db.session.execute(delete(MirrorNumber))
        self.add(here)
        rows = [self._theirs(position, number) for position, number in enumerate(theirs)]
        if rows:
            db.session.execute(insert(MirrorNumber), rows)

    def add(self, here: Iterable[str]) -> None:
        common = {
            "firm_id": self.firm_id,
            "account_id": self.account_id,
            "date": date(2026, 11, 24),
            "currency": "USD",
        }
        rows = [common | {"number": number} for number in here]
        if rows:
            db.session.execute(insert(Invoice), rows)

    def _theirs(self, position: int, number: str) -> dict[str, object]:
        prefix, digits = split_number(number)
        return {
            "firm_id": self.firm_id,
            "txn_type": "Invoice",
            "quickbooks_id": str(position),
            "number": number,
            "prefix": prefix,
            "value": None if digits is None else digits.zfill(DIGITS),
            "created_at": LONG_AGO + timedelta(minutes=position),
        }


@pytest.fixture
def books(app_context: None, firm: FirmFixture) -> Books:
    account = intake.account(db.session.get_one(Firm, firm.id), {"name": "Ada Byron"})
    return Books(firm.id, account.id)


@pytest.mark.parametrize(
    ("number", "next_one"),
    [
        ("1042", "1043"),
        ("INV-0099", "INV-0100"),
        ("INV-9999", "INV-10000"),
        ("0009", "0010"),
        ("2026/7", "2026/8"),
        ("A-1-B", "A-1-B1"),
        ("No. ٣", "No. ٣1"),
        ("X" * 20, "X" * 20 + "1"),
        ("9" * 20, "1" + "0" * 20),
        ("X" * 17 + "0999", "X" * 17 + "1000"),
    ],
)
def test_one_more_keeps_prefix_and_zeros(number: str, next_one: str) -> None:
    assert following(number) == next_one


@pytest.mark.parametrize("number", ["9" * 21, "X" * 21, "X" * 20 + "9", "INV-" + "9" * 17])
def test_there_is_no_number_past_21_characters(number: str) -> None:
    with pytest.raises(NoNumberLeft):
        following(number)


@given(numbers)
def test_counting_on_changes_the_digits_alone(number: str) -> None:
    try:
        found = following(number)
    except NoNumberLeft:
        room = MAXIMUM_NUMBER_LENGTH - len(number)
        assert room == 0
        assert re.search(r"(?:[^0-9]|(?<![0-9])9+)\Z", number)
        return
    prefix, digits = split_number(number)
    assert found.startswith(prefix)
    assert int(found[len(prefix) :]) == int(digits or 0) + 1
    assert len(number) <= len(found) <= MAXIMUM_NUMBER_LENGTH


def first_free(number: str, taken: set[str]) -> str | None:
    """The rule, in the plainest words."""
    try:
        while (number := following(number)) in taken:
            pass
    except NoNumberLeft:
        return None
    return number


@EXAMPLES
@given(st.sets(numbers, max_size=90), st.sets(numbers, max_size=90), numbers)
def test_next_free_is_the_first_one_that_nobody_has(
    books: Books, here: set[str], theirs: set[str], number: str
) -> None:
    books.keep(here, sorted(theirs))
    assert next_free_after(books.firm_id, number) == first_free(number, here | theirs)


@EXAMPLES
@given(st.integers(1, 900), st.integers(0, 900), st.integers(0, 900), st.sampled_from(["", "A-"]))
def test_long_runs_end_where_the_first_gap_is(
    books: Books, start: int, ours: int, theirs: int, prefix: str
) -> None:
    """A run of ours, then one of theirs, across more digits than it began with."""
    here = [f"{prefix}{n}" for n in range(start, start + ours)]
    there = [f"{prefix}{n}" for n in range(start + ours, start + ours + theirs)]
    books.keep(here, there)
    expected = first_free(f"{prefix}{start - 1}", {*here, *there})
    assert next_free_after(books.firm_id, f"{prefix}{start - 1}") == expected


@EXAMPLES
@given(st.lists(numbers, unique=True, max_size=40), st.sets(numbers, max_size=20))
def test_synced_numbers_follow_the_highest_of_the_latest_prefix(
    books: Books, theirs: list[str], here: set[str]
) -> None:
    books.keep(here, theirs)
    books.firm.sync_invoice_numbers = True
    if not theirs:
        return
    prefix = split_number(theirs[-1])[0]
    same = [number for number in theirs if split_number(number)[0] == prefix]
    counted = [number for number in same if split_number(number)[1] is not None]
    values = {int(split_number(number)[1] or 0) for number in counted}
    last = numbering.last_in_quickbooks(books.firm_id)
    assert last in same
    assert int(split_number(last)[1] or 0) == max(values, default=0)
    try:
        found = numbering.next_number(books.firm)
    except NoNumberLeft:
        assert first_free(last, here | set(theirs)) is None
        return
    assert found == first_free(last, here | set(theirs))
    assert not numbering.check(books.firm, found).taken


def test_of_two_made_in_one_second_the_one_with_the_later_id_is_the_last(books: Books) -> None:
    """QuickBooks' stamps have whole seconds, and a page of objects may come in any order."""
    made = datetime(2026, 11, 20, 9, 14, 2, tzinfo=UTC)
    for id_, number in (("10", "B-7"), ("9", "A-3")):
        prefix, value = split_number(number)
        db.session.add(
            MirrorNumber(
                firm_id=books.firm_id,
                txn_type="Invoice",
                quickbooks_id=id_,
                number=number,
                prefix=prefix,
                value=(value or "").zfill(22),
                created_at=made,
            )
        )
    db.session.flush()
    assert numbering.last_in_quickbooks(books.firm_id) == "B-7"


def test_numbers_of_our_own_go_on_from_the_invoice_made_last(books: Books) -> None:
    books.keep(["7", "A-0041"], ["2000"])
    assert numbering.next_number(books.firm) == "A-0042"


def test_the_first_number_of_all(books: Books) -> None:
    assert numbering.next_number(books.firm) == "1001"


def test_a_sequence_that_is_used_up_is_told_in_words(books: Books) -> None:
    books.keep(["9" * 21])
    line = {"description": "Work", "rate": "10.00"}
    data = {"account": books.account_id, "date": "2026-11-24", "lines": [line]}
    with pytest.raises(intake.Refused) as refused:
        intake.invoice(books.firm, data)
    assert refused.value.errors["number"] == [
        f"No number of 21 characters follows '{'9' * 21}'. Write one that begins anew."
    ]
    assert numbering.proposed(books.firm) == ""
    taken = numbering.check(books.firm, "9" * 21)
    assert (taken.taken, taken.suggestion) == (True, None)


@pytest.fixture
def statements(books: Books) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_long_run_costs_a_few_queries(books: Books, statements: list[str]) -> None:
    books.keep([str(n) for n in range(10_000, 40_000)], ["10000"])
    statements.clear()
    assert next_free_after(books.firm_id, "10000") == "40000"
    assert len(statements) < 60


@pytest.mark.parametrize("place", ["invoice", "mirror_number"])
def test_numbers_are_found_through_an_index(books: Books, place: str) -> None:
    """As the planner says it; PostgreSQL is told not to read a small table through."""
    books.keep([str(n) for n in range(2000)], [str(n) for n in range(2000)])
    dialect = db.engine.dialect.name
    seen: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_o: object):
        if statement.startswith("SELECT") and f"FROM {place}" in statement.replace("\n", ""):
            seen.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    books.firm.sync_invoice_numbers = place == "mirror_number"
    assert numbering.check(books.firm, "1999").suggestion == "2000"
    event.remove(db.engine, "before_cursor_execute", note)
    assert seen
    if dialect == "postgresql":
        db.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
    for statement, values in seen:
        explain = "EXPLAIN " if dialect == "postgresql" else "EXPLAIN QUERY PLAN "
        rows = db.session.connection().exec_driver_sql(explain + statement, values)
        plan = " ".join(str(row) for row in rows)
        assert re.search(r"USING (COVERING )?INDEX|Index (Only )?Scan|Index Cond", plan), plan
        assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
