"""Which page answers whom, and how: one checklist over every page of the firm's work."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.views.conftest import HTMX, Records

OF_A_RECORD = (
    "/accounts/{account}",
    "/accounts/{account}/invoices",
    "/accounts/{account}/payments",
    "/accounts/{account}/edit",
    "/accounts/{account}/delete",
    "/services/{service}",
    "/services/{service}/delete",
    "/invoices/{invoice}",
    "/invoices/{invoice}/edit",
    "/invoices/{invoice}/delete",
    "/payments/new?invoice={invoice}",
    "/recurring/{recurring}",
    "/recurring/{recurring}/delete",
    "/payments/{payment}",
    "/payments/{payment}/edit",
    "/payments/{payment}/delete",
    "/payments/{payment}/refunds/new",
    "/payments/{payment}/expenses/new",
    "/refunds/{refund}",
    "/refunds/{refund}/delete",
    "/expenses/{expense}",
    "/expenses/{expense}/delete",
)
OF_THE_FIRM = (
    "/accounts",
    "/accounts/new",
    "/services",
    "/services/new",
    "/invoices",
    "/invoices/new",
    "/invoices/account-hint",
    "/payments",
    "/payments/new",
    "/recurring",
    "/recurring/new",
    "/payments/open-invoices",
    "/settings/security",
)
FOR_FIXERS = ("/settings/firm", "/settings/team", "/settings/api-tokens")

POSTS_ON_A_RECORD = (
    "/accounts/{account}",
    "/accounts/{account}/delete",
    "/accounts/{account}/sync",
    "/services/{service}",
    "/services/{service}/delete",
    "/invoices/{invoice}",
    "/invoices/{invoice}/delete",
    "/payments/{payment}",
    "/payments/{payment}/delete",
    "/recurring/{recurring}",
    "/recurring/{recurring}/pause",
    "/recurring/{recurring}/resume",
    "/recurring/{recurring}/delete",
    "/payments/{payment}/refunds",
    "/payments/{payment}/expenses",
    "/refunds/{refund}",
    "/refunds/{refund}/delete",
    "/expenses/{expense}",
    "/expenses/{expense}/delete",
)
POST_ONLY = (
    "/accounts/{account}/sync",
    "/invoices/lines",
    "/invoices/totals",
    "/recurring/lines",
    "/recurring/totals",
    "/recurring/{recurring}/pause",
    "/payments/{payment}/refunds",
    "/payments/{payment}/expenses",
    "/settings/team/1/role",
    "/settings/team/1/password",
    "/settings/team/1/disable",
    "/settings/team/1/enable",
    "/settings/security/password",
    "/settings/security/sessions/1/end",
    "/settings/security/sessions/end-others",
)


def at(path: str, records: Records) -> str:
    return path.format(**vars(records))


@pytest.mark.parametrize("path", OF_A_RECORD + OF_THE_FIRM)
def test_a_member_gets_the_whole_page(path: str, member: FlaskClient, records: Records) -> None:
    answer = member.get(at(path, records))
    assert answer.status_code == 200
    assert "<!doctype html>" in answer.text


@pytest.mark.parametrize("path", OF_A_RECORD + OF_THE_FIRM + FOR_FIXERS)
def test_htmx_gets_a_part_of_the_page(path: str, owner: FlaskClient, records: Records) -> None:
    answer = owner.get(at(path, records), headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("path", OF_A_RECORD)
def test_a_stranger_finds_nothing(path: str, stranger: FlaskClient, records: Records) -> None:
    assert stranger.get(at(path, records)).status_code == 404


@pytest.mark.parametrize("path", POSTS_ON_A_RECORD)
def test_a_stranger_changes_nothing(path: str, stranger: FlaskClient, records: Records) -> None:
    assert stranger.post(at(path, records), data={"on": "0"}).status_code == 404


@pytest.mark.parametrize("path", FOR_FIXERS)
def test_settings_of_the_firm_are_for_owner_and_admins(
    path: str, admin: FlaskClient, member: FlaskClient
) -> None:
    assert admin.get(path).status_code == 200
    assert member.get(path).status_code == 403
    assert member.post(path).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/{account}/sync",
        "/settings/team/1/role",
        "/settings/team/1/password",
        "/settings/team/1/disable",
        "/settings/team/1/enable",
        "/settings/api-tokens/1/revoke",
    ],
)
def test_a_member_may_not_act_on_sync_or_settings(
    path: str, member: FlaskClient, records: Records
) -> None:
    assert member.post(at(path, records), data={"on": "0"}).status_code == 403


@pytest.mark.parametrize("path", POST_ONLY)
def test_what_changes_something_is_no_page(path: str, owner: FlaskClient, records: Records) -> None:
    assert owner.get(at(path, records)).status_code == 405


@pytest.mark.parametrize("path", OF_A_RECORD + OF_THE_FIRM + FOR_FIXERS)
def test_who_is_signed_out_is_sent_to_sign_in(
    path: str, nobody: FlaskClient, records: Records
) -> None:
    answer = nobody.get(at(path, records))
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("path", sorted({*OF_THE_FIRM, *FOR_FIXERS} - {"/settings/security"}))
def test_an_operator_has_no_firm_to_work_on(path: str, operator: FlaskClient) -> None:
    assert operator.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/accounts", "/invoices", "/settings/team"])
def test_a_form_without_its_token_is_refused(path: str, owner: FlaskClient) -> None:
    owner.application.config["WTF_CSRF_ENABLED"] = True
    assert owner.post(path, data={"name": "Bluebird"}).status_code == 400


def test_an_id_no_database_can_hold_is_not_found(owner: FlaskClient) -> None:
    assert owner.get(f"/accounts/{10**30}").status_code == 404
