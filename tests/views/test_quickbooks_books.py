"""The page that compares both books: what it shows, to whom, and how one gets to the records."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.views.conftest import HTMX
from tests.views.quickbooks_scene import BASE, Scene
from webapp.extensions import db
from webapp.models import BookComparison, BookRow, Entry, Invoice, Link, outbox
from webapp.models.books import DONE, FAILED
from webapp.quickbooks.books import work

BOOKS = f"{BASE}/books"


@pytest.fixture
def synced(scene: Scene) -> Scene:
    """The invoice and the payment are in QuickBooks as they are here; the others wait."""
    with scene.app.app_context():
        for kind, record_id, known in (
            ("account", scene.records.account, {"name": "Bluebird Café"}),
            ("invoice", scene.records.invoice, {"date": "2026-08-14", "total": "420.00"}),
            ("payment", scene.records.payment, {"date": "2026-08-20", "total": "300.00"}),
        ):
            facts = known if kind == "account" else {"customer": "account-1", **known}
            link = Link(firm_id=scene.firm_id, kind=kind, record_id=record_id, known=facts)
            link.quickbooks_id, link.sync_token = f"{kind}-1", "0"
            db.session.add(link)
            entry = Entry.find(scene.firm_id, kind, record_id)
            assert entry is not None
            entry.rest(outbox.DONE)
            entry.reached = entry.wanted
        db.session.commit()
    return scene


def compare(client: FlaskClient) -> str:
    assert client.post(BOOKS, data={"source": "known"}).location == BOOKS
    return client.get(BOOKS).text


def tamper(scene: Scene) -> None:
    with scene.app.app_context():
        db.session.execute(update(Invoice).values(total_minor=42100))
        db.session.commit()


def row_ids(scene: Scene) -> list[int]:
    with scene.app.app_context():
        found = select(BookRow.id).order_by(BookRow.standing, BookRow.month.desc(), BookRow.id)
        return list(db.session.scalars(found))


def test_before_the_first_comparison_it_says_what_it_does(scene: Scene, owner: FlaskClient) -> None:
    text = owner.get(BOOKS).text
    assert "Compare now" in text
    assert "at least 4 metered calls" in text
    assert f'href="{BOOKS}"' in owner.get(BASE).text


def test_what_differs_stands_first_and_what_is_equal_aside(
    synced: Scene, owner: FlaskClient
) -> None:
    text = compare(owner)
    assert "2 rows differ, and the reasons are known." in text
    assert "August 2026" in text
    assert "Explained" in text
    assert "Equal" not in text
    everything = owner.get(f"{BOOKS}?show=all").text
    assert everything.index("Explained") < everything.index("Equal")
    assert everything.count("1 · $420.00") == 2


def test_a_tampered_row_is_red_and_leads_to_its_record(synced: Scene, owner: FlaskClient) -> None:
    compare(owner)
    tamper(synced)
    text = compare(owner)
    assert "1 row differs and nothing here explains it." in text
    assert text.index("Unexplained") < text.index("Explained")
    records = owner.get(f"{BOOKS}/{row_ids(synced)[0]}").text
    assert f'href="/invoices/{synced.records.invoice}">#1042</a>' in records
    for said in ("$421.00", "$420.00", "QuickBooks ID invoice-1", "Nothing here explains it."):
        assert said in records


def test_an_explained_row_leads_to_its_error(synced: Scene, owner: FlaskClient) -> None:
    issue = synced.issue("refund", "closed")
    compare(owner)
    pages = [owner.get(f"{BOOKS}/{row_id}").text for row_id in row_ids(synced)[:2]]
    text = next(page for page in pages if "Its error is open." in page)
    assert "Not there" in text
    address = f"{BASE}/issues/{issue}/detail"
    assert f'href="{address}"' in text
    assert owner.get(address).status_code == 303


def test_while_it_reads_the_page_asks_for_itself(synced: Scene, owner: FlaskClient) -> None:
    owner.post(BOOKS, data={"source": "quickbooks"})
    text = owner.get(BOOKS, headers=HTMX).text
    assert "<html" not in text
    assert 'hx-trigger="every 2s"' in text
    assert "Reading QuickBooks: 0 calls so far." in text
    queued = synced.app.extensions["sync_queue"].jobs
    assert (work.JOB, [synced.firm_id]) in [(job.func_name, job.args) for job in queued]


@pytest.mark.parametrize(
    "trouble", [work.NOT_CONNECTED, work.SIGN_IN, work.REFUSED, work.NO_ANSWER]
)
def test_what_failed_is_shown_as_such(trouble: str, synced: Scene, owner: FlaskClient) -> None:
    owner.post(BOOKS, data={"source": "quickbooks"})
    with synced.app.app_context():
        db.session.execute(update(BookComparison).values(state=FAILED, trouble=trouble))
        db.session.commit()
    text = owner.get(BOOKS).text
    assert "every 2s" not in text
    assert "notice is-bad" in text
    assert "say the same" not in text


def test_a_new_comparison_takes_the_place_of_the_last(synced: Scene, owner: FlaskClient) -> None:
    compare(owner)
    rows = len(row_ids(synced))
    compare(owner)
    assert len(row_ids(synced)) == rows
    with synced.app.app_context():
        assert db.session.query(BookComparison).one().state == DONE


def test_whom_it_answers(
    synced: Scene,
    owner: FlaskClient,
    admin: FlaskClient,
    member: FlaskClient,
    operator: FlaskClient,
    nobody: FlaskClient,
    stranger: FlaskClient,
) -> None:
    compare(owner)
    row = f"{BOOKS}/{row_ids(synced)[0]}"
    for path in (BOOKS, row):
        assert admin.get(path).status_code == 200
        assert member.get(path).status_code == operator.get(path).status_code == 403
        assert nobody.get(path).status_code == 303
    assert stranger.get(row).status_code == 404
    assert member.post(BOOKS, data={"source": "known"}).status_code == 403
    assert owner.post(BOOKS, data={"source": "else"}).status_code == 400


def test_it_speaks_spanish(synced: Scene, owner: FlaskClient) -> None:
    owner.set_cookie("language", "es")
    text = compare(owner)
    assert "agosto 2026" in text
    assert "2 filas difieren y se sabe por qué." in text
