"""Is the process alive, and can the installation do its work? For load balancers and watchers."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import structlog
from flask import Blueprint, Response, current_app, jsonify, request
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp import database_version, presence
from webapp.extensions import db, limiter

bp = Blueprint("health", __name__)
limiter.exempt(bp)
log = structlog.get_logger(__name__)

OWN = ("database", "migrations", "redis")
"""What the web needs to answer people; without the others work only waits."""


@bp.get("/healthz")
def alive() -> Response:
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Which part is not ready, if any is not; ``?only=web`` leaves worker and scheduler out."""
    parts = {name: _sound(name, check) for name, check in _CHECKS.items() if _asked(name)}
    status = HTTPStatus.OK if all(parts.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return jsonify({part: "ok" if ok else "not ready" for part, ok in parts.items()}), status


def _asked(name: str) -> bool:
    return name in OWN or request.args.get("only") != "web"


def _sound(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (SQLAlchemyError, RedisError) as error:
        db.session.rollback()
        log.warning("not_ready", part=name, error=type(error).__name__)
        return False


def _database() -> bool:
    return db.session.scalar(text("SELECT 1")) == 1


def _migrations() -> bool:
    stamped = db.session.scalars(text("SELECT version_num FROM alembic_version"))
    return set(stamped) == database_version.heads()


def _redis() -> bool:
    return bool(current_app.extensions["redis"].ping())


def _worker() -> bool:
    return presence.workers(current_app.extensions["redis"]) > 0


def _scheduler() -> bool:
    return presence.scheduler(current_app.extensions["redis"])


_CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "worker": _worker,
    "scheduler": _scheduler,
}
