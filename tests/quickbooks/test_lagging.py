"""What QuickBooks knows and does not show yet: searches and readings that are behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.quickbooks.accents import Exchange, Json, Proxy, speaking
from tests.quickbooks.office import MakeOffice, Office
from tests.sandbox_process import SandboxProcess

Switch = Callable[..., None]


@pytest.fixture
def proxy(sandbox: SandboxProcess, configured: Callable[..., None]) -> Iterator[Proxy]:
    with speaking(sandbox.api_url) as proxy:
        configured(QBO_API_URL=proxy.address)
        yield proxy


def shown(entity: str, body: Json) -> Callable[[Exchange], None]:
    """Readings of an object that go on showing this version."""

    def answer(exchange: Exchange) -> None:
        if exchange.method == "GET" and f"/{entity.lower()}/" in exchange.path:
            exchange.said[entity] = body

    return answer


def test_edit_that_a_reading_does_not_show_yet_is_waited_for(
    proxy: Proxy, make_office: MakeOffice
) -> None:
    office = make_office()
    invoice = office.invoice(office.client(), office.service())
    office.work()
    before = office.theirs("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=before["Id"], amount=999)
    proxy.accents = (shown("Invoice", before),)
    office.change("invoice", invoice, memo="Thank you")
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
    invoice = office.invoice(office.client(), office.service())
    office.work()
    before = office.theirs("invoice", invoice)
    office.control("objects/amount", entity="Invoice", id=before["Id"], amount=999)
    proxy.accents = (shown("Invoice", before),)
    office.change("invoice", invoice, memo="Thank you")
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
