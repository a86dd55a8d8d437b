"""What a watcher is told: is it alive, which part is missing, and the figures for who may see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from tests.conftest import FirmFixture
from webapp import database_version, presence
from webapp.extensions import db
from webapp.models import Entry, Firm
from webapp.quickbooks import figures, tally
from webapp.views.health import _CHECKS

TOKEN = "a-token-for-metrics-0123456789-0123456789"


@pytest.fixture
def migrated(app: Flask) -> Iterator[None]:
    """The tests' tables are made without migrations: say which they stand for."""
    with app.app_context():
        db.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        (head,) = database_version.heads()
        db.session.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
        db.session.commit()
    yield
    with app.app_context():
        db.session.execute(text("DROP TABLE alembic_version"))
        db.session.commit()


def figures_of(text_form: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text_form)
        for sample in family.samples
    }


def test_alive_asks_nobody(nobody: FlaskClient) -> None:
    assert nobody.get("/healthz").json == {"status": "ok"}


def test_ready_names_the_parts_that_are_missing(nobody: FlaskClient, migrated: None) -> None:
    answer = nobody.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "database": "ok",
        "migrations": "ok",
        "redis": "ok",
        "worker": "not ready",
        "scheduler": "not ready",
    }


def test_ready_for_people_needs_no_worker(nobody: FlaskClient, migrated: None) -> None:
    answer = nobody.get("/readyz?only=web")
    assert (answer.status_code, set(answer.json or {})) == (
        200,
        {"database", "migrations", "redis"},
    )


def test_ready_sees_the_scheduler(app: Flask, nobody: FlaskClient) -> None:
    app.extensions["redis"].set(presence.SCHEDULER, "me")
    assert (nobody.get("/readyz").json or {})["scheduler"] == "ok"


def test_ready_says_that_migrations_have_not_run(
    app: Flask, nobody: FlaskClient, migrated: None
) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        db.session.commit()
    answer = nobody.get("/readyz?only=web")
    assert (answer.status_code, (answer.json or {})["migrations"]) == (503, "not ready")


def test_every_part_is_checked_by_itself(
    nobody: FlaskClient, migrated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_CHECKS, "redis", lambda: False)
    assert (nobody.get("/readyz?only=web").json or {})["redis"] == "not ready"


@pytest.fixture
def outbox(app: Flask, firm: FirmFixture) -> None:
    with app.app_context():
        found = db.session.get_one(Firm, firm.id)
        for record_id, state in enumerate(("ready", "ready", "done"), 1):
            entry = Entry(firm_id=found.id, kind="invoice", record_id=record_id, level=2)
            entry.set_ready()
            entry.state = state
            entry.due_at = entry.due_at if state == "ready" else None
            db.session.add(entry)
        db.session.commit()
        figures.take()


def test_metrics_are_for_operators(
    operator: FlaskClient, owner: FlaskClient, nobody: FlaskClient, outbox: None
) -> None:
    assert nobody.get("/metrics").status_code == 403
    assert owner.get("/metrics").status_code == 403
    found = figures_of(operator.get("/metrics").text)
    assert found["cuadra_outbox_due", ()] == 2
    assert found["cuadra_outbox_entries", (("kind", "invoice"), ("state", "done"))] == 1
    assert 0 <= found["cuadra_outbox_oldest_due_seconds", ()] < 600
    assert found["cuadra_workers", ()] == 0


def test_metrics_are_for_who_holds_the_token(
    app: Flask, nobody: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "METRICS_TOKEN", TOKEN)
    given = {"Authorization": f"Bearer {TOKEN}"}
    assert nobody.get("/metrics", headers=given).status_code == 200
    assert nobody.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 403
    assert nobody.get("/metrics").status_code == 403


def test_metrics_count_calls_by_how_they_ended(app: Flask, operator: FlaskClient) -> None:
    for status in (200, 429, 429, tally.NO_ANSWER):
        tally.count(app.extensions["redis"], "query", status)
    found = figures_of(operator.get("/metrics").text)
    calls = {
        dict(labels)["status"]: number
        for (name, labels), number in found.items()
        if name == "cuadra_quickbooks_calls_total"
    }
    assert calls == {"200": 1, "429": 2, "0": 1}


def test_asking_for_metrics_counts_nothing_in_the_tables(
    operator: FlaskClient, outbox: None, statements: list[str]
) -> None:
    operator.get("/metrics")
    assert [line for line in statements if "outbox" in line or "issue" in line] == []


def test_every_page_leads_to_help(
    app: Flask, owner: FlaskClient, nobody: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Intuit asks for a way to support in the app; it has to be there when things go wrong, too."""
    pages = [(owner, "/accounts"), (nobody, "/sign-in"), (owner, "/nowhere")]
    assert all("Get help" not in browser.get(path).text for browser, path in pages)
    monkeypatch.setitem(app.config, "SUPPORT_URL", "mailto:help@here.example")
    for browser, path in pages:
        assert 'href="mailto:help@here.example"' in browser.get(path).text, path
