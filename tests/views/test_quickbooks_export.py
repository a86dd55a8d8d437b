"""An error list as a file: what is in it, for whom, and in how much memory."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views.quickbooks_scene import BASE, DUPLICATE, THEIRS, Scene
from tests.views.test_quickbooks_lists import many
from webapp.views.quickbooks import export as quickbooks_export

KINDS = ("account", "service", "invoice", "payment", "refund", "expense")
INVOICES = f"{BASE}/errors/invoices.csv"


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("kind", KINDS)
def test_each_list_is_a_file(kind: str, scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue(kind, "closed" if kind not in ("account", "service") else "name_taken")
    found = rows(owner, f"{BASE}/errors/{kind}s.csv")
    assert [row["issue_id"] for row in found] == [str(issue)]
    assert found[0]["What happened"]
    assert found[0]["How to fix it"]


def test_a_row_says_what_the_page_says(scene: Scene, admin: FlaskClient) -> None:
    facts = {"n": "1042", "holder": "Pinecrest Builders"}
    scene.issue(facts=facts, fault=DUPLICATE, theirs=THEIRS)
    (row,) = rows(admin, INVOICES)
    assert row["Record"] == "#1042"
    assert row["Client"] == "Bluebird Café"
    assert (row["Amount"], row["Currency"]) == ("420.00", "USD")
    assert row["What happened"] == "Number 1042 is already used in QuickBooks"
    assert (row["QuickBooks code"], row["intuit_tid"]) == ("6140", "1-66bd")


def test_it_speaks_the_language_of_who_asks(scene: Scene, owner: FlaskClient) -> None:
    scene.issue(facts={"n": "1042"})
    owner.set_cookie("language", "es")
    assert "Qué pasó" in rows(owner, INVOICES)[0]


def test_search_cause_and_state_of_the_page_hold(scene: Scene, owner: FlaskClient) -> None:
    scene.issue()
    many(scene.app, scene, 3, shared_by="closed:2026-07-31")
    many(scene.app, scene, 1, cause="other", state="ignored")
    assert len(rows(owner, INVOICES)) == 4, "those that share a line, too"
    assert len(rows(owner, f"{INVOICES}?cause=closed")) == 3
    assert len(rows(owner, f"{INVOICES}?q=10001")) == 1
    assert len(rows(owner, f"{INVOICES}?state=ignored")) == 1


def test_a_name_that_is_a_formula_is_written_as_text(scene: Scene, owner: FlaskClient) -> None:
    many(scene.app, scene, 1, client='=HYPERLINK("http://evil.example","Pay")', title="@SUM(1)")
    (row,) = rows(owner, INVOICES)
    assert row["Client"].startswith("'=")
    assert row["Record"].startswith("'@")


def test_the_page_links_to_its_file(scene: Scene, owner: FlaskClient) -> None:
    scene.issue()
    text = owner.get(f"{BASE}/errors/invoices?cause=dup_number").text
    assert f'href="{INVOICES}?cause=dup_number" download' in text


def test_every_page_of_rows_comes_once(
    scene: Scene, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quickbooks_export, "AT_ONCE", 7)
    many(scene.app, scene, 21)
    ids = [int(row["issue_id"]) for row in rows(owner, INVOICES)]
    assert len(ids) == 21
    assert ids == sorted(set(ids), reverse=True)


def test_whom_it_answers(
    scene: Scene,
    member: FlaskClient,
    operator: FlaskClient,
    nobody: FlaskClient,
    stranger: FlaskClient,
) -> None:
    scene.issue()
    assert member.get(INVOICES).status_code == 403
    assert operator.get(INVOICES).status_code == 403
    assert nobody.get(INVOICES).status_code == 303
    assert rows(stranger, INVOICES) == []
    assert stranger.get(f"{BASE}/errors/nothing.csv").status_code == 404


def peak_bytes(client: FlaskClient) -> tuple[int, int]:
    """Lines of the file, and the most memory that sending it took beyond the start."""
    tracemalloc.start()
    answer = client.get(INVOICES, buffered=False)
    lines = sum(part.count(b"\r\n") for part in answer.iter_encoded())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answer.close()
    return lines - 1, peak


@pytest.mark.full
def test_a_hundred_thousand_rows_take_no_more_memory_than_a_few(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    many(app, scene, 3_000)
    peak_bytes(owner)
    few, of_few = peak_bytes(owner)
    many(app, scene, 97_000, cause="number_too_long")
    everything, of_everything = peak_bytes(owner)
    assert (few, everything) == (3_000, 100_000)
    assert of_everything < 1.5 * of_few
