"""Whose number is it, and what does an invoice get instead: between three firms, side by side."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import make_firm
from webapp.extensions import db
from webapp.models import Account, Attempt, Firm, Invoice, Link, MirrorNumber
from webapp.quickbooks import numbering
from webapp.quickbooks.free_numbers import NoNumberLeft
from webapp.quickbooks.mirror import DIGITS, split_number
from webapp.quickbooks.numbering import Check

WIDEST = "9" * 21
"""No number of 21 characters follows it."""


@pytest.fixture
def neighbours(app: Flask, app_context: None) -> list[Firm]:
    ids = [make_firm(app, f"Firm {n}", f"firm-{n}.example").id for n in range(3)]
    return [db.session.get_one(Firm, firm_id) for firm_id in ids]


@pytest.fixture
def firm(neighbours: list[Firm]) -> Firm:
    """Its numbers follow QuickBooks'."""
    neighbours[1].sync_invoice_numbers = True
    return neighbours[1]


def ours(firm: Firm, number: str, *, removed: bool = False, assigned: bool = False) -> Invoice:
    made = Invoice(
        firm_id=firm.id,
        account=Account(firm_id=firm.id, name="Ada Byron"),
        number=number,
        number_assigned=assigned,
        date=date(2026, 11, 20),
        currency="USD",
        removed_at=datetime(2026, 11, 21, tzinfo=UTC) if removed else None,
    )
    db.session.add(made)
    db.session.flush()
    return made


def theirs(firm: Firm, number: str, id_: str, txn_type: str = "Invoice", minute: int = 0) -> None:
    prefix, digits = split_number(number)
    db.session.add(
        MirrorNumber(
            firm_id=firm.id,
            txn_type=txn_type,
            quickbooks_id=id_,
            number=number,
            prefix=prefix,
            value=None if digits is None else digits.zfill(DIGITS),
            created_at=datetime(2026, 11, 20, 9, minute, tzinfo=UTC),
        )
    )
    db.session.flush()


def linked(firm: Firm, record_id: int, id_: str, kind: str = "invoice") -> None:
    db.session.add(
        Link(firm_id=firm.id, kind=kind, record_id=record_id, quickbooks_id=id_, sync_token="0")
    )
    db.session.flush()


# -- is it taken? ----------------------------------------------------------------------------------


def test_number_of_a_live_invoice_is_taken_in_its_own_firm(neighbours: list[Firm]) -> None:
    before, firm, after = neighbours
    ours(firm, "1042")
    assert numbering.check(firm, "1042") == Check("1042", True, "here", "1043")
    for number in ("1041", "1043", "01042"):
        assert numbering.check(firm, number) == Check(number, False)
    for other in (before, after):
        assert numbering.check(other, "1042") == Check("1042", False)


def test_number_in_a_firms_company_is_taken_in_that_firm(neighbours: list[Firm]) -> None:
    before, firm, after = neighbours
    firm.sync_invoice_numbers = True
    theirs(firm, "1042", "7")
    assert numbering.check(firm, "1042") == Check("1042", True, "quickbooks", "1043")
    for number in ("1041", "1043", "01042"):
        assert numbering.check(firm, number) == Check(number, False)
    for other in (before, after):
        assert numbering.check(other, "1042") == Check("1042", False)


@pytest.mark.parametrize("synced", [False, True])
def test_what_to_use_instead_is_free_whether_numbers_are_synced_or_not(
    firm: Firm, synced: bool
) -> None:
    firm.sync_invoice_numbers = synced
    for id_, number in enumerate(("1001", "1002", "1050"), 1):
        theirs(firm, number, str(id_), minute=id_)
    for number in ("1001", "1050"):
        assert numbering.check(firm, number) == Check(number, True, "quickbooks", "1051")


def test_first_number_of_a_firm_is_one_that_its_company_does_not_have(firm: Firm) -> None:
    firm.sync_invoice_numbers = False
    for id_, number in enumerate(("1001", "1002", "1050"), 1):
        theirs(firm, number, str(id_), minute=id_)
    assert numbering.proposed(firm) == numbering.next_number(firm) == "1003"


def test_number_taken_in_both_places_is_said_to_be_taken_in_quickbooks(firm: Firm) -> None:
    ours(firm, "1042")
    theirs(firm, "1042", "7")
    assert numbering.check(firm, "1042").where == "quickbooks"


@pytest.mark.parametrize("txn_type", ["CreditMemo", "SalesReceipt"])
def test_number_of_another_kind_of_transaction_is_free(firm: Firm, txn_type: str) -> None:
    theirs(firm, "1042", "7", txn_type)
    assert not numbering.check(firm, "1042").taken
    assert numbering.last_in_quickbooks(firm.id) is None


def test_number_of_a_removed_invoice_is_free(firm: Firm) -> None:
    ours(firm, "1042", removed=True)
    assert not numbering.check(firm, "1042").taken


def test_invoice_does_not_take_its_number_from_itself(firm: Firm) -> None:
    first, own = ours(firm, "1041"), ours(firm, "1042")
    theirs(firm, "1042", "7")
    linked(firm, own.id, "7")
    assert not numbering.check(firm, "1042", own).taken
    assert numbering.check(firm, "1042", first).where == "quickbooks"
    assert numbering.check(firm, "1041", own).where == "here"


def test_two_invoices_of_one_number_are_in_each_others_way(firm: Firm) -> None:
    for own in (ours(firm, "1042"), ours(firm, "1042")):
        assert numbering.check(firm, "1042", own).where == "here"


def test_invoice_that_is_not_saved_yet_finds_the_number_taken(firm: Firm) -> None:
    ours(firm, "1042")
    draft = Invoice(firm_id=firm.id, number="1042")
    assert numbering.check(firm, "1042", draft).where == "here"
    theirs(firm, "1042", "7")
    assert numbering.check(firm, "1042", draft).where == "quickbooks"


def test_link_of_anything_else_does_not_excuse_a_taken_number(neighbours: list[Firm]) -> None:
    before, firm, after = neighbours
    other, own = ours(firm, "1041"), ours(firm, "1042")
    theirs(firm, "1042", "7")
    linked(firm, own.id, "8")
    linked(firm, other.id, "7")
    for kind in ("account", "payment"):
        linked(firm, own.id, "7", kind)
    for neighbour in (before, after):
        linked(neighbour, own.id, "7")
    assert numbering.check(firm, "1042", own).where == "quickbooks"


@pytest.mark.parametrize("synced", [(False, True, False), (True, False, True)])
def test_worker_takes_the_turn_of_firms_whose_numbers_follow_quickbooks(
    neighbours: list[Firm], synced: tuple[bool, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What taking it means is PostgreSQL's business; SQLite's writers queue anyway."""
    taken: list[int] = []
    monkeypatch.setattr(Firm, "take_turn", taken.append)
    for firm, on in zip(neighbours, synced, strict=True):
        firm.sync_invoice_numbers = on
    for firm in neighbours:
        numbering.take_turn(firm.id)
    assert taken == [firm.id for firm in neighbours if firm.sync_invoice_numbers]


# -- which is next? --------------------------------------------------------------------------------


def test_next_number_follows_quickbooks_only_where_the_firm_asked_for_that(firm: Firm) -> None:
    ours(firm, "A-0041")
    theirs(firm, "2000", "7")
    assert numbering.next_number(firm) == "2001"
    firm.sync_invoice_numbers = False
    assert numbering.next_number(firm) == "A-0042"


def test_next_number_goes_on_from_ours_while_quickbooks_has_none(firm: Firm) -> None:
    ours(firm, "A-0041")
    assert numbering.next_number(firm) == "A-0042"


@pytest.mark.parametrize("made", [(0, 1, 2), (2, 1, 0)])
def test_sequences_of_neighbours_do_not_mix(neighbours: list[Firm], made: tuple[int, ...]) -> None:
    """Whichever of them made its invoices last."""
    numbers = [100 + 100 * turn for turn in made]
    for turn in made:
        ours(neighbours[turn], f"{numbers[turn]}")
        theirs(neighbours[turn], f"{numbers[turn]}0", f"{numbers[turn]}")
    for synced, factor in ((False, 1), (True, 10)):
        for firm in neighbours:
            firm.sync_invoice_numbers = synced
        found = [numbering.next_number(firm) for firm in neighbours]
        assert found == [f"{number * factor + 1}" for number in numbers]


def test_last_number_is_the_highest_of_the_prefix_used_last(firm: Firm) -> None:
    theirs(firm, "A-90", "1", minute=1)
    theirs(firm, "C-30", "2", minute=2)
    theirs(firm, "B-20", "3", minute=3)
    theirs(firm, "B-8", "4", minute=4)
    assert numbering.last_in_quickbooks(firm.id) == "B-20"


def test_last_number_without_digits_stands_for_itself(firm: Firm) -> None:
    theirs(firm, "Draft", "1")
    assert numbering.last_in_quickbooks(firm.id) == "Draft"
    assert numbering.next_number(firm) == "Draft1"


def test_end_of_the_sequence_is_told_with_the_number_it_ended_at(firm: Firm) -> None:
    ours(firm, WIDEST)
    with pytest.raises(NoNumberLeft) as ended:
        numbering.next_number(firm)
    assert ended.value.last == WIDEST
    assert numbering.proposed(firm) == ""


# -- renumbering -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assigned", "synced", "may"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_only_an_assigned_number_of_a_synced_sequence_may_change(
    firm: Firm, assigned: bool, synced: bool, may: bool
) -> None:
    firm.sync_invoice_numbers = synced
    assert numbering.may_renumber(ours(firm, "1042", assigned=assigned)) is may


def test_renumbered_invoice_goes_on_from_quickbooks_and_the_change_is_recorded(firm: Firm) -> None:
    invoice = ours(firm, "1042", assigned=True)
    theirs(firm, "2000", "7")
    version = invoice.version
    assert numbering.renumber(invoice)
    assert (invoice.number, invoice.version) == ("2001", version + 1)
    told = db.session.scalars(select(Attempt)).one()
    assert (told.firm_id, told.kind, told.record_id) == (firm.id, "invoice", invoice.id)
    assert (told.operation, told.outcome) == ("renumber", "accepted")
    assert told.message == "1042 → 2001"


def test_renumbered_invoice_goes_on_from_its_own_number_where_quickbooks_has_none(
    firm: Firm,
) -> None:
    invoice = ours(firm, "1042", assigned=True)
    ours(firm, "7")
    assert numbering.suggestion(invoice) == "1043"


def test_invoice_keeps_its_number_where_none_is_left(firm: Firm) -> None:
    invoice = ours(firm, "1042", assigned=True)
    theirs(firm, WIDEST, "7")
    version = invoice.version
    assert not numbering.renumber(invoice)
    assert (invoice.number, invoice.version) == ("1042", version)
    assert db.session.scalars(select(Attempt)).all() == []
