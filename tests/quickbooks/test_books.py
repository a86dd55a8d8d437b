"""Both books compared: zero while all is well, and red for whatever is not."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.quickbooks.office import DAY, MakeOffice, Office
from webapp import hints
from webapp.extensions import db
from webapp.models import (
    BookComparison,
    BookSighting,
    Connection,
    Invoice,
    Link,
    Payment,
)
from webapp.quickbooks import reading
from webapp.quickbooks.books import asking, telling, work

KINDS = ("invoice", "payment", "refund", "expense")
MODES = pytest.mark.parametrize("ask", [False, True], ids=["known", "asked"])


def compare(office: Office, ask: bool) -> dict[str, Any]:
    with office.database():
        told = telling.summary(work.complete(office.firm_id, ask))
    assert told["state"] == "done", told
    return told


def whys(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(record["kind"], record["why"]) for record in told["records"]]


def tamper(office: Office, model: type, record_id: int, **values: Any) -> None:
    """Past everything that watches over a record."""
    with office.database():
        db.session.execute(update(model).where(model.id == record_id).values(**values))
        db.session.commit()


@pytest.fixture
def books(office: Office) -> dict[str, int]:
    """One of each kind in both books."""
    made = office.one_of_each()
    office.settle()
    return made


@MODES
def test_books_in_order_are_equal(office: Office, books: dict[str, int], ask: bool) -> None:
    told = compare(office, ask)
    assert (told["unexplained"], told["explained"], told["rows"]) == (0, 0, 4)
    assert told["records"] == []


def test_both_sides_are_counted_by_month_client_and_kind(
    office: Office, books: dict[str, int]
) -> None:
    other = office.client("Bo Ltd")
    office.invoice(other, books["service"])
    office.invoice(books["account"], books["service"])
    office.settle()
    compare(office, True)
    with office.database():
        comparison = BookComparison.latest(office.firm_id)
        assert comparison is not None
        rows = [telling._row(row, client) for row, client in telling._rows(comparison)]
    found = {(row["client"], row["kind"]): (row["ours"], row["quickbooks"]) for row in rows}
    assert {row["month"] for row in rows} == {DAY[:7]}
    for side in (0, 1):
        assert found["Ada Byron", "invoice"][side] == {"count": 2, "total": "480.00"}
        assert found["Bo Ltd", "invoice"][side] == {"count": 1, "total": "240.00"}
        assert found["Ada Byron", "payment"][side] == {"count": 1, "total": "100.00"}
        assert found["Ada Byron", "refund"][side] == {"count": 1, "total": "30.00"}
        assert found["Ada Byron", "expense"][side] == {"count": 1, "total": "3.20"}


# -- tampered with ---------------------------------------------------------------------------------


@MODES
def test_a_tampered_amount_is_unexplained(office: Office, books: dict[str, int], ask: bool) -> None:
    tamper(office, Invoice, books["invoice"], total_minor=24001)
    told = compare(office, ask)
    assert whys(told) == [("invoice", "unexplained")]
    assert told["unexplained"] == 1


@MODES
def test_a_tampered_day_is_unexplained_in_both_months(
    office: Office, books: dict[str, int], ask: bool
) -> None:
    tamper(office, Invoice, books["invoice"], date=date(2026, 9, 1))
    told = compare(office, ask)
    assert whys(told) == [("invoice", "unexplained")]
    assert [row["month"] for row in told["differences"]] == ["2026-11", "2026-09"]


@MODES
def test_equal_sums_do_not_hide_two_wrong_rows(
    office: Office, books: dict[str, int], ask: bool
) -> None:
    second = office.invoice(books["account"], books["service"])
    office.settle()
    tamper(office, Invoice, books["invoice"], total_minor=23900)
    tamper(office, Invoice, second, total_minor=24100)
    assert compare(office, ask)["unexplained"] == 1


@MODES
def test_another_client_is_a_difference_in_two_rows(
    office: Office, books: dict[str, int], ask: bool
) -> None:
    other = office.client("Bo Ltd")
    office.settle()
    tamper(office, Payment, books["payment"], account_id=other)
    told = compare(office, ask)
    # The refund and the fee of the payment follow it here; the fee names nobody over there.
    assert ("payment", "unexplained") in whys(told)
    assert {row["client"] for row in told["differences"] if row["kind"] == "payment"} == {
        "Ada Byron",
        "Bo Ltd",
    }


@MODES
def test_a_lost_link_is_unexplained(office: Office, books: dict[str, int], ask: bool) -> None:
    with office.database():
        db.session.execute(
            Link.__table__.delete().where(Link.kind == "refund", Link.firm_id == office.firm_id)
        )
        db.session.commit()
    told = compare(office, ask)
    expected = [("refund", "unexplained")] * (2 if ask else 1)  # ours, and theirs with our mark
    assert whys(told) == expected


def test_what_was_never_told_is_seen_by_asking(office: Office, books: dict[str, int]) -> None:
    """Deleted or changed there a moment ago, and no webhook yet."""
    refund, fee = (office.quickbooks_id(kind, books[kind]) for kind in ("refund", "expense"))
    office.control("objects/delete", entity="RefundReceipt", id=refund)
    office.control("objects/update", entity="Purchase", id=fee, fields={"TxnDate": "2026-10-01"})
    assert compare(office, False)["unexplained"] == 0
    told = compare(office, True)
    assert sorted(whys(told)) == [("expense", "unexplained"), ("refund", "unexplained")]
    assert office.connection().changes_due_at is not None, "its error opens by itself"


def test_a_second_object_with_our_mark_is_seen_by_asking(
    office: Office, books: dict[str, int]
) -> None:
    theirs = office.theirs("invoice", books["invoice"])
    office.create_theirs(
        "Invoice",
        DocNumber="copy",
        **{name: theirs[name] for name in ("CustomerRef", "TxnDate", "Line", "PrivateNote")},
    )
    told = compare(office, True)
    assert whys(told) == [("invoice", "unexplained")]
    assert told["records"][0]["id"] is None


def test_what_never_came_from_here_is_only_counted(office: Office, books: dict[str, int]) -> None:
    theirs = office.theirs("invoice", books["invoice"])
    office.create_theirs(
        "Invoice", **{name: theirs[name] for name in ("CustomerRef", "TxnDate", "Line")}
    )
    told = compare(office, True)
    assert (told["quickbooks_alone"], told["unexplained"], told["rows"]) == (1, 0, 4)


# -- explained -------------------------------------------------------------------------------------


@MODES
def test_an_open_error_explains_its_record_and_what_waits_for_it(
    make_office: MakeOffice, ask: bool
) -> None:
    office = make_office("ask")
    made = office.one_of_each()
    office.settle()
    issue = office.only_issue()
    assert office.state("invoice", made["invoice"]) == "waiting"
    told = compare(office, ask)
    assert (told["unexplained"], told["explained"]) == (0, 4)
    assert whys(told) == [(kind, "waits") for kind in KINDS]
    assert {record["issue_id"] for record in told["records"]} == {issue.id}


@MODES
def test_what_is_on_its_way_is_explained(office: Office, ask: bool) -> None:
    office.one_of_each()
    told = compare(office, ask)
    assert whys(told) == [(kind, "moving") for kind in KINDS]
    assert told["unexplained"] == 0


@MODES
def test_an_edit_over_there_is_explained_by_its_error(
    office: Office, books: dict[str, int], ask: bool
) -> None:
    edit_theirs(office, books)
    told = compare(office, ask)
    assert whys(told) == [("payment", "issue")]
    (row,) = told["differences"]
    assert (row["ours"]["total"], row["quickbooks"]["total"]) == ("100.00", "90.00")
    office.act(office.only_issue(), "keep-theirs")
    told = compare(office, ask)
    assert whys(told) == [("payment", "kept")]
    office.change("payment", books["payment"], reference="anew")
    assert whys(compare(office, ask)) == [("payment", "moving")]


def edit_theirs(office: Office, books: dict[str, int]) -> None:
    payment = office.quickbooks_id("payment", books["payment"])
    office.control(
        "objects/update", entity="Payment", id=payment, fields={"TotalAmt": 90, "Line": []}
    )
    hear(office)
    assert office.only_issue().cause == "edited"


def hear(office: Office) -> None:
    """Read the changes now."""
    with office.database():
        connection = Connection.of(office.firm_id)
        connection.changes_due_at = connection.connected_at
        db.session.commit()
        reading.catch_up(office.firm_id)


@MODES
def test_what_a_person_left_out_is_explained(
    office: Office, books: dict[str, int], ask: bool
) -> None:
    fee = office.quickbooks_id("expense", books["expense"])
    office.control("objects/delete", entity="Purchase", id=fee)
    hear(office)
    assert whys(compare(office, ask)) == [("expense", "issue")]
    office.act(office.only_issue(), "leave-out")
    assert whys(compare(office, ask)) == [("expense", "left_out")]


@MODES
def test_what_stays_out_by_choice_is_on_neither_side(office: Office, ask: bool) -> None:
    made = office.one_of_each()
    office.sync_account(made["account"], False)
    office.settle()
    told = compare(office, ask)
    assert (told["rows"], told["left_out"]) == (0, 4)


@MODES
def test_what_was_removed_on_both_sides_is_on_neither(
    office: Office, books: dict[str, int], ask: bool
) -> None:
    for kind in ("expense", "refund", "payment", "invoice"):
        office.remove(kind, books[kind])
    office.settle()
    assert compare(office, ask)["rows"] == 0


# -- asking ----------------------------------------------------------------------------------------


def test_asking_goes_on_where_it_stopped(
    office: Office, books: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "QUERY_PAGE", 2)
    monkeypatch.setattr("webapp.quickbooks.client.QUERY_PAGE", 2)
    for _ in range(4):
        office.invoice(books["account"], books["service"])
    office.settle()
    with office.database():
        work.begin(office.firm_id, True)
        rounds = 0
        while work.go_on(office.firm_id, seconds=0):
            rounds += 1
        comparison = BookComparison.latest(office.firm_id)
        assert comparison is not None
        assert comparison.state == "done"
        # Three pages of invoices and one of each other kind; then nothing is found missing.
        assert (comparison.reads, rounds) == (6, 7)
        assert telling.summary(comparison)["unexplained"] == 0
        assert db.session.scalars(select(BookSighting)).all() == []


def test_a_document_that_slipped_between_two_pages_is_read_by_itself(
    office: Office, books: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = asking.keep
    monkeypatch.setattr(
        asking,
        "keep",
        lambda id_, kind, bodies: keep(id_, kind, bodies if len(bodies) == 1 else []),
    )
    second = office.invoice(books["account"], books["service"])
    office.settle()
    assert compare(office, True)["unexplained"] == 0
    office.control("objects/delete", entity="Invoice", id=office.quickbooks_id("invoice", second))
    assert whys(compare(office, True)) == [("invoice", "unexplained")]


def test_no_answer_is_no_verdict(office: Office, books: dict[str, int]) -> None:
    office.fault("status", operation="query", status=503, times=0)
    with office.database():
        work.begin(office.firm_id, True)
        for _ in range(work.MOST_FAILURES):
            db.session.execute(update(BookComparison).values(due_at=BookComparison.began_at))
            db.session.commit()
            work.go_on(office.firm_id)
        told = telling.summary(BookComparison.latest(office.firm_id))  # type: ignore[arg-type]
    assert (told["state"], told["trouble"], told["rows"]) == ("failed", "no_answer", 0)


def test_without_a_connection_there_is_nobody_to_ask(make_office: MakeOffice) -> None:
    office = make_office(connected=False)
    with office.database():
        assert work.complete(office.firm_id, True).trouble == "not_connected"


def test_two_workers_do_not_read_the_same_books(office: Office, books: dict[str, int]) -> None:
    with office.database():
        work.begin(office.firm_id, True)
        assert work._claim(office.firm_id) is not None
        assert work._claim(office.firm_id) is None
        assert work.queue_due() == 0
        db.session.execute(update(BookComparison).values(due_at=BookComparison.began_at))
        db.session.commit()
        office.app.extensions["redis"].flushdb()
        assert work.queue_due() == 1
        assert [job.args for job in office.app.extensions["sync_queue"].jobs] == [[office.firm_id]]


# -- the command -----------------------------------------------------------------------------------


@MODES
def test_the_command_tells_and_exits_with_1(
    office: Office, books: dict[str, int], ask: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "ensure_redis", lambda _app: None)
    words = ["quickbooks", "compare", "--firm", str(office.firm_id), *(["--ask"] if ask else [])]
    run = office.app.test_cli_runner().invoke
    well = run(args=words)
    assert (well.exit_code, "0 unexplained" in well.output) == (0, True)
    tamper(office, Invoice, books["invoice"], total_minor=1)
    wrong = run(args=words)
    assert wrong.exit_code == 1
    assert "2026-11  Ada Byron  invoice  1 / 0.01 USD  1 / 240.00 USD  unexplained" in wrong.output
    told = json.loads(run(args=[*words, "--json"]).stdout)
    assert (
        told["records"][0]["title"] == f"#{office.theirs('invoice', books['invoice'])['DocNumber']}"
    )


def test_the_command_exits_with_2_when_nobody_can_be_asked(
    make_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "ensure_redis", lambda _app: None)
    office = make_office(connected=False)
    ended = office.app.test_cli_runner().invoke(
        args=["quickbooks", "compare", "--firm", str(office.firm_id), "--ask"]
    )
    assert ended.exit_code == 2
    assert "not_connected" in ended.output
