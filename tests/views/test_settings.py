"""Settings: where they lead, the firm, its team, its tokens, one's own sign-in."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import PASSWORD, FirmFixture
from tests.views.conftest import HTMX, SignInAs
from webapp.extensions import db
from webapp.models import ApiToken, Firm, Person, SignIn
from webapp.views.own_security import agent_name

SECURITY = "/settings/security"


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("owner", "/settings/integrations/quickbooks"),
        ("admin", "/settings/integrations/quickbooks"),
        ("member", SECURITY),
    ],
)
def test_settings_lead_to_what_the_person_may_open(
    role: str, page: str, client_of: SignInAs, firm: FirmFixture
) -> None:
    assert client_of(firm, role).get("/settings").location == page


def test_a_member_is_offered_no_page_that_is_refused(member: FlaskClient) -> None:
    page = member.get(SECURITY).text
    assert "/settings/team" not in page
    assert "/settings/firm" not in page


# -- the firm --------------------------------------------------------------------------------


def test_the_firm_takes_a_new_name_and_zone(app: Flask, admin: FlaskClient, firm: FirmFixture):
    data = {"name": "Hale & Ortiz", "timezone": "America/Puerto_Rico"}
    assert admin.post("/settings/firm", data=data).location == "/settings/firm"
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        assert (own.name, own.timezone) == ("Hale & Ortiz", "America/Puerto_Rico")


@pytest.mark.parametrize(
    "data",
    [
        {"name": " ", "timezone": "UTC"},
        {"name": "x" * 201, "timezone": "UTC"},
        {"name": "Hale", "timezone": "../../etc/passwd"},
        {},
    ],
)
def test_what_does_not_fit_changes_nothing_of_the_firm(
    data: dict[str, str], app: Flask, owner: FlaskClient, firm: FirmFixture
) -> None:
    answer = owner.post("/settings/firm", data=data, headers=HTMX)
    assert answer.status_code == 422
    assert "-error" in answer.text
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        assert (own.name, own.timezone) == ("Alder & Pine", "America/Los_Angeles")


# -- the team --------------------------------------------------------------------------------


def add(client: FlaskClient, **others: str) -> str:
    """A new member; the page that answers."""
    data = {"name": "Rosa Quintero", "email": "Rosa@alder.example", "role": "member", **others}
    return client.post("/settings/team", data=data, headers=HTMX).text


def shown_password(page: str) -> str:
    found = re.search(r'id="new-password">([^<]+)<', page)
    assert found is not None
    return found[1]


def test_a_new_person_signs_in_with_the_password_shown_once(
    app: Flask, admin: FlaskClient, nobody: FlaskClient
) -> None:
    password = shown_password(add(admin))
    assert "new-password" not in admin.get("/settings/team").text
    answer = nobody.post("/sign-in", data={"email": "rosa@alder.example", "password": password})
    assert answer.status_code == 303
    assert nobody.get("/invoices").status_code == 200


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"name": ""}, "Enter a name."),
        ({"email": "rosa"}, "Write one e-mail address"),
        ({"email": "OWNER@alder.example"}, "already has a sign-in"),
        ({"role": "owner"}, "Choose a role."),
        ({"role": "operator"}, "Choose a role."),
    ],
)
def test_a_person_that_does_not_fit_is_not_added(
    others: dict[str, str], message: str, app: Flask, owner: FlaskClient
) -> None:
    assert message in add(owner, **others)
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Person.id))) == 3


def test_a_disabled_person_is_out_at_once_and_can_be_let_in_again(
    owner: FlaskClient, member: FlaskClient, firm: FirmFixture, client_of: SignInAs
) -> None:
    member_id = firm.people["member"]
    owner.post(f"/settings/team/{member_id}/disable")
    assert member.get("/invoices").status_code == 303
    assert "Disabled" in owner.get("/settings/team").text
    owner.post(f"/settings/team/{member_id}/enable")
    assert client_of(firm, "member").get("/invoices").status_code == 200


def test_a_new_role_counts_from_the_next_click(
    owner: FlaskClient, member: FlaskClient, firm: FirmFixture
) -> None:
    owner.post(f"/settings/team/{firm.people['member']}/role", data={"role": "admin"})
    assert member.get("/settings/firm").status_code == 200


def test_a_renewed_password_ends_the_old_ones_sessions(
    owner: FlaskClient, member: FlaskClient, nobody: FlaskClient, firm: FirmFixture
) -> None:
    page = owner.post(f"/settings/team/{firm.people['member']}/password").text
    password = shown_password(page)
    assert member.get("/invoices").status_code == 303
    credentials = {"email": "member@alder.example", "password": PASSWORD}
    assert nobody.post("/sign-in", data=credentials).status_code == 422
    assert nobody.post("/sign-in", data={**credentials, "password": password}).status_code == 303


@pytest.mark.parametrize("act", ["role", "password", "disable", "enable"])
def test_no_one_changes_the_owner_or_themselves(
    act: str, admin: FlaskClient, firm: FirmFixture
) -> None:
    for role in ("owner", "admin"):
        url = f"/settings/team/{firm.people[role]}/{act}"
        assert admin.post(url, data={"role": "member"}).status_code == 403


@pytest.mark.parametrize("act", ["role", "password", "disable", "enable"])
def test_a_stranger_finds_none_of_our_people(
    act: str, stranger: FlaskClient, firm: FirmFixture
) -> None:
    url = f"/settings/team/{firm.people['member']}/{act}"
    assert stranger.post(url, data={"role": "admin"}).status_code == 404


@pytest.mark.parametrize("role", ["owner", "operator", ""])
def test_no_role_beyond_admin_is_given(role: str, owner: FlaskClient, firm: FirmFixture) -> None:
    url = f"/settings/team/{firm.people['member']}/role"
    assert owner.post(url, data={"role": role}).status_code == 400


# -- API tokens ------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_works(
    admin: FlaskClient, nobody: FlaskClient, firm: FirmFixture
) -> None:
    page = admin.post("/settings/api-tokens", data={"name": "Zapier"}, headers=HTMX).text
    found = re.search(r'id="new-token">([^<]+)<', page)
    assert found is not None
    assert found[1] not in admin.get("/settings/api-tokens").text
    headers = {"Authorization": f"Bearer {found[1]}"}
    assert nobody.get("/api/v1/accounts", headers=headers).status_code == 200


def test_a_revoked_token_is_refused(
    app: Flask, owner: FlaskClient, nobody: FlaskClient, firm: FirmFixture
) -> None:
    with app.app_context():
        token_id = db.session.scalars(db.select(ApiToken.id)).one()
    assert "Revoke token" in owner.get(f"/settings/api-tokens/{token_id}/revoke").text
    owner.post(f"/settings/api-tokens/{token_id}/revoke")
    headers = {"Authorization": f"Bearer {firm.token}"}
    assert nobody.get("/api/v1/accounts", headers=headers).status_code == 401
    assert owner.post(f"/settings/api-tokens/{token_id}/revoke").status_code == 404


def test_a_stranger_cannot_revoke_our_token(
    app: Flask, stranger: FlaskClient, firm: FirmFixture
) -> None:
    with app.app_context():
        token_id = db.session.scalars(
            db.select(ApiToken.id).where(ApiToken.firm_id == firm.id)
        ).one()
    assert stranger.post(f"/settings/api-tokens/{token_id}/revoke").status_code == 404


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_token_needs_a_name(name: str, app: Flask, owner: FlaskClient) -> None:
    answer = owner.post("/settings/api-tokens", data={"name": name})
    assert answer.status_code == 422
    assert "new-token" not in answer.text


# -- one's own sign-in -----------------------------------------------------------------------


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    client_of: SignInAs, firm: FirmFixture, nobody: FlaskClient
) -> None:
    here, elsewhere = client_of(firm, "member"), client_of(firm, "member")
    data = {"current": PASSWORD, "new": "another-long-password"}
    assert here.post(f"{SECURITY}/password", data=data).location == SECURITY
    assert here.get(SECURITY).status_code == 200
    assert elsewhere.get(SECURITY).status_code == 303
    credentials = {"email": "member@alder.example", "password": data["new"]}
    assert nobody.post("/sign-in", data=credentials).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("wrong", "another-long-password", "current"), (PASSWORD, "short", "new"), ("", "", "new")],
)
def test_a_password_that_does_not_fit_changes_nothing(
    current: str, new: str, field: str, member: FlaskClient, nobody: FlaskClient
) -> None:
    answer = member.post(
        f"{SECURITY}/password", data={"current": current, "new": new}, headers=HTMX
    )
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert "<html" not in answer.text
    credentials = {"email": "member@alder.example", "password": PASSWORD}
    assert nobody.post("/sign-in", data=credentials).status_code == 303


def test_ending_the_others_leaves_this_session(client_of: SignInAs, firm: FirmFixture) -> None:
    here, elsewhere = client_of(firm, "member"), client_of(firm, "member")
    assert "End all others" in here.get(SECURITY).text
    here.post(f"{SECURITY}/sessions/end-others")
    assert elsewhere.get(SECURITY).status_code == 303
    assert "End all others" not in here.get(SECURITY).text


def test_one_session_is_ended_and_only_ones_own(
    app: Flask, client_of: SignInAs, firm: FirmFixture
) -> None:
    here, elsewhere, boss = (client_of(firm, role) for role in ("member", "member", "owner"))
    with app.app_context():
        second = db.session.scalars(
            db.select(SignIn.id).where(SignIn.person_id == firm.people["member"])
        ).all()[1]
    assert boss.post(f"{SECURITY}/sessions/{second}/end").status_code == 404
    assert here.post(f"{SECURITY}/sessions/{second}/end").status_code == 303
    assert elsewhere.get(SECURITY).status_code == 303
    assert here.get(SECURITY).status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/130.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Macintosh; Mac OS X 10_15) Chrome/129 Safari/537 Edg/129", "Edge, macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Version/17 Safari/604", "Safari, iPhone"),
        ("curl/8", "Unknown device"),
        (None, "Unknown device"),
    ],
)
def test_a_session_says_which_browser_it_is(agent: str | None, name: str, app: Flask) -> None:
    with app.test_request_context():
        assert agent_name(agent) == name
