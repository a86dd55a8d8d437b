"""What the six lists show: counts, search, causes, pages, shared causes; in how many statements."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from tests.views.conftest import HTMX
from tests.views.quickbooks_scene import BASE, Scene
from webapp.extensions import db
from webapp.models import KINDS, Account, Issue
from webapp.views.quickbooks import lists
from webapp.views.quickbooks.lists import SIZE

INVOICES = f"{BASE}/errors/invoices"


def many(app: Flask, scene: Scene, number: int, **values: object) -> None:
    """Further open issues of the firm's invoices, straight into the table."""
    rows = [
        {
            "firm_id": scene.firm_id,
            "kind": "invoice",
            "record_id": 10_000 + n,
            "cause": "closed",
            "state": "open",
            "title": f"#{10_000 + n}",
            "client": "Café Müller",
            "search_key": f"#{10_000 + n} cafe muller",
            "facts": {},
            "tries": 1,
            **values,
        }
        for n in range(number)
    ]
    with app.app_context():
        db.session.execute(insert(Issue), rows)
        db.session.commit()


def clients(app: Flask, scene: Scene, number: int) -> None:
    """The accounts that the issues of `many` are of, when their kind is account."""
    common = {"firm_id": scene.firm_id, "account_kind": "business", "version": 1}
    rows = [{**common, "id": 10_000 + n, "name": f"Café {n}"} for n in range(number)]
    with app.app_context():
        db.session.execute(insert(Account), rows)
        db.session.commit()


def test_an_issue_shows_its_cause_fix_and_amount(scene: Scene, owner: FlaskClient) -> None:
    scene.issue(facts={"n": "1042", "holder": "Pinecrest Builders"})
    text = owner.get(INVOICES).text
    assert "Number 1042 is already used in QuickBooks" in text
    assert "It belongs to an invoice of Pinecrest Builders." in text
    assert "$420.00" in text


def test_tabs_count_the_open_issues_of_each_kind(scene: Scene, owner: FlaskClient) -> None:
    scene.issue()
    scene.issue("account", "no_customer")
    text = owner.get(INVOICES).text
    assert 'Invoices <span class="count is-bad">1</span>' in text
    assert 'Accounts <span class="count ">1</span>' in text
    assert 'Refunds <span class="count is-zero">0</span>' in text


def test_htmx_gets_the_list_and_its_tabs_alone(scene: Scene, owner: FlaskClient) -> None:
    scene.issue()
    answer = owner.get(INVOICES, headers=HTMX)
    assert "<html" not in answer.text
    assert answer.text.lstrip().startswith('<div class="list" id="qb-list"')
    assert 'id="qb-tabs"' in answer.text


@pytest.mark.parametrize("words", ["1043", "cafe", "CAFÉ", "bluebird caf"])
def test_search_ignores_case_and_accents(words: str, scene: Scene, owner: FlaskClient) -> None:
    scene.issue(record_id=scene.invoice("1043"))
    assert "#1043" in owner.get(INVOICES, query_string={"q": words}).text


def test_search_that_finds_nothing_says_so(scene: Scene, owner: FlaskClient) -> None:
    scene.issue()
    text = owner.get(INVOICES, query_string={"q": "zebra%"}).text
    assert 'No invoice matches "zebra%"' in text
    assert "1 open error is hidden by your search and filter." in text


def test_a_search_is_counted_so_far_and_still_paged_to_its_end(
    app: Flask, scene: Scene, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "COUNTED_UP_TO", 2 * SIZE)
    many(app, scene, 3 * SIZE + 1)
    asked = {"q": "muller"}
    first = owner.get(INVOICES, query_string=asked).text
    assert f"1 to {SIZE} of {2 * SIZE}+" in first
    assert "page=2" in first
    third = owner.get(INVOICES, query_string={**asked, "page": 3}).text
    assert f"{2 * SIZE + 1} to {3 * SIZE} of {3 * SIZE}+" in third
    last = owner.get(INVOICES, query_string={**asked, "page": 9}).text
    assert f"{3 * SIZE + 1} to {3 * SIZE + 1} of {3 * SIZE + 1}<" in last
    assert f'href="/invoices/{10_000}"' in last


def test_the_cause_filter_shows_only_that_cause(scene: Scene, owner: FlaskClient) -> None:
    scene.issue()
    scene.issue(cause="closed", record_id=scene.invoice("1043"))
    text = owner.get(INVOICES, query_string={"cause": "closed"}).text
    assert "#1043" in text
    assert "#1042" not in text


def test_ignored_issues_have_their_own_list(scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue()
    owner.post(f"{BASE}/issues/{issue}/ignore")
    assert "#1042" not in owner.get(INVOICES).text
    text = owner.get(INVOICES, query_string={"state": "ignored"}).text
    assert "#1042" in text
    assert "Ignored by Owner. No more tries." in text


def test_pages_show_every_issue_once(app: Flask, scene: Scene, owner: FlaskClient) -> None:
    many(app, scene, 2 * SIZE + 3)
    seen = []
    for page in (1, 2, 3):
        text = owner.get(INVOICES, query_string={"page": page}, headers=HTMX).text
        seen += [
            n
            for n in range(10_000, 10_000 + 2 * SIZE + 3)
            if f'<a class="name" href="/invoices/{n}"' in text
        ]
    assert sorted(seen) == list(range(10_000, 10_000 + 2 * SIZE + 3))


def test_a_page_past_the_end_is_the_last_one(app: Flask, scene: Scene, owner: FlaskClient) -> None:
    many(app, scene, SIZE + 1)
    text = owner.get(INVOICES, query_string={"page": 99}).text
    assert f"{SIZE + 1} to {SIZE + 1} of {SIZE + 1}" in text


def test_one_cause_of_many_records_is_one_line(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    many(app, scene, 12, shared_by="closed:2026-06-30")
    text = owner.get(INVOICES, headers=HTMX).text
    assert text.count('id="qb-row-') == 1
    assert "The same holds 11 more records. One fix releases them." in text
    assert (
        owner.get(INVOICES, query_string={"q": "muller"}, headers=HTMX).text.count('id="qb-row-')
        == 12
    )


@pytest.mark.parametrize("kind", [*KINDS, None])
def test_the_number_of_statements_does_not_grow_with_the_issues(
    app: Flask, scene: Scene, owner: FlaskClient, statements: list[str], kind: str | None
) -> None:
    """Of each list, and of the page at its own address."""
    clients(app, scene, 60)
    url = f"{BASE}/errors/{kind}s" if kind else BASE
    kinds = [kind] if kind else KINDS
    for each in kinds:
        many(app, scene, 3, kind=each)
    owner.get(url)
    statements.clear()
    assert owner.get(url).text.count('class="issue is-open"') == 3
    with_three = len(statements)
    for each in kinds:
        many(app, scene, 57, kind=each, cause="unknown", client="Núñez")
    statements.clear()
    assert owner.get(url).text.count('class="issue is-open"') == SIZE
    assert len(statements) == with_three
    assert with_three < 30


def test_the_opened_row_works_without_a_script(scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue()
    text = owner.get(INVOICES, query_string={"open": issue}).text
    assert f'id="qb-detail-{issue}"' in text
    assert "New invoice number" in text


@pytest.mark.parametrize(("kind", "leads"), [("invoice", True), ("payment", False)])
def test_only_an_invoice_has_a_form_for_its_currency(
    scene: Scene, owner: FlaskClient, kind: str, leads: bool
) -> None:
    scene.issue(kind, "currency", facts={"ours": "EUR", "theirs": "USD"})
    page = owner.get(f"{BASE}/errors/{kind}s").text
    assert "It is in EUR, and your company’s currency is USD" in page
    assert (f"/{kind}s/{getattr(scene.records, kind)}/edit" in page) == leads
