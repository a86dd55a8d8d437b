"""For those who run the installation: are the workers alive, and RQ's own dashboard, to look at.

The dashboard has no guards of its own, so they stand here: operators only; nothing it could change;
no unpickling of what lies in Redis; and a content policy under which text from a job cannot run.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from redis import Redis
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from rq_dashboard import web as dashboard
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp import hints, presence
from webapp.extensions import db, login_manager
from webapp.models import Connection
from webapp.models.connection import CONNECTED
from webapp.quickbooks import watchdog
from webapp.rights import current_person, for_operators

bp = Blueprint("operator", __name__, url_prefix="/operator")

DASHBOARD = dashboard.blueprint.name
LOOKS = {
    "favicon",
    "static",
    "queues_overview",
    "workers_overview",
    "jobs_overview",
    "job_view",
    "list_queues",
    "list_jobs",
    "job_info",
    "list_workers",
}
"""The dashboard's endpoints that only read. Every other one answers 405, also to GET: one of them
puts jobs back on their queue."""

OUR_JOBS = f"{hints.QUEUE}/queued/8/asc/1"

RAW_FIELD = re.compile(r"<%= (?=d\.|JSON\.)")
"""Where the page of one job writes a field as markup; Underscore's ``<%-`` writes it as text."""

UNREADABLE = {"error": "This was not written by Cuadra and is not shown."}


@bp.get("")
@for_operators
def home() -> str:
    redis: Redis = current_app.extensions["redis"]
    queue: Queue = current_app.extensions["sync_queue"]
    return render_template(
        "operator/home.html",
        workers=Worker.all(connection=redis, serializer=PlainSerializer),
        queued=queue.count,
        failed=FailedJobRegistry(queue=queue).get_job_count(cleanup=False),
        firms=_firms_by_state(),
        scheduler=presence.scheduler(redis),
        silent=watchdog.silent_firms(),
    )


@bp.get("/rq")
@for_operators
def jobs() -> Response:
    """Else the dashboard's own redirect to its slash would answer everybody."""
    return redirect(url_for(f"{DASHBOARD}.queues_overview"))


def _firms_by_state() -> dict[str, int]:
    """How many firms' connections are in each state, and how many of them QuickBooks leaves
    without an answer."""
    states = db.session.execute(
        select(Connection.state, func.count()).group_by(Connection.state)
    ).all()
    silent = select(func.count()).where(Connection.state == CONNECTED, Connection.failures > 1)
    return {**dict(states), "no_answer": db.session.scalar(silent) or 0}


# -- the dashboard --------------------------------------------------------------------------------


class PlainSerializer(JSONSerializer):
    """JSON only: unpickling would run what somebody put into Redis."""

    @staticmethod
    def loads(text: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return JSONSerializer.loads(text, *args, **kwargs)
        except ValueError:
            return dict(UNREADABLE)


class _PlainJob(Job):
    @classmethod
    def fetch(cls, id: str, connection: Any = None, serializer: Any = None) -> Job:
        return super().fetch(id, connection=connection, serializer=PlainSerializer)


class _PlainWorker(Worker):
    @classmethod
    def all(cls, connection: Any = None, **_others: Any) -> list[Worker]:
        return super().all(connection=connection, serializer=PlainSerializer)


@bp.record_once
def _mount_dashboard(state: BlueprintSetupState) -> None:
    app = state.app
    assert isinstance(app, Flask)
    dashboard.config.serializer = PlainSerializer
    dashboard.Job, dashboard.Worker = _PlainJob, _PlainWorker
    connect = dashboard.push_rq_connection  # opens a connection per request
    hooks = dashboard.blueprint.before_request_funcs.get(None, [])
    if connect in hooks:
        hooks.remove(connect)
    app.redis_conn = app.extensions["redis"]  # type: ignore[attr-defined]
    app.config["RQ_DASHBOARD_REDIS_URL"] = ("redis",)
    app.config["RQ_DASHBOARD_DISABLE_DELETE"] = True
    app.before_request(_guard)
    app.after_request(_restrain)
    app.register_error_handler(
        NoSuchJobError, lambda _error: current_app.handle_http_exception(NotFound())
    )
    app.register_blueprint(dashboard.blueprint, url_prefix="/operator/rq")


def _guard() -> Response | None:
    if request.blueprint != DASHBOARD:
        return None
    person = current_person()
    if person is None:
        return login_manager.unauthorized()  # type: ignore[no-any-return]
    if not person.is_operator:
        abort(403)
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if endpoint not in LOOKS or request.method not in ("GET", "HEAD"):
        abort(405)
    if (request.view_args or {}).get("instance_number", 0) != 0:
        abort(404)
    if endpoint == "jobs_overview" and not (request.view_args or {}).get("queue_name"):
        return redirect(f"{request.script_root}{request.path}/{OUR_JOBS}")  # it asks for "default"
    g.script_nonce = secrets.token_urlsafe(16)
    return None


def _stylesheet() -> str:
    return f'<link rel="stylesheet" href="{url_for("static", filename="css/rq.css")}">'


def _restrain(response: Any) -> Any:
    """Its own scripts run, by a nonce; what a job's text smuggles into the page does not."""
    nonce = g.get("script_nonce")
    if nonce is None or response.mimetype != "text/html":
        return response
    page = response.get_data(as_text=True)
    page = page.replace("<script ", f'<script nonce="{nonce}" ')
    page = RAW_FIELD.sub("<%- ", page)
    response.set_data(page.replace("</head>", f"{_stylesheet()}</head>", 1))
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'unsafe-eval'; style-src 'self'; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return response
