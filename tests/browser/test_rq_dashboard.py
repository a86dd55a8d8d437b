"""RQ's dashboard in a browser: readable, and dead to what lies in Redis and to its own buttons."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.serving import make_server

from tests.conftest import PASSWORD
from webapp.extensions import db
from webapp.models import Person
from webapp.models.person import OPERATOR

EMAIL = "operator@here.example"
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title = "taken"</script>'
JOBS = "/operator/rq/0/view/jobs/held/queued/8/asc/1"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with app.app_context():
        person = Person(role=OPERATOR, email=EMAIL, name="Op")
        person.set_password(PASSWORD)
        db.session.add(person)
        db.session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def jobs(app: Flask) -> None:
    """A plain one, one whose every text is hostile, and one that somebody planted."""
    redis = app.extensions["redis"]
    held = Queue("held", connection=redis, serializer=JSONSerializer)
    held.enqueue("jobs.quickbooks.sync_firm", 12, description="sync firm 12", job_id="plain")
    held.enqueue("jobs.quickbooks.sync_firm", HOSTILE, description=HOSTILE, job_id="hostile")
    planted = {"origin": "held", "status": "queued", "description": "planted"}
    planted |= {"created_at": "2026-11-24T00:00:00.000000Z"}
    redis.hset("rq:job:planted", mapping={**planted, "data": pickle.dumps(1), "meta": b"\x80\x04"})
    redis.rpush("rq:queue:held", "planted")


def test_jobs_are_readable_and_their_text_is_only_text(
    address: str, jobs: None, page: Page
) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page).to_have_url(f"{address}/operator")
    page.goto(f"{address}{JOBS}")
    for words in ("sync firm 12", HOSTILE, "planted"):
        expect(page.get_by_text(words, exact=True).first).to_be_visible()
    expect(page.locator("#compact-btn")).to_be_hidden()
    for job, words in (("plain", "sync firm 12"), ("hostile", HOSTILE), ("planted", "planted")):
        page.goto(f"{address}/operator/rq/0/view/job/{job}")
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_text("This was not written by Cuadra and is not shown.")).to_be_visible()
