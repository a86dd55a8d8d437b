"""Settings, Integrations, Stripe: who may do what, and what the page says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX, Records
from webapp import intake
from webapp.extensions import db
from webapp.models import Firm, SignIn, StripeConnection, StripeObject
from webapp.models.columns import utc_now
from webapp.models.stripe_object import CHARGE
from webapp.stripe import causes, connection

URL = "/settings/integrations/stripe"
KEYS = {"api_key": "sk_test_0123456789", "webhook_secret": "whsec_0123456789"}
ACTS = ("", "/retry", "/dismiss", "/restore")


@pytest.fixture(autouse=True)
def out_of_reach(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers for Stripe here; ``tests/stripe`` has those who do."""
    monkeypatch.setitem(app.config, "STRIPE_API_URL", "http://127.0.0.1:9")


@pytest.fixture
def connected(app: Flask, firm: FirmFixture) -> str:
    """The firm's webhook key."""
    with app.app_context():
        connection.connect(firm.id, KEYS["api_key"], KEYS["webhook_secret"], checked=True)
        db.session.commit()
        return db.session.get_one(Firm, firm.id).stripe_webhook_key


@pytest.fixture
def charge(app: Flask, firm: FirmFixture, connected: str) -> int:
    """The id of a charge of $185.00 by nobody we know."""
    payer = {
        "email": "renata@okonkwo.example",
        "name": "Renata <Okonkwo>",
        "description": "First meeting",
        "metadata": {},
        "payment_intent": None,
        "told_at": 1_795_000_000,
    }
    facts = {
        "taken": 18_500,
        "currency": "USD",
        "created": 1_795_000_000,
        "payer": payer,
        "announced": True,
        "livemode": False,
    }
    with app.app_context():
        made = StripeObject.known(firm.id, CHARGE, "ch_1", "ch_1")
        made.facts, made.problem = facts, "no_client"
        db.session.commit()
        return made.id


def object_of(app: Flask, object_id: int) -> StripeObject:
    """Detached: to look at."""
    with app.app_context():
        return db.session.get_one(StripeObject, object_id)


def state(app: Flask, firm: FirmFixture) -> str:
    with app.app_context():
        found = StripeConnection.find(firm.id)
        return found.state if found else "none"


# -- who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/{charge}", "/{charge}/invoices"])
def test_pages_are_for_owner_and_admins(
    path: str, charge: int, owner: FlaskClient, admin: FlaskClient, member: FlaskClient
) -> None:
    url = URL + path.format(charge=charge)
    assert [who.get(url).status_code for who in (owner, admin, member)] == [200, 200, 403]


@pytest.mark.parametrize("path", ["/connect", "/disconnect"])
def test_only_the_owner_connects(
    path: str, connected: str, owner: FlaskClient, admin: FlaskClient, member: FlaskClient
) -> None:
    url = URL + path
    assert [who.get(url).status_code for who in (owner, admin, member)] == [200, 403, 403]
    assert [who.post(url).status_code for who in (admin, member)] == [403, 403]


def test_admin_is_offered_neither_connecting_nor_disconnecting(
    admin: FlaskClient, firm: FirmFixture, app: Flask
) -> None:
    assert f"{URL}/connect" not in admin.get(URL).text
    with app.app_context():
        connection.connect(firm.id, KEYS["api_key"], KEYS["webhook_secret"], checked=True)
        db.session.commit()
    page = admin.get(URL).text
    assert f"{URL}/connect" not in page
    assert f"{URL}/disconnect" not in page


@pytest.mark.parametrize("act", ACTS)
def test_a_stranger_finds_nothing_and_a_member_may_nothing(
    act: str, charge: int, stranger: FlaskClient, member: FlaskClient, app: Flask
) -> None:
    url = f"{URL}/{charge}{act}"
    assert stranger.get(f"{URL}/{charge}").status_code == 404
    assert stranger.post(url).status_code == 404
    assert member.post(url).status_code == 403
    assert object_of(app, charge).dismissed_at is None


@pytest.mark.parametrize("act", ACTS[1:])
def test_what_changes_something_is_no_page(act: str, charge: int, owner: FlaskClient) -> None:
    assert owner.get(f"{URL}/{charge}{act}").status_code == 405


def test_who_is_signed_out_is_sent_to_sign_in(nobody: FlaskClient) -> None:
    assert nobody.get(URL).status_code == 303
    assert nobody.post(f"{URL}/connect").status_code == 303


def test_keys_want_the_password_again(app: Flask, owner: FlaskClient) -> None:
    with app.app_context():
        db.session.execute(update(SignIn).values(confirmed_at=utc_now() - timedelta(hours=1)))
        db.session.commit()
    for answer in (owner.get(f"{URL}/connect"), owner.post(f"{URL}/connect", data=KEYS)):
        assert answer.status_code == 303
        assert answer.location.startswith("/confirm?next=")


# -- connecting ------------------------------------------------------------------------------------


def test_unconnected_page_says_what_connecting_does(owner: FlaskClient) -> None:
    page = owner.get(URL).text
    assert "Connect Stripe" in page
    assert "Everything is recorded" not in page


def test_form_shows_the_webhook_address_to_copy(
    owner: FlaskClient, app: Flask, firm: FirmFixture
) -> None:
    page = owner.get(f"{URL}/connect").text
    with app.app_context():
        key = db.session.get_one(Firm, firm.id).stripe_webhook_key
    assert f'data-copy="{app.config["PUBLIC_URL"]}/webhooks/stripe/{key}"' in page
    assert "charge.succeeded" in page


def test_key_that_cannot_be_checked_now_is_kept(
    app: Flask, owner: FlaskClient, firm: FirmFixture
) -> None:
    assert owner.post(f"{URL}/connect", data=KEYS).status_code == 303
    assert state(app, firm) == "connected"
    assert "the API key is not checked" in owner.get(URL).text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("api_key", "pk_test_0123456789", "publishable"),
        ("api_key", "", "begins with sk_"),
        ("api_key", "sk_test_0123 456789", "begins with sk_"),
        ("webhook_secret", "", "begins with whsec_"),
        ("webhook_secret", "sk_test_0123456789", "begins with whsec_"),
    ],
)
def test_what_is_no_key_is_refused_and_not_shown_again(
    app: Flask, owner: FlaskClient, firm: FirmFixture, field: str, value: str, said: str
) -> None:
    answer = owner.post(f"{URL}/connect", data={**KEYS, field: value}, headers=HTMX)
    assert answer.status_code == 422
    assert said in answer.text
    assert "0123456789" not in answer.text
    assert state(app, firm) == "none"


def test_secrets_are_on_no_page(owner: FlaskClient, connected: str) -> None:
    for path in ("", "/connect"):
        page = owner.get(URL + path).text
        assert KEYS["api_key"] not in page
        assert KEYS["webhook_secret"] not in page


def test_disconnecting_asks_first_and_wipes_the_keys(
    app: Flask, owner: FlaskClient, firm: FirmFixture, connected: str
) -> None:
    assert "Keep connected" in owner.get(f"{URL}/disconnect", headers=HTMX).text
    assert state(app, firm) == "connected"
    assert owner.post(f"{URL}/disconnect").status_code == 303
    with app.app_context():
        own = StripeConnection.of(firm.id)
        assert (own.state, own.api_key, own.webhook_secret) == ("none", None, None)


# -- what is not recorded --------------------------------------------------------------------------


def test_what_is_not_recorded_is_shown_with_cause_and_fix(owner: FlaskClient, charge: int) -> None:
    page = owner.get(URL).text
    assert "No client has this e-mail or name." in page
    assert "$185.00" in page
    assert "Renata &lt;Okonkwo&gt;" in page
    assert f"{URL}/{charge}" in page


def test_menu_tells_how_many_there_are(owner: FlaskClient, charge: int) -> None:
    for page in (owner.get(URL), owner.get("/settings/integrations/quickbooks")):
        menu = page.text.partition('id="qb-integrations"')[2].partition("</nav>")[0]
        assert f'href="{URL}"' in menu
        assert '<span class="count is-warn">1</span>' in menu


def test_every_cause_has_words_in_both_languages(
    app: Flask, owner: FlaskClient, charge: int
) -> None:
    details = {"number": "1042", "currency": "EUR", "field": "amount"}
    for language in ("en", "es"):
        owner.post(f"/language/{language}")
        for cause in causes.WORDS:
            with app.app_context():
                found = db.session.get_one(StripeObject, charge)
                found.problem, found.details = cause, details
                db.session.commit()
            page = owner.get(URL)
            assert page.status_code == 200
            assert f'lang="{language}"' in page.text
            assert "%(" not in page.text


def test_chosen_invoice_is_recorded(
    app: Flask, owner: FlaskClient, charge: int, records: Records
) -> None:
    chosen: dict[str, Any] = {"account": records.account, "invoice": "", "payment": ""}
    answer = owner.post(f"{URL}/{charge}", data=chosen)
    assert (answer.status_code, answer.location) == (303, URL)
    assert object_of(app, charge).payment_id is not None
    assert "No client has" not in owner.get(URL).text


def test_refused_choice_comes_back_with_its_reason(
    app: Flask, owner: FlaskClient, charge: int, records: Records
) -> None:
    """Only 120.00 of the invoice are open."""
    chosen = {"account": str(records.account), "invoice": str(records.invoice)}
    answer = owner.post(f"{URL}/{charge}", data=chosen, headers=HTMX)
    assert answer.status_code == 422
    assert "more than the invoice’s open balance" in answer.text
    assert object_of(app, charge).payment_id is None


def test_no_choice_is_refused(owner: FlaskClient, charge: int) -> None:
    answer = owner.post(f"{URL}/{charge}", data={"account": ""}, headers=HTMX)
    assert answer.status_code == 422
    assert "Choose a client" in answer.text


def test_another_firms_client_cannot_be_chosen(
    app: Flask, other_firm: FirmFixture, owner: FlaskClient, charge: int
) -> None:
    with app.app_context():
        theirs = intake.account(db.session.get_one(Firm, other_firm.id), {"name": "Theirs"})
        db.session.commit()
        other = theirs.id
    assert owner.post(f"{URL}/{charge}", data={"account": str(other)}).status_code == 422
    assert object_of(app, charge).choice == {}


def test_dismissed_is_listed_apart_and_can_be_restored(
    app: Flask, owner: FlaskClient, charge: int
) -> None:
    assert owner.post(f"{URL}/{charge}/dismiss").status_code == 303
    assert "Everything is recorded" in owner.get(URL).text
    assert "Renata" in owner.get(f"{URL}?state=dismissed").text
    assert owner.post(f"{URL}/{charge}/restore").status_code == 303
    assert "No client has this e-mail" in owner.get(URL).text


def test_htmx_gets_a_part_of_the_page(owner: FlaskClient, charge: int) -> None:
    for path in ("", f"/{charge}", "/connect"):
        assert "<html" not in owner.get(URL + path, headers=HTMX).text


def test_forms_want_their_token(app: Flask, owner: FlaskClient, charge: int) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert owner.post(f"{URL}/{charge}/dismiss").status_code == 400
    assert owner.post(f"{URL}/connect", data=KEYS).status_code == 400
