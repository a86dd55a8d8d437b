"""Whom the QuickBooks page answers, route by route: owner, admin, member, stranger, operator."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.views.conftest import HTMX
from tests.views.quickbooks_scene import BASE, Scene

LISTS = ("accounts", "invoices", "payments", "refunds", "expenses", "services")
PAGES = (BASE, f"{BASE}/set-up", *(f"{BASE}/errors/{name}" for name in LISTS))
OF_AN_ISSUE = ("row", "detail")
POSTS = (
    f"{BASE}/pause",
    f"{BASE}/resume",
    f"{BASE}/sync-now",
    f"{BASE}/numbers",
    f"{BASE}/set-up",
    f"{BASE}/set-up/read",
    f"{BASE}/errors/invoices/bulk",
    f"{BASE}/errors/invoices/all",
)
FOR_OWNER = (f"{BASE}/connect", f"{BASE}/callback", f"{BASE}/disconnect")
ACTS = ("resync", "ignore", "restore", "use-number", "link", "delete", "stop-syncing")


@pytest.mark.parametrize("path", PAGES)
def test_owner_and_admins_see_the_page(
    path: str, scene: Scene, owner: FlaskClient, admin: FlaskClient
) -> None:
    for client in (owner, admin):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "<!doctype html>" in answer.text


@pytest.mark.parametrize("path", PAGES + FOR_OWNER)
def test_a_member_is_refused(path: str, scene: Scene, member: FlaskClient) -> None:
    assert member.get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES + FOR_OWNER)
def test_an_operator_is_refused(path: str, scene: Scene, operator: FlaskClient) -> None:
    assert operator.get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES + FOR_OWNER)
def test_who_is_signed_out_signs_in_first(path: str, scene: Scene, nobody: FlaskClient) -> None:
    answer = nobody.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("path", FOR_OWNER)
def test_only_the_owner_connects(path: str, scene: Scene, admin: FlaskClient) -> None:
    assert admin.get(path).status_code == 403
    assert admin.post(path).status_code in (403, 405)


@pytest.mark.parametrize("path", POSTS)
def test_a_member_changes_nothing(path: str, scene: Scene, member: FlaskClient) -> None:
    assert member.post(path).status_code == 403


@pytest.mark.parametrize("action", ACTS)
def test_acts_are_for_fixers_of_the_firm(
    action: str, scene: Scene, member: FlaskClient, stranger: FlaskClient, operator: FlaskClient
) -> None:
    url = f"{BASE}/issues/{scene.issue()}/{action}"
    assert member.post(url).status_code == 403
    assert operator.post(url).status_code == 403
    assert stranger.post(url).status_code == 404


@pytest.mark.parametrize("part", OF_AN_ISSUE)
def test_another_firms_issue_is_not_found(
    part: str, scene: Scene, stranger: FlaskClient, member: FlaskClient
) -> None:
    url = f"{BASE}/issues/{scene.issue()}/{part}"
    assert stranger.get(url, headers=HTMX).status_code == 404
    assert member.get(url, headers=HTMX).status_code == 403


def test_another_firms_issues_stay_out_of_bulk(scene: Scene, stranger: FlaskClient) -> None:
    issue = scene.issue()
    data = {"action": "ignore", "issue": str(issue)}
    stranger.post(f"{BASE}/errors/invoices/bulk", data=data)
    stranger.post(f"{BASE}/errors/invoices/all", data=data)
    assert scene.state(issue) == "open"


def test_an_act_is_no_page(scene: Scene, owner: FlaskClient) -> None:
    assert owner.get(f"{BASE}/issues/{scene.issue()}/resync").status_code == 405


def test_an_unknown_list_is_not_found(scene: Scene, owner: FlaskClient) -> None:
    assert owner.get(f"{BASE}/errors/estimates").status_code == 404


def test_an_id_no_database_can_hold_is_not_found(scene: Scene, owner: FlaskClient) -> None:
    assert owner.get(f"{BASE}/issues/{10**30}/row").status_code == 404


def test_members_never_see_the_banner(
    scene: Scene, owner: FlaskClient, member: FlaskClient
) -> None:
    scene.issue()
    assert "1 QuickBooks sync error needs your attention." in owner.get("/invoices").text
    assert "needs your attention" not in member.get("/invoices").text
