"""What QuickBooks does not show at once: searches and readings that are behind, or fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.quickbooks.accents import Exchange, Json, Proxy, silent_merges
from tests.quickbooks.listening import act, hear, listening
from tests.quickbooks.office import MakeOffice, Office
from tests.sandbox_process import SandboxProcess, Switch
from webapp.quickbooks.connection import CannotConnect
from webapp.quickbooks.errors import QuickBooksError


def shown(entity: str, body: Json) -> Callable[[Exchange], None]:
    """Readings of an object that go on showing this version."""

    def answer(exchange: Exchange) -> None:
        if exchange.method == "GET" and f"/{entity.lower()}/" in exchange.path:
            exchange.said[entity] = body

    return answer


def changed_unseen(office: Office, proxy: Proxy) -> int:
    """An invoice that somebody made 999.00 over there, which no reading shows, and we changed."""
    invoice = office.invoice(office.client(), office.service())
    office.work()
    before = office.theirs("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=before["Id"], amount=999)
    proxy.accents = (shown("Invoice", before),)
    office.change("invoice", invoice, memo="Thank you")
    return invoice


def test_edit_that_a_reading_does_not_show_yet_is_waited_for(
    proxy: Proxy, make_office: MakeOffice
) -> None:
    office = make_office()
    invoice = changed_unseen(office, proxy)
    office.work()
    assert office.issues() == []
    assert office.state("invoice", invoice) == "waiting"

    proxy.accents = ()
    office.later(10)
    office.work()
    issue = office.only_issue()
    assert issue.cause == "edited"
    assert issue.theirs is not None
    assert float(issue.theirs["TotalAmt"]) == 999


def test_edit_that_no_reading_ever_shows_is_told_in_the_end(
    proxy: Proxy, make_office: MakeOffice
) -> None:
    office = make_office()
    changed_unseen(office, proxy)
    for _ in range(9):
        office.work()
        office.later(1800)
    assert office.only_issue().cause == "edited"


def test_create_is_known_by_its_marker_where_request_ids_are_ignored_and_searches_lag(
    office: Office, switch: Switch
) -> None:
    account, service = office.client(), office.service()
    office.work()
    switch(query_lag_s=3600, requestid="ignored", batch_requestid="ignored")
    office.fault("commit_then_drop", entity="Invoice", operation="create", times=1)
    invoice = office.invoice(account, service, number="L-1")
    office.settle()
    assert office.issues() == []
    assert office.state("invoice", invoice) == "synced"
    assert len(office.objects("Invoice")) == 1
    office.require_order()


def test_merge_that_only_the_webhook_tells_of_moves_the_link(
    app: Flask, sandbox: SandboxProcess, proxy: Proxy, make_office: MakeOffice
) -> None:
    office = make_office()
    with listening(app, sandbox):
        account = office.client()
        office.work()
        survivor = office.create_theirs("Customer", DisplayName="Countess of Lovelace")["Id"]
        hear(office)
        proxy.accents = (silent_merges,)
        gone = office.quickbooks_id("account", account)
        office.control("objects/merge", entity="Customer", id=gone, into=survivor)
        hear(office)
    assert office.issues() == []
    assert office.quickbooks_id("account", account) == survivor


def test_reading_that_fails_once_is_tried_again_and_a_command_does_not_notice(
    make_office: MakeOffice,
) -> None:
    office = make_office(connected=False)
    office.fault("status", operation="query", status=500, times=1)
    office.fault("reset", operation="read", times=1)
    office.connect()
    assert office.connection().set_up_at is not None


def test_adoption_that_broke_off_can_be_repeated_with_the_token_it_used_up(
    make_office: MakeOffice, switch: Switch
) -> None:
    switch(refresh_policy="single_use", refresh_rotation="every_time")
    office = make_office(connected=False)
    office.fault("status", operation="query", status=500, times=2)
    with pytest.raises(QuickBooksError):
        office.connect()
    office.connect()
    assert office.connection().set_up_at is not None
    with pytest.raises(CannotConnect):
        office.connect()


HOUR = timedelta(hours=1)


def an_hour_behind(exchange: Exchange) -> None:
    """The change feed of a company whose clock is an hour behind ours."""
    if exchange.last != "cdc":
        return
    since = datetime.fromisoformat(exchange.query["changedSince"][0])
    exchange.said["time"] = (datetime.now(UTC) - HOUR).isoformat()
    for response in exchange.said["CDCResponse"]:
        for part in response["QueryResponse"]:
            for entity, rows in part.items():
                if isinstance(rows, list):
                    part[entity] = [row for row in rows if _changed(row) - HOUR >= since]


def _changed(row: Json) -> datetime:
    return datetime.fromisoformat(row["MetaData"]["LastUpdatedTime"])


def test_changes_of_a_company_whose_clock_is_behind_are_not_missed(
    proxy: Proxy, make_office: MakeOffice
) -> None:
    office = make_office()
    invoice = office.invoice(office.client(), office.service())
    office.work()
    proxy.accents = (an_hour_behind,)
    theirs = office.quickbooks_id("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=theirs, amount=999)
    office.set_connection(changes_read_to=datetime.now(UTC) - timedelta(minutes=10))
    act(office)
    assert office.only_issue().cause == "edited"
