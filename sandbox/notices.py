"""What does a webhook's body look like, and how is it signed?

Intuit has two shapes: the older one nested by realm, and CloudEvents, an array that may mix
realms. The signature is base64(HMAC-SHA256(verifier token, raw body)) for both.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sandbox import wire
from sandbox.clock import zulu
from sandbox.records import Event
from sandbox.wire import Body

PAST_TENSE = {
    "Create": "created",
    "Update": "updated",
    "Delete": "deleted",
    "Merge": "merged",
    "Void": "voided",
    "Emailed": "emailed",
}
SOURCE = "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU="


@dataclass(frozen=True, slots=True)
class Notice:
    """One event of one company, with an id that a second delivery keeps. `at` is its time."""

    realm_id: str
    event: Event
    at: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def body_of(notices: list[Notice], shape: str, merge_field: str) -> bytes:
    if shape == "legacy":
        return wire.dump_bytes(_legacy(notices))
    return wire.dump_bytes([_cloud_event(notice, merge_field) for notice in notices])


def _legacy(notices: list[Notice]) -> Body:
    by_realm: dict[str, list[Body]] = {}
    for notice in notices:
        event = notice.event
        entity = {
            "name": event.entity,
            "id": event.id,
            "operation": event.operation,
            "lastUpdated": zulu(notice.at),
        }
        if event.deleted_id:
            entity["deletedId"] = event.deleted_id
        by_realm.setdefault(notice.realm_id, []).append(entity)
    return {
        "eventNotifications": [
            {"realmId": realm_id, "dataChangeEvent": {"entities": entities}}
            for realm_id, entities in by_realm.items()
        ]
    }


def _cloud_event(notice: Notice, merge_field: str) -> Body:
    event = notice.event
    data = {}
    if event.deleted_id and merge_field != "none":
        data[merge_field] = event.deleted_id
    return {
        "specversion": "1.0",
        "id": notice.id,
        "source": SOURCE,
        "type": f"qbo.{event.entity.lower()}.{PAST_TENSE[event.operation]}.v1",
        "datacontenttype": "application/json",
        "time": zulu(notice.at).replace("Z", "000000Z"),
        "intuitentityid": event.id,
        "intuitaccountid": notice.realm_id,
        "data": data,
    }


def signature(verifier_token: str, body: bytes) -> str:
    digest = hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
