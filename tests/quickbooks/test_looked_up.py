"""What a look-up may conclude from what QuickBooks shows, and does not show."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.quickbooks.office import Office

Switch = Callable[..., None]


@pytest.fixture
def lagging(office: Office, switch: Switch) -> dict[str, int]:
    """One synced record of each kind, by kind; from now on no query shows any of them."""
    made = office.one_of_each()
    office.work()
    switch(query_lag_s=3600)
    return made


def unanswered(office: Office, entity: str, operation: str) -> None:
    """The next such write is not carried out, and nobody says so."""
    office.fault("status", entity=entity, operation=operation, status=503, times=1)


def test_delete_is_not_done_because_a_query_shows_nothing(
    office: Office, lagging: dict[str, int]
) -> None:
    unanswered(office, "Purchase", "delete")
    office.remove("expense", lagging["expense"])
    office.settle()
    assert office.objects("Purchase") == []
    assert office.entry("expense", lagging["expense"]).state == "done"


def test_update_of_what_a_query_does_not_show_goes_again(
    office: Office, lagging: dict[str, int]
) -> None:
    unanswered(office, "Invoice", "update")
    office.change("invoice", lagging["invoice"], memo="Thank you")
    office.settle()
    assert office.issues() == []
    assert office.theirs("invoice", lagging["invoice"])["CustomerMemo"] == {"value": "Thank you"}


def test_update_of_what_was_deleted_meanwhile_is_told(
    office: Office, lagging: dict[str, int]
) -> None:
    theirs = office.quickbooks_id("refund", lagging["refund"])
    office.control("objects/delete", entity="RefundReceipt", id=theirs)
    unanswered(office, "RefundReceipt", "update")
    office.change("refund", lagging["refund"], amount="20.00")
    office.settle()
    assert office.only_issue().cause == "record_deleted"
