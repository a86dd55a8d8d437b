"""To Intuit and back by the browser's own requests, against the local QuickBooks; then set-up."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import signed_in
from tests.quickbooks.office import MakeOffice, Office
from webapp.extensions import db
from webapp.models import Connection, Link, Person
from webapp.models.connection import CONNECTED, NONE
from webapp.models.person import OWNER

BASE = "/settings/integrations/quickbooks"


@pytest.fixture(autouse=True)
def without_csrf(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def unconnected(make_office: MakeOffice) -> Office:
    """A firm whose owner has a company, and has not connected it yet."""
    return make_office(connected=False)


@pytest.fixture
def owner(app: Flask, unconnected: Office) -> FlaskClient:
    return sign_in(app, unconnected.firm_id)


def sign_in(app: Flask, firm_id: int) -> FlaskClient:
    """As the firm's owner."""
    with app.app_context():
        owners = db.select(Person.id).where(Person.firm_id == firm_id, Person.role == OWNER)
        owner_id = db.session.scalars(owners).one()
        db.session.commit()
    return signed_in(app, owner_id)


def consent(office: Office, client: FlaskClient) -> str:
    """Go to Intuit, agree to this office's company, and be sent back: the callback's address."""
    switches = {"auto_approve": True, "auto_approve_realm": office.realm_id}
    office.sandbox.control("switches", switches)
    away = client.get(f"{BASE}/connect")
    assert away.status_code == 303
    back = httpx2.get(away.location, follow_redirects=False)
    return str(back.headers["location"])


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def connection(app: Flask, firm_id: int) -> Connection:
    with app.app_context():
        found = Connection.of(firm_id)
        db.session.commit()
        return found


def test_the_owner_connects_and_sets_up_before_anything_is_sent(
    app: Flask, unconnected: Office, owner: FlaskClient
) -> None:
    account = unconnected.client("Ada Byron")
    answer = owner.get(path_of(consent(unconnected, owner)))
    assert answer.status_code == 303
    assert answer.location == f"{BASE}/set-up"
    assert connection(app, unconnected.firm_id).state == CONNECTED
    unconnected.work(3)
    assert unconnected.link("account", account) is None
    page = owner.get(f"{BASE}/set-up").text
    assert "1 account will need you" in page
    assert unconnected.ledger() == []
    accepted = owner.post(
        f"{BASE}/set-up", data={"which": "all", "from": "all", "unmatched": "create"}
    )
    assert accepted.location == BASE
    unconnected.settle()
    assert isinstance(unconnected.link("account", account), Link)


def test_a_state_is_good_for_one_return(unconnected: Office, owner: FlaskClient) -> None:
    address = path_of(consent(unconnected, owner))
    owner.get(address)
    again = owner.get(address, follow_redirects=True)
    assert "This sign-in was already used or took too long. Connect again." in again.text


def test_a_foreign_state_connects_nothing(
    app: Flask, unconnected: Office, owner: FlaskClient
) -> None:
    address = consent(unconnected, owner)
    code = parse_qs(urlsplit(address).query)["code"][0]
    forged = f"{BASE}/callback?code={code}&realmId={unconnected.realm_id}&state=forged"
    owner.get(forged)
    assert connection(app, unconnected.firm_id).state == NONE


def test_a_refused_consent_is_said_in_plain_words(unconnected: Office, owner: FlaskClient) -> None:
    away = owner.get(f"{BASE}/connect").location
    state = parse_qs(urlsplit(away).query)["state"][0]
    page = owner.get(
        f"{BASE}/callback?error=access_denied&state={state}", follow_redirects=True
    ).text
    assert "You did not give Cuadra access. Nothing was connected." in page


def test_a_company_of_another_firm_is_refused(
    app: Flask, make_office: MakeOffice, unconnected: Office, owner: FlaskClient
) -> None:
    other = make_office()
    unconnected.realm_id = other.realm_id
    page = owner.get(path_of(consent(unconnected, owner)), follow_redirects=True).text
    assert "This QuickBooks company is connected to another firm in Cuadra." in page
    assert connection(app, unconnected.firm_id).state == NONE


def test_a_company_that_the_sign_in_does_not_open_is_refused(
    app: Flask, make_office: MakeOffice, unconnected: Office, owner: FlaskClient
) -> None:
    other = make_office(connected=False)
    address = path_of(consent(unconnected, owner))
    forged = address.replace(unconnected.realm_id, other.realm_id)
    page = owner.get(forged, follow_redirects=True).text
    assert "QuickBooks does not open this company for who signed in." in page
    assert connection(app, unconnected.firm_id).state == NONE
    other.connect()
    assert owner.get(path_of(consent(unconnected, owner))).location == f"{BASE}/set-up"


def test_another_company_on_reconnect_is_refused(
    app: Flask, make_office: MakeOffice, unconnected: Office
) -> None:
    own = make_office()
    client = sign_in(app, own.firm_id)
    page = client.post(f"{BASE}/disconnect", follow_redirects=True).text
    assert "QuickBooks is disconnected." in page
    stranger = Office(app, own.sandbox, own.firm_id, unconnected.realm_id, "")
    text = client.get(path_of(consent(stranger, client)), follow_redirects=True).text
    assert "You chose another company." in text
    assert connection(app, own.firm_id).state == NONE


def test_reconnecting_goes_on_where_it_stopped(app: Flask, make_office: MakeOffice) -> None:
    own = make_office()
    client = sign_in(app, own.firm_id)
    client.post(f"{BASE}/disconnect")
    answer = client.get(path_of(consent(own, client)))
    assert answer.location == BASE
    account = own.client("Grace Hopper")
    own.settle()
    assert own.link("account", account) is not None


def test_an_unreadable_company_can_be_read_again(unconnected: Office, owner: FlaskClient) -> None:
    unconnected.fault("status", operation="query", status=503, times=0)
    owner.get(path_of(consent(unconnected, owner)))
    assert "We could not read your QuickBooks company" in owner.get(f"{BASE}/set-up").text
    unconnected.sandbox.control("faults", method="DELETE")
    owner.post(f"{BASE}/set-up/read")
    assert "Start copying" in owner.get(f"{BASE}/set-up").text


@pytest.mark.parametrize("action", ["status", "reset", "commit_then_drop"])
def test_one_failure_does_not_leave_a_firm_without_its_refund_item(
    unconnected: Office, action: str
) -> None:
    unconnected.fault(action, entity="Item", operation="create")
    unconnected.connect()
    made = [item for item in unconnected.objects("Item") if item["Name"] == "Refunds"]
    assert [item["Id"] for item in made] == [unconnected.connection().accounts["refund_item"]]


def test_the_preview_counts_what_the_choices_leave_out(
    unconnected: Office, owner: FlaskClient
) -> None:
    ids = unconnected.one_of_each()
    assert ids
    owner.get(path_of(consent(unconnected, owner)))
    data = {
        "which": "all",
        "from": "day",
        "start_date": "2030-01-01",
        "unmatched": "create",
        "preview": "1",
    }
    text = owner.post(f"{BASE}/set-up", data=data).text
    assert "customer is created in QuickBooks." in text
    assert unconnected.connection().start_date is None
    assert unconnected.connection().set_up_at is None


def test_a_first_day_is_wanted_when_chosen(unconnected: Office, owner: FlaskClient) -> None:
    owner.get(path_of(consent(unconnected, owner)))
    answer = owner.post(f"{BASE}/set-up", data={"from": "day", "start_date": "soon"})
    assert answer.status_code == 422
    assert "Choose the first day to copy." in answer.text


def test_an_earlier_first_day_brings_older_records_in(
    unconnected: Office, owner: FlaskClient
) -> None:
    account, service = unconnected.client(), unconnected.service()
    invoice = unconnected.invoice(account, service)  # of November
    owner.get(path_of(consent(unconnected, owner)))
    choices = {"which": "all", "from": "day", "unmatched": "create"}
    owner.post(f"{BASE}/set-up", data={**choices, "start_date": "2026-12-01"})
    unconnected.settle()
    assert unconnected.state("invoice", invoice) == "off"
    owner.post(f"{BASE}/set-up", data={**choices, "start_date": "2026-11-01"})
    unconnected.settle()
    assert unconnected.state("invoice", invoice) == "synced"


def test_only_the_chosen_accounts_are_copied(unconnected: Office, owner: FlaskClient) -> None:
    ada, grace = unconnected.client("Ada Byron"), unconnected.client("Grace Hopper")
    owner.get(path_of(consent(unconnected, owner)))
    data = {"which": "some", "account": str(ada), "from": "all", "unmatched": "create"}
    owner.post(f"{BASE}/set-up", data=data)
    unconnected.settle()
    assert unconnected.link("account", ada) is not None
    assert unconnected.link("account", grace) is None


def test_pausing_and_resuming(office: Office, app: Flask) -> None:
    client = sign_in(app, office.firm_id)
    client.post(f"{BASE}/pause")
    account = office.client("Ada Byron")
    office.work(2)
    assert office.link("account", account) is None
    assert "After you resume, we send them in order." in client.get(BASE).text
    client.post(f"{BASE}/resume")
    office.settle()
    assert office.link("account", account) is not None
