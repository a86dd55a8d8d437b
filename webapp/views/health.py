"""Is the process alive, and can it do its work? For load balancers and supervisors."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from flask import Blueprint, Response, current_app, jsonify
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp.extensions import db, limiter

bp = Blueprint("health", __name__)
limiter.exempt(bp)
log = structlog.get_logger(__name__)


@bp.get("/healthz")
def alive() -> Response:
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Which part is not ready, if any is not."""
    parts = {"database": _database_answers(), "redis": _redis_answers()}
    status = HTTPStatus.OK if all(parts.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return jsonify({part: "ok" if ok else "not ready" for part, ok in parts.items()}), status


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1 FROM alembic_version"))
    except SQLAlchemyError as error:
        db.session.rollback()
        log.warning("database_not_ready", error=type(error).__name__)
        return False
    return True


def _redis_answers() -> bool:
    try:
        return bool(current_app.extensions["redis"].ping())
    except RedisError as error:
        log.warning("redis_not_ready", error=type(error).__name__)
        return False
