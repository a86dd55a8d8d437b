"""Lines 6, 16 and 17: what lies in Redis is a hint; it neither runs nor decides anything."""

from __future__ import annotations

import pickle
import zlib
from pathlib import Path

import pytest
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from tests.conftest import SETTINGS, FirmFixture
from tests.security.world import World, changed, contents
from tests.views.test_operator import Planted
from webapp import config, hints

OPEN = [
    "redis://redis.example:6379/0",
    "redis://10.0.0.5/0",
    "rediss://cache.example:6380",
    "redis://:@redis.example/0",
    "redis://[2001:db8::1]:6379",
]
SHUT = [
    "redis://:secret@redis.example:6379/0",
    "rediss://user:secret@cache.example",
    "redis://127.0.0.1:6379/0",
    "redis://localhost/1",
    "redis://[::1]:6379",
    "unix:///run/redis.sock?db=0",
]


def settings(url: str, folder: Path) -> dict[str, str]:
    return {**SETTINGS, "REDIS_URL": url, "CUADRA_INSTANCE": str(folder)}


@pytest.mark.parametrize("url", OPEN)
def test_an_open_redis_on_another_machine_is_refused_at_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError, match="REDIS_URL names an open Redis"):
        config.load(settings(url, tmp_path))


@pytest.mark.parametrize("url", SHUT)
def test_a_redis_with_a_password_or_on_this_machine_is_taken(url: str, tmp_path: Path) -> None:
    assert config.load(settings(url, tmp_path))["REDIS_URL"] == url


def test_what_is_no_redis_is_refused(tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError, match="must begin with redis://"):
        config.load(settings("http://127.0.0.1:6379", tmp_path))


def test_a_pickle_planted_in_the_queue_is_never_opened_by_a_worker(
    app: Flask, firm: FirmFixture, tmp_path: Path
) -> None:
    file = tmp_path / "planted"
    redis, queue = app.extensions["redis"], app.extensions["sync_queue"]
    planted = pickle.dumps(Planted(file))
    job = {"created_at": "2026-11-24T00:00:00.000000Z", "origin": "sync", "status": "queued"}
    for name, fields in {"in-data": {"data": planted}, "in-meta": {"meta": planted}}.items():
        redis.hset(f"rq:job:{name}", mapping={**job, "data": b"[]", **fields})
        redis.rpush("rq:queue:sync", name)
    redis.sadd("rq:queues", "rq:queue:sync")
    worker = SimpleWorker([queue], connection=redis, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="CRITICAL")
    assert not file.exists()
    assert queue.count == 0


def test_nothing_of_ours_is_pickled(app: Flask, firm: FirmFixture) -> None:
    with app.app_context():
        hints.send(firm.id)
    redis = app.extensions["redis"]
    for key in redis.keys("rq:job:*"):
        assert zlib.decompress(redis.hget(key, "data")).startswith(b"[")
        assert redis.hget(key, "description") == f"sync firm {firm.id}".encode()


@pytest.mark.parametrize("said", [10**9, 0, -1])
def test_a_job_decides_nothing_by_what_it_says(said: int, app: Flask, world: World) -> None:
    """Firm and company are read from the database; a firm that is not there has no work."""
    from webapp.quickbooks import reading, sync

    before = contents(app)
    with app.app_context():
        sync.run_slice(said)
        reading.catch_up(said)
    assert changed(before, contents(app)) == []


def test_the_dashboard_shows_no_text_of_a_person(app: Flask, world: World) -> None:
    jobs = app.extensions["sync_queue"].jobs
    assert jobs
    for job in jobs:
        assert all(isinstance(argument, int) for argument in job.args)
