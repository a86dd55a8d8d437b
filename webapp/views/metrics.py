"""``/metrics`` in Prometheus' text form: for operators, and for who holds ``METRICS_TOKEN``.

Nothing is counted here: the scheduler takes the figures (see ``webapp.quickbooks.figures``), calls
are counted as they end, and the rest are a few questions to Redis.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import CollectorRegistry
from redis import RedisError
from rq import Queue

from webapp import presence
from webapp.extensions import limiter
from webapp.quickbooks import figures, tally
from webapp.rights import current_person

bp = Blueprint("metrics", __name__)
limiter.exempt(bp)

GAUGES = {
    "due": ("cuadra_outbox_due", "Entries that somebody should act on now"),
    "oldest_due_s": ("cuadra_outbox_oldest_due_seconds", "For how long the oldest has been due"),
    "silent_firms": ("cuadra_silent_firms", "Firms whose work stands still"),
    "unsure_firms": ("cuadra_unsure_firms", "Firms to be compared with QuickBooks before sending"),
    "strays": ("cuadra_strays", "Objects of ours in QuickBooks without a record here"),
    "webhooks_waiting": ("cuadra_webhooks_waiting", "Webhook events that nobody has looked at"),
    "webhook_lag_s": ("cuadra_webhook_lag_seconds", "For how long the oldest of them has waited"),
    "webhooks_set_aside": ("cuadra_webhooks_set_aside", "Signed webhooks that made no sense"),
}
COUNTED = {
    "entries": ("cuadra_outbox_entries", "Entries by kind and state", ("kind", "state")),
    "issues": ("cuadra_open_issues", "Open issues by kind and cause", ("kind", "cause")),
    "connections": ("cuadra_connections", "Firms by the state of their connection", ("state",)),
}


@bp.get("/metrics")
def show() -> Response:
    if not _may_look():
        abort(403)
    registry = CollectorRegistry()
    registry.register(_Figures())  # type: ignore[arg-type]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_look() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    person = current_person()
    return person is not None and person.is_operator


class _Figures:
    def collect(self) -> Iterator[Metric]:
        """Without Redis only that it is missing can be told."""
        try:
            found = [*_of_redis(), *_of_calls(), *_of_database()]
        except RedisError:
            found = []
        yield GaugeMetricFamily("cuadra_redis_up", "Whether Redis answers", float(bool(found)))
        yield from found


def _of_redis() -> Iterator[Metric]:
    redis = current_app.extensions["redis"]
    queue: Queue = current_app.extensions["sync_queue"]
    yield GaugeMetricFamily("cuadra_workers", "Workers at work", presence.workers(redis))
    yield GaugeMetricFamily(
        "cuadra_scheduler", "A scheduler is in charge", presence.scheduler(redis)
    )
    yield GaugeMetricFamily("cuadra_queued_jobs", "Jobs that no worker has taken", queue.count)


def _of_calls() -> Iterator[Metric]:
    """429 is a throttling; status 0 is a call that got no answer."""
    calls = CounterMetricFamily(
        "cuadra_quickbooks_calls",
        "Calls to QuickBooks by how they ended",
        labels=("what", "status"),
    )
    for (what, status), number in sorted(tally.read(current_app.extensions["redis"]).items()):
        calls.add_metric((what, str(status)), number)
    yield calls


def _of_database() -> Iterator[Metric]:
    counted = figures.read()
    age = time.time() - counted["taken_at"] if counted else float("inf")
    yield GaugeMetricFamily("cuadra_figures_age_seconds", "How old the counts below are", age)
    if counted is None:
        return
    for name, (metric, meaning) in GAUGES.items():
        yield GaugeMetricFamily(metric, meaning, counted[name])
    for name, (metric, meaning, labels) in COUNTED.items():
        yield _labelled(metric, meaning, labels, counted[name])


def _labelled(
    metric: str, meaning: str, labels: tuple[str, ...], rows: list[list[Any]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric, meaning, labels=labels)
    for *values, number in rows:
        family.add_metric(values, number)
    return family
