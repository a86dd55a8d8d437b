"""Where QuickBooks tells us that something changed. Stored and answered; others look later."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from flask import Blueprint, request

from webapp.quickbooks import webhooks

bp = Blueprint("webhooks", __name__)
log = structlog.get_logger(__name__)


@bp.post("/webhooks/intuit")
def intuit() -> tuple[str, int]:
    """Intuit wants its 200 within 3 s, so the events are stored and nothing else is done.

    200 also for what we cannot read: sent again, it would be no clearer. 401 without a good
    signature, 413 above 1 MiB; then nothing is stored.
    """
    request.max_content_length = webhooks.MAXIMUM_BYTES
    body = request.get_data(cache=False)
    if not webhooks.signed(body, request.headers.get("intuit-signature", "")):
        log.warning("webhook_unsigned", bytes=len(body))
        return "", HTTPStatus.UNAUTHORIZED
    webhooks.keep(body)
    return "", HTTPStatus.OK
