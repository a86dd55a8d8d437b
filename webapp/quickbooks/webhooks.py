"""Was this body signed by Intuit, and which changes does it announce?

Intuit: webhooks page. The signature is base64(HMAC-SHA256(verifier token, raw body)). Two shapes
are read: the older one, nested by realm, and CloudEvents, an array that may mix realms. There is no
signed time that could be checked, so a replay is told by the event's key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import structlog
from flask import current_app

from webapp.extensions import db
from webapp.models import UnreadWebhook, WebhookEvent, webhook
from webapp.models.columns import utc_now

MAXIMUM_BYTES = 1024 * 1024

log = structlog.get_logger(__name__)

_REALM = re.compile(r"[0-9]{1,30}", re.ASCII)
_ID = re.compile(r"[0-9A-Za-z:_-]{1,30}", re.ASCII)
_WORD = re.compile(r"[A-Za-z]{1,20}", re.ASCII)
_ENTITY = re.compile(r"[A-Za-z]{1,40}", re.ASCII)
_TYPE = re.compile(
    r"qbo\.([A-Za-z_-]{1,40})\.([A-Za-z]{1,20})\.v[0-9]{1,4}", re.ASCII | re.IGNORECASE
)

PRESENT = {
    "created": "create",
    "updated": "update",
    "deleted": "delete",
    "merged": "merge",
    "voided": "void",
}
"""CloudEvents' operations in the words of the older shape."""

Row = dict[str, Any]


class _Unreadable(Exception):
    """This is no event as Intuit describes them."""


def signed(body: bytes, signature: str) -> bool:
    """Compared in constant time, over the body as it came."""
    token = str(current_app.config["INTUIT_WEBHOOK_VERIFIER_TOKEN"]).encode()
    expected = base64.b64encode(hmac.new(token, body, hashlib.sha256).digest())
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace"))


def keep(body: bytes) -> None:
    """Store what a signed body announces, each event once; what makes no sense is set aside.

    Commits. Nothing is looked up: whoever looks at the events later knows whose they are.
    """
    rows, whole = read(body)
    if rows:
        webhook.store(WebhookEvent, rows)
    if not whole:
        key = hashlib.sha256(body).hexdigest()
        webhook.store(UnreadWebhook, [{"key": key, "body": body, "received_at": utc_now()}])
        log.warning("webhook_set_aside", bytes=len(body), understood=len(rows))
    db.session.commit()


def read(body: bytes) -> tuple[list[Row], bool]:
    """The events of a body, and whether all of it was understood."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return [], False
    rows: dict[str, Row] = {}
    whole = True
    for parse, part in _parts(said):
        try:
            row = parse(part)
            rows[row["key"]] = row
        except _Unreadable:
            whole = False
    return list(rows.values()), whole


def _parts(said: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(said, list):
        yield from ((_cloud_event, part) for part in said)
    elif isinstance(said, dict) and isinstance(said.get("eventNotifications"), list):
        for notification in said["eventNotifications"]:
            yield from _of_realm(notification)
    else:
        yield _nothing, said


def _of_realm(notification: Any) -> Iterator[tuple[Any, Any]]:
    change = notification.get("dataChangeEvent") if isinstance(notification, dict) else None
    entities = change.get("entities") if isinstance(change, dict) else None
    if not isinstance(entities, list):
        yield _nothing, notification
        return
    for entity in entities:
        yield _legacy, (notification.get("realmId"), entity)


def _nothing(_part: Any) -> Row:
    raise _Unreadable


def _legacy(part: tuple[Any, Any]) -> Row:
    """It carries no id of its own: what it says is its key."""
    realm, entity = part
    if not isinstance(entity, dict):
        raise _Unreadable
    row = _row(
        realm,
        _text(entity.get("name"), _ENTITY),
        entity.get("id"),
        _text(entity.get("operation"), _WORD).lower(),
        entity.get("lastUpdated"),
        entity.get("deletedId"),
    )
    named = (row["realm_id"], row["entity"], row["quickbooks_id"], row["operation"])
    return row | {"key": _key("legacy", *named, str(entity.get("lastUpdated")))}


def _cloud_event(part: Any) -> Row:
    if not isinstance(part, dict) or not isinstance(part.get("id"), str) or not part["id"]:
        raise _Unreadable
    kind = _TYPE.fullmatch(str(part.get("type")))
    if kind is None:
        raise _Unreadable
    row = _row(
        part.get("intuitaccountid"),
        re.sub("[_-]", "", kind[1]),  # of names of two words there is no sample
        part.get("intuitentityid"),
        PRESENT.get(kind[2].lower(), kind[2].lower()),
        part.get("time"),
        _merged_away(part.get("data")) or _merged_away(part),
    )
    return row | {"key": _key("cloudevents", part["id"])}


def _merged_away(part: Any) -> Any:
    """Of a merge; Intuit's page does not say in which field CloudEvents tell it."""
    named = part.items() if isinstance(part, dict) else ()
    return next((value for name, value in named if name.lower().endswith("deletedid")), None)


def _row(
    realm: Any, entity: str, quickbooks_id: Any, operation: str, time: Any, deleted_id: Any
) -> Row:
    return {
        "realm_id": _text(realm, _REALM),
        "entity": entity.lower(),
        "quickbooks_id": _text(quickbooks_id, _ID),
        "operation": operation,
        "deleted_id": _text(deleted_id, _ID) if deleted_id else None,
        "changed_at": _instant(time),
        "received_at": utc_now(),
    }


def _text(value: Any, pattern: re.Pattern[str]) -> str:
    """Ids come as text, and from some senders as numbers."""
    plain = str(value) if isinstance(value, str | int) else ""
    if not pattern.fullmatch(plain):
        raise _Unreadable
    return plain


def _instant(stamp: Any) -> datetime | None:
    """None when it cannot be told: such an event is never taken for an echo of our own writes."""
    try:
        moment = datetime.fromisoformat(stamp)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _key(*parts: str) -> str:
    joined = json.dumps(parts)  # unambiguous, and ASCII whatever the parts hold
    return hashlib.sha256(joined.encode()).hexdigest()
