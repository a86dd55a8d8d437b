"""Structured logs: one JSON object a line, UTC, without secrets or clients' names.

What packages say through ``logging`` takes the same form, so that no text of theirs, nor a line
break in it, can pass for a line of ours.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict

INFO = "info"
_terse = False


def _leave_out_details(_logger: Any, level: str, event: EventDict) -> EventDict:
    if _terse and level == INFO:
        raise structlog.DropEvent
    return event


SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
UNTOLD = ("static", "health.alive", "health.ready", "metrics.show")
"""Endpoints that are asked too often to be worth a line."""

log = structlog.get_logger(__name__)


class _StandardError:
    """Whatever it is by the time something is said: servers and tests put another in its place."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


@contextmanager
def terse() -> Iterator[None]:
    """No line for what goes well: whoever runs a command reads standard error for what did not."""
    global _terse
    before, _terse = _terse, True
    try:
        yield
    finally:
        _terse = before


def configure() -> None:
    """Everything goes to standard error: a command's output stays its own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*SHARED, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    structlog.configure(
        processors=[_leave_out_details, *SHARED, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )


def init_app(app: Flask) -> None:
    """A line for each request: its endpoint, never its address, which may hold what was typed."""
    app.before_request(_begin)
    app.after_request(_tell)
    app.log_exception = _tell_failure  # type: ignore[method-assign]


def _begin() -> None:
    g.began_at = time.perf_counter()


def _tell(response: Response) -> Response:
    if request.endpoint not in UNTOLD:
        began = g.get("began_at", time.perf_counter())
        log.info(
            "request",
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )
    return response


def _tell_failure(exc_info: Any) -> None:
    """In place of Flask's own line, which holds the address: some addresses are secrets."""
    log.error("request_failed", endpoint=request.endpoint, exc_info=exc_info)
