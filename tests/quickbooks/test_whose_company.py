"""One company is one firm's: the one whose sign-in opens it, from when it has something there."""

from __future__ import annotations

import pytest

from tests.quickbooks.office import MakeOffice, Office
from webapp.models import Connection, MirrorNumber, MirrorObject
from webapp.models.connection import CONNECTED, NONE
from webapp.quickbooks import connection as connecting
from webapp.quickbooks import oauth
from webapp.quickbooks.connection import CannotConnect
from webapp.quickbooks.errors import QuickBooksError


@pytest.fixture
def pair(make_office: MakeOffice) -> tuple[Office, Office]:
    """Two firms with a company each, neither of which is connected yet."""
    return make_office(connected=False), make_office(connected=False)


def sign_in(office: Office, realm_id: str, refresh_token: str) -> None:
    """What the callback does with Intuit's answer; set-up is still to be accepted."""
    with office.database():
        connecting.connect(office.firm_id, realm_id, oauth.refresh(refresh_token))


def read(office: Office) -> None:
    """As far as the page of set-up."""
    with office.database():
        found = Connection.of(office.firm_id)
        connecting.mirror.fill(connecting.company_of(found), found)


def leave(office: Office, company: Office) -> None:
    """Disconnecting kills the token; whoever has the company can get another."""
    with office.database():
        connecting.disconnect(Connection.of(office.firm_id))
    company.refresh_token = company.control("refresh-token")["refresh_token"]


def unreadable(office: Office, status: int) -> None:
    office.fault("status", path="companyinfo", status=status, times=0)


def readable(office: Office) -> None:
    office.sandbox.control("faults", method="DELETE")


def test_company_that_the_sign_in_does_not_open_is_not_taken(pair: tuple[Office, Office]) -> None:
    mistaken, rightful = pair
    right, mistaken.realm_id = mistaken.realm_id, rightful.realm_id
    with pytest.raises(CannotConnect, match="no_access"):
        mistaken.connect()
    assert (mistaken.connection().state, mistaken.connection().realm_id) == (NONE, None)
    mistaken.realm_id = right
    mistaken.connect()
    rightful.connect()
    assert {office.connection().state for office in pair} == {CONNECTED}


@pytest.mark.parametrize("disconnected", [True, False])
def test_company_in_which_nothing_is_may_be_changed(
    pair: tuple[Office, Office], disconnected: bool
) -> None:
    """The owner has both, and picked the other firm's at first."""
    firm, other = pair
    other.create_theirs("Customer", DisplayName="Grace Hopper")
    other.invoice_of_theirs("1042")
    sign_in(firm, other.realm_id, other.refresh_token)
    read(firm)
    if disconnected:
        leave(firm, other)
        assert firm.connection().company_name is None
    firm.connect()
    other.connect()
    assert firm.connection().realm_id == firm.realm_id
    assert firm.count(MirrorObject, MirrorObject.name == "Grace Hopper") == 0
    assert firm.count(MirrorNumber) == 0
    made = firm.one_of_each()
    firm.settle()
    assert {firm.state(kind, record) for kind, record in made.items()} == {"synced"}
    assert other.objects("Payment") == []


def test_firm_that_has_accepted_set_up_keeps_its_company(pair: tuple[Office, Office]) -> None:
    firm, other = pair
    firm.connect()
    leave(firm, firm)
    with pytest.raises(CannotConnect, match="other_company"):
        sign_in(firm, other.realm_id, other.refresh_token)
    with pytest.raises(CannotConnect, match="other_firm"):
        sign_in(other, firm.realm_id, firm.refresh_token)
    assert firm.connection().realm_id == firm.realm_id


@pytest.mark.parametrize("status", [pytest.param(429, marks=pytest.mark.full), 503])
def test_sign_in_that_cannot_be_proven_now_is_kept(
    pair: tuple[Office, Office], status: int
) -> None:
    """A token may be good for one use: adopting must work once QuickBooks answers."""
    firm, _ = pair
    unreadable(firm, status)
    with pytest.raises(QuickBooksError):
        firm.connect()
    assert firm.connection().set_up_at is None
    firm.sandbox.control("faults", method="DELETE")
    firm.later(60)
    firm.app.extensions["redis"].flushdb()  # the minute that a 429 costs is over
    firm.connect()
    assert firm.connection().set_up_at is not None


def test_whoever_proves_the_company_theirs_gets_it_from_who_never_could(
    pair: tuple[Office, Office],
) -> None:
    mistaken, rightful = pair
    unreadable(rightful, 503)
    sign_in(mistaken, rightful.realm_id, mistaken.refresh_token)
    readable(rightful)
    rightful.connect()
    assert rightful.connection().state == CONNECTED
    assert (mistaken.connection().state, mistaken.connection().realm_id) == (NONE, None)
    mistaken.connect()
    assert mistaken.connection().state == CONNECTED


def test_company_that_was_read_for_set_up_is_not_taken_away(pair: tuple[Office, Office]) -> None:
    first, second = pair
    sign_in(first, first.realm_id, first.refresh_token)
    read(first)
    with pytest.raises(CannotConnect, match="other_firm"):
        sign_in(second, first.realm_id, first.refresh_token)
    assert first.connection().state == CONNECTED


def test_adopt_refuses_in_one_line_though_it_asked_quickbooks_first(
    pair: tuple[Office, Office],
) -> None:
    late, first = pair
    first.connect()
    token = first.control("refresh-token")["refresh_token"]
    command = ("quickbooks", "adopt", "--firm", str(late.firm_id), "--realm-id", first.realm_id)
    told = late.app.test_cli_runner().invoke(args=[*command, "--refresh-token", token])
    assert told.exit_code == 1
    assert told.stdout == ""
    assert told.stderr == "Error: This company is connected to another firm.\n"
