"""The operators' pages: who gets in, and that RQ's dashboard can change and run nothing."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from webapp.extensions import db

PAGES = (
    "/operator",
    "/operator/rq",
    "/operator/rq/",
    "/operator/rq/0/view/workers",
    "/operator/rq/0/view/jobs/sync/queued/8/asc/1",
)
CHANGES = (
    "/operator/rq/job/x/delete",
    "/operator/rq/job/x/requeue",
    "/operator/rq/requeue/sync",
    "/operator/rq/queue/sync/queued/empty",
    "/operator/rq/queue/sync/compact",
)


@pytest.mark.parametrize("path", PAGES)
def test_only_operators_get_in(
    path: str,
    operator: FlaskClient,
    owner: FlaskClient,
    member: FlaskClient,
    nobody: FlaskClient,
) -> None:
    assert operator.get(path, follow_redirects=True).status_code == 200
    assert owner.get(path).status_code == 403
    assert member.get(path).status_code == 403
    assert nobody.get(path).status_code == 303


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_dashboard_changes_nothing(path: str, method: str, operator: FlaskClient) -> None:
    assert operator.open(path, method=method).status_code == 405


def test_scripts_of_the_dashboard_run_by_a_nonce_only(operator: FlaskClient) -> None:
    answer = operator.get("/operator/rq/")
    policy = answer.headers["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert answer.text.count("<script ") == answer.text.count(f'<script nonce="{nonce}" ')
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert nonce not in operator.get("/operator/rq/").text


def test_a_job_is_shown_as_text(app: Flask, operator: FlaskClient) -> None:
    app.extensions["sync_queue"].enqueue("jobs.quickbooks.sync_firm", 1, job_id="one")
    page = operator.get("/operator/rq/0/view/job/one").text
    assert "<%- d.description %>" in page
    assert "<%= d." not in page


def test_a_job_that_is_no_more_is_not_found(operator: FlaskClient) -> None:
    assert operator.get("/operator/rq/0/view/job/gone").status_code == 404
    assert operator.get("/operator/rq/0/data/job/gone.json").status_code == 404


def test_the_list_of_jobs_is_that_of_our_queue(operator: FlaskClient) -> None:
    answer = operator.get("/operator/rq/0/view/jobs", follow_redirects=True)
    assert answer.request.path == "/operator/rq/0/view/jobs/sync/queued/8/asc/1"


def test_a_failed_statement_keeps_its_values_to_itself(app: Flask) -> None:
    """Its text ends up in logs and in the list of failed jobs."""
    with app.app_context(), pytest.raises(DBAPIError) as failed:
        db.session.execute(db.text("SELECT * FROM nowhere WHERE name = :name"), {"name": "Nora W."})
    assert "Nora" not in str(failed.value)


def test_other_pages_keep_the_strict_policy(operator: FlaskClient) -> None:
    policy = operator.get("/operator").headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy


class Planted:
    """Unpickled, it makes the file."""

    def __init__(self, file: Path):
        self.file = file

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (_make_file, (str(self.file),))


def _make_file(name: str) -> None:
    Path(name).write_text("was run")


@pytest.mark.parametrize("field", ["meta", "result", "data"])
def test_a_planted_pickle_is_never_opened(
    field: str, app: Flask, operator: FlaskClient, tmp_path: Path
) -> None:
    file = tmp_path / "planted"
    redis = app.extensions["redis"]
    job = {"created_at": "2026-11-24T00:00:00.000000Z", "origin": "sync", "status": "queued"}
    job |= {"data": b'["jobs.quickbooks.sync_firm", null, [1], {}]', "description": "sync firm 1"}
    redis.hset("rq:job:planted", mapping={**job, field: pickle.dumps(Planted(file))})
    redis.sadd("rq:queues", "rq:queue:sync")
    redis.rpush("rq:queue:sync", "planted")
    for path in (
        "/operator/rq/0/view/job/planted",
        "/operator/rq/0/data/job/planted.json",
        "/operator/rq/0/data/jobs/sync/queued/8/asc/1.json",
    ):
        assert operator.get(path).status_code == 200, path
    assert not file.exists()
