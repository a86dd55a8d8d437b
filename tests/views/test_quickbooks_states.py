"""The page in each state of the connection, and with more issues than anybody should have."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from tests.views.conftest import Records
from tests.views.quickbooks_scene import BASE, Scene
from webapp.extensions import db
from webapp.models import Connection, Entry, Issue
from webapp.views.quickbooks import activity

QUICK_S = 1.5


def test_before_connecting_the_owner_may_and_an_admin_may_not(
    owner: FlaskClient, admin: FlaskClient
) -> None:
    page = owner.get(BASE).text
    assert "Send your billing to QuickBooks Online" in page
    assert f'href="{BASE}/connect"' in page
    assert "Available after you connect QuickBooks." in page
    assert f'href="{BASE}/connect"' not in admin.get(BASE).text


def test_a_connected_company_is_named(scene: Scene, owner: FlaskClient) -> None:
    page = owner.get(BASE).text
    assert "Hale &amp; Ortiz CPAs, LLC" in page
    assert "Connected" in page


def test_until_set_up_is_done_the_page_says_so(scene: Scene, owner: FlaskClient) -> None:
    scene.connect(set_up_at=None)
    assert "Set-up is not finished." in owner.get(BASE).text


def test_all_clear_is_said(scene: Scene, owner: FlaskClient) -> None:
    with scene.app.app_context():
        db.session.execute(update(Entry).values(state="done", due_at=None))
        db.session.commit()
    page = owner.get(BASE).text
    assert "Everything is in QuickBooks" in page
    assert "All 6 records are in QuickBooks." in page


def test_a_lost_sign_in_offers_to_reconnect(
    scene: Scene, owner: FlaskClient, admin: FlaskClient
) -> None:
    with scene.app.app_context():
        Connection.of(scene.firm_id).change_state("sign_in_again", "refresh_refused")
        db.session.commit()
    page = owner.get(BASE).text
    assert "QuickBooks no longer accepts our access." in page
    assert "Reconnect to QuickBooks" in page
    assert "After you reconnect, we send them in order. Nothing is sent twice." in page
    assert f'href="{BASE}/connect"' not in admin.get(BASE).text


def test_a_silent_quickbooks_is_no_record_error(scene: Scene, owner: FlaskClient) -> None:
    scene.connect(failures=4, not_before=datetime.now(UTC) + timedelta(minutes=5))
    page = owner.get(BASE).text
    assert "QuickBooks does not answer." in page
    assert "Next try at" in page
    assert "None open" in page


def test_a_lapsed_subscription_is_said(scene: Scene, owner: FlaskClient) -> None:
    scene.connect(state_reason="refused_6190")
    assert "The QuickBooks subscription has lapsed." in owner.get(BASE).text


def test_a_first_copy_shows_its_progress_and_can_be_paused(
    scene: Scene, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "COPY_FROM", 2)
    with scene.app.app_context():
        done = update(Entry).where(Entry.kind.in_(("account", "service", "invoice")))
        db.session.execute(done.values(state="done", due_at=None))
        moving = update(Entry).where(Entry.kind.in_(("payment", "refund", "expense")))
        db.session.execute(moving.values(state="ready"))
        db.session.commit()
    copying = owner.get(BASE).text
    assert 'role="progressbar"' in copying
    assert "3 of 6 records" in copying
    assert "you can leave this page" in copying
    assert f'action="{BASE}/pause"' in copying
    paused = owner.post(f"{BASE}/pause", follow_redirects=True).text
    assert "After you resume, we send them in order. Nothing is sent twice." in paused
    assert f'action="{BASE}/resume"' in paused
    assert f'action="{BASE}/pause"' not in paused
    assert "3 of 6 records" in owner.post(f"{BASE}/resume", follow_redirects=True).text


def test_the_switch_of_the_numbers_keeps_its_place(scene: Scene, owner: FlaskClient) -> None:
    answer = owner.post(
        f"{BASE}/numbers", data={"sync_invoice_numbers": "1"}, headers={"HX-Request": "true"}
    )
    assert 'id="qb-invoices"' in answer.text
    assert 'aria-checked="true"' in answer.text


@pytest.mark.full
def test_a_hundred_thousand_issues_do_not_slow_the_page(
    app: Flask, records: Records, scene: Scene, owner: FlaskClient
) -> None:
    rows = [
        {
            "firm_id": scene.firm_id,
            "kind": "invoice",
            "record_id": 10_000 + n,
            "cause": "closed" if n % 3 else "dup_number",
            "title": f"#{n}",
            "client": f"Client {n}",
            "search_key": f"#{n} client {n}",
            "shared_by": "closed:2026-06-30" if n % 3 else None,
        }
        for n in range(100_000)
    ]
    with app.app_context():
        db.session.execute(insert(Issue), rows)
        db.session.commit()
    for query in ({}, {"page": 1000}, {"q": "client 99999"}, {"cause": "closed", "page": 500}):
        started = time.monotonic()
        assert owner.get(f"{BASE}/errors/invoices", query_string=query).status_code == 200
        assert time.monotonic() - started < QUICK_S, query
