"""What QuickBooks tells us is checked, kept once, and answered: no more happens in the request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.conftest import SETTINGS
from webapp.extensions import db
from webapp.models import UnreadWebhook, WebhookEvent
from webapp.quickbooks import webhooks

PATH = "/webhooks/intuit"
REALM, OTHER_REALM = "9130350000000001", "9130350000000002"


def signature(body: bytes, key: str = SETTINGS["INTUIT_WEBHOOK_VERIFIER_TOKEN"]) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def cloud_event(number: int = 1, realm: str = REALM, **others: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"88cd52aa-{number}",
        "source": "intuit.somebody=",
        "type": "qbo.invoice.updated.v1",
        "datacontenttype": "application/json",
        "time": "2026-11-21T21:31:25.179550271Z",
        "intuitentityid": str(number),
        "intuitaccountid": realm,
        "data": {},
        **others,
    }


def legacy(*entities: dict[str, Any], realm: str = REALM) -> dict[str, Any]:
    change = {"entities": list(entities) or [legacy_entity()]}
    return {"eventNotifications": [{"realmId": realm, "dataChangeEvent": change}]}


def legacy_entity(**others: Any) -> dict[str, Any]:
    return {
        "name": "Customer",
        "id": "58",
        "operation": "Update",
        "lastUpdated": "2026-05-01T20:11:07.000Z",
        **others,
    }


def post(client: FlaskClient, said: Any, **headers: str) -> int:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = headers or {"intuit-signature": signature(body)}
    return client.post(PATH, data=body, headers=headers).status_code


def events(app: Flask) -> list[tuple[Any, ...]]:
    with app.app_context():
        kept = db.session.scalars(select(WebhookEvent).order_by(WebhookEvent.id))
        return [(e.realm_id, e.entity, e.quickbooks_id, e.operation, e.deleted_id) for e in kept]


def set_aside(app: Flask) -> list[bytes]:
    with app.app_context():
        return list(db.session.scalars(select(UnreadWebhook.body)))


def test_cloud_events_are_kept_each_for_its_own_company(app: Flask, nobody: FlaskClient) -> None:
    assert post(nobody, [cloud_event(1), cloud_event(2, OTHER_REALM)]) == 200
    assert sorted(events(app)) == [
        (REALM, "invoice", "1", "update", None),
        (OTHER_REALM, "invoice", "2", "update", None),
    ]


def test_older_shape_is_kept_too(app: Flask, nobody: FlaskClient) -> None:
    merged = legacy_entity(operation="Merge", deletedId="61")
    assert post(nobody, legacy(merged)) == 200
    assert events(app) == [(REALM, "customer", "58", "merge", "61")]


@pytest.mark.parametrize("written", ["refundreceipt", "refund_receipt", "refund-receipt"])
def test_entity_of_two_words_is_known_however_it_is_written(
    app: Flask, nobody: FlaskClient, written: str
) -> None:
    assert post(nobody, [cloud_event(type=f"qbo.{written}.updated.v1")]) == 200
    assert events(app) == [(REALM, "refundreceipt", "1", "update", None)]
    assert set_aside(app) == []


def test_merge_names_what_vanished_in_either_shape(app: Flask, nobody: FlaskClient) -> None:
    said = cloud_event(58, type="qbo.customer.merged.v1", data={"deletedId": "61"})
    assert post(nobody, [said]) == 200
    assert events(app) == [(REALM, "customer", "58", "merge", "61")]


def test_time_of_the_change_is_quickbooks_own(app: Flask, nobody: FlaskClient) -> None:
    post(nobody, [cloud_event()])
    with app.app_context():
        changed_at = db.session.scalars(select(WebhookEvent.changed_at)).one()
    assert changed_at is not None
    assert changed_at.isoformat() == "2026-11-21T21:31:25.179550+00:00"


@pytest.mark.parametrize("said", [[cloud_event()], legacy()], ids=["cloudevents", "legacy"])
def test_same_webhook_a_hundred_times_at_once_is_one_event(app: Flask, said: Any) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(app.test_client(), said), range(100)))
    assert set(answers) == {200}
    assert len(events(app)) == 1


def test_two_changes_of_one_object_are_two_events(app: Flask, nobody: FlaskClient) -> None:
    later = legacy_entity(lastUpdated="2026-05-01T20:11:08.000Z")
    assert post(nobody, legacy(legacy_entity(), later, later)) == 200
    assert len(events(app)) == 2


@pytest.mark.parametrize(
    "wrong",
    ["", "nonsense", "ä", signature(b"something else"), signature(b"[]", "another key")],
    ids=["none", "nonsense", "not ASCII", "of another body", "of another key"],
)
def test_unsigned_body_is_refused_and_nothing_kept(
    app: Flask, nobody: FlaskClient, wrong: str
) -> None:
    assert post(nobody, [cloud_event()], **{"intuit-signature": wrong}) == 401
    assert post(nobody, b"not json", **{"intuit-signature": wrong}) == 401
    assert events(app) == []
    assert set_aside(app) == []


def test_body_is_signed_as_it_came(app: Flask, nobody: FlaskClient) -> None:
    """Spaces and order count: a body that was parsed and written again has another signature."""
    body = json.dumps([cloud_event()], indent=3).encode()
    tight = json.dumps([cloud_event()]).encode()
    assert post(nobody, body, **{"intuit-signature": signature(tight)}) == 401
    assert post(nobody, body) == 200


def test_body_above_a_mebibyte_is_refused(app: Flask, nobody: FlaskClient) -> None:
    assert post(nobody, b"[" + b" " * webhooks.MAXIMUM_BYTES + b"]") == 413
    assert post(nobody, b"[" + b" " * (webhooks.MAXIMUM_BYTES - 2) + b"]") == 200
    assert events(app) == []


UNREADABLE: list[bytes] = [
    b"",
    b"not json",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"null",
    b"7",
    b"{}",
    b'{"eventNotifications": 7}',
    b'{"eventNotifications": [7]}',
    b'{"eventNotifications": [{"realmId": "1"}]}',
    json.dumps(legacy(legacy_entity(id="a\x00b"))).encode(),
    json.dumps(legacy(realm="x" * 400)).encode(),
    json.dumps(legacy(legacy_entity(name=None))).encode(),
    json.dumps([7, None, {}]).encode(),
    json.dumps([cloud_event(type="something.else")]).encode(),
    json.dumps([cloud_event(intuitaccountid=["1"])]).encode(),
    json.dumps([cloud_event(id=7)]).encode(),
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
def test_signed_nonsense_is_set_aside_and_the_next_accepted(
    app: Flask, nobody: FlaskClient, body: bytes
) -> None:
    assert post(nobody, body) == 200
    assert post(nobody, body) == 200
    assert set_aside(app) == [body]
    assert post(nobody, [cloud_event()]) == 200
    assert len(events(app)) == 1


def test_good_events_beside_a_bad_one_count(app: Flask, nobody: FlaskClient) -> None:
    assert post(nobody, [cloud_event(1), {"id": "x"}, cloud_event(2)]) == 200
    assert len(events(app)) == 2
    assert len(set_aside(app)) == 1


def test_time_that_makes_no_sense_does_not_spoil_the_event(app: Flask, nobody: FlaskClient) -> None:
    times = ["yesterday", "0001-01-01T00:00:00+14:00", 7, None]
    assert post(nobody, [cloud_event(n, time=time) for n, time in enumerate(times)]) == 200
    assert len(events(app)) == len(times)


@pytest.mark.parametrize("bodies", [400, pytest.param(10_000, marks=pytest.mark.full)])
def test_mutated_webhooks_never_break_the_receiver(
    app: Flask, nobody: FlaskClient, bodies: int
) -> None:
    """Any byte may be wrong, as long as the signature is right; the next good one counts."""
    chance = random.Random(11)
    whole = [json.dumps([cloud_event()]).encode(), json.dumps(legacy()).encode()]
    for _ in range(bodies):
        body = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(body))
            match chance.randrange(3):
                case 0:
                    body[place] = chance.randrange(256)
                case 1:
                    del body[place : place + chance.randint(1, 20)]
                case _:
                    body[place:place] = bytes([chance.randrange(256)])
        assert post(nobody, bytes(body)) == 200
    assert set_aside(app)
    assert post(nobody, [cloud_event(77_777)]) == 200
    assert (REALM, "invoice", "77777", "update", None) in events(app)


def test_webhooks_need_no_csrf_token(
    app: Flask, nobody: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert post(nobody, [cloud_event()]) == 200


def test_reading_the_address_is_not_allowed(nobody: FlaskClient) -> None:
    assert nobody.get(PATH).status_code == 405


def test_a_delivery_is_one_insert(app: Flask, nobody: FlaskClient, statements: list[str]) -> None:
    post(nobody, [cloud_event(number) for number in range(50)])
    written = [s for s in statements if not s.startswith(("BEGIN", "PRAGMA", "COMMIT"))]
    assert [s.split()[0] for s in written] == ["INSERT"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(WebhookEvent)) == 50
