"""What becomes of a record that QuickBooks refuses: one issue, one second try, never a third."""

from __future__ import annotations

import pytest

from tests.quickbooks.office import Office

SECOND_TRY_S = 1800


def refuse(office: Office, times: int = 0) -> None:
    office.fault(
        "fault",
        entity="Customer",
        times=times,
        code="2040",
        message="Invalid String",
        detail="Invalid String : colon",
    )


@pytest.fixture
def refused(office: Office) -> int:
    """An account whose name QuickBooks does not take, ever."""
    refuse(office)
    account = office.client()
    office.work()
    return account


def tries(office: Office) -> int:
    return len(office.ledger(entity="Customer"))


def test_rejected_record_opens_one_issue_at_once(office: Office, refused: int) -> None:
    issue = office.only_issue()
    assert (issue.cause, issue.state, issue.tries) == ("name_colon", "open", 1)
    assert office.state("account", refused) == "failed"


def test_second_try_comes_by_itself_and_a_third_never(office: Office, refused: int) -> None:
    office.work()
    assert tries(office) == 1
    office.later(SECOND_TRY_S - 60)
    office.work()
    assert tries(office) == 1
    office.later(61)
    office.work()
    assert tries(office) == 2
    for _ in range(5):
        office.later(SECOND_TRY_S * 10)
        office.work()
    assert tries(office) == 2
    assert office.only_issue().tries == 2


def test_second_try_that_succeeds_closes_the_issue(office: Office) -> None:
    refuse(office, times=1)
    account = office.client()
    office.work()
    office.later(SECOND_TRY_S + 1)
    office.work()
    assert office.state("account", account) == "synced"
    assert office.issues() == []


def test_resync_tries_at_once_and_keeps_the_issue_if_it_fails(office: Office) -> None:
    account = office.client()
    office.work()
    refuse(office)
    office.change("account", account, name="Ada Lovelace")
    office.work()
    first = office.only_issue()
    office.act(first, "resync")
    office.work()
    again = office.only_issue()
    assert (again.id, again.tries) == (first.id, 2)


def test_resync_is_not_counted_as_the_automatic_try(office: Office) -> None:
    account = office.client()
    office.work()
    refuse(office)
    office.change("account", account, name="Ada Lovelace")
    office.work()
    office.act(office.only_issue(), "resync")
    office.work()
    before = tries(office)
    office.later(SECOND_TRY_S + 1)
    office.work()
    assert tries(office) == before + 1


def test_ignored_record_stays_quiet(office: Office, refused: int) -> None:
    office.act(office.only_issue(), "ignore")
    office.later(SECOND_TRY_S * 10)
    office.work()
    assert tries(office) == 1
    assert office.state("account", refused) == "ignored"


def test_edit_of_an_ignored_record_sends_it_again(office: Office, refused: int) -> None:
    office.act(office.only_issue(), "ignore")
    office.sandbox.control("faults", method="DELETE")
    office.change("account", refused, name="Ada Lovelace")
    office.work()
    assert office.state("account", refused) == "synced"
    assert office.issues() == []


def test_ignored_cause_stays_muted_while_another_is_told(office: Office, refused: int) -> None:
    office.act(office.only_issue(), "ignore")
    office.change("account", refused, name="Ada B.")
    office.work()
    assert [(i.cause, i.state) for i in office.issues()] == [("name_colon", "ignored")]
    office.sandbox.control("faults", method="DELETE")
    office.fault("fault", entity="Customer", code="6240", message="Duplicate Name Exists Error")
    office.change("account", refused, name="Ada C.")
    office.work()
    assert [(i.cause, i.state) for i in office.issues()] == [
        ("name_colon", "ignored"),
        ("name_taken", "open"),
    ]


def test_restored_issue_is_open_again_without_a_try(office: Office, refused: int) -> None:
    office.act(office.only_issue(), "ignore")
    office.act(office.only_issue(), "restore")
    office.work()
    assert office.only_issue().state == "open"
    assert office.state("account", refused) == "failed"
    assert tries(office) == 1


def test_edit_of_a_rejected_record_sends_it_again(office: Office, refused: int) -> None:
    office.sandbox.control("faults", method="DELETE")
    office.change("account", refused, name="Ada Lovelace")
    office.work()
    assert [c["DisplayName"] for c in office.objects("Customer")] == ["Ada Lovelace"]
    assert office.issues() == []


def test_rejected_records_neighbours_go_on(office: Office) -> None:
    refuse(office, times=1)
    accounts = [office.client(f"Client {n}") for n in range(4)]
    office.work()
    states = sorted(office.state("account", a) for a in accounts)
    assert states == ["failed", "synced", "synced", "synced"]
