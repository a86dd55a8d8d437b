"""What does a batch answer?

Up to 30 items, each on its own: one's fault stops no other, and none can use another's result.
Intuit: with a requestid, an item counts as seen before only if requestid and bId both match.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox import admission, envelopes, errors, wire
from sandbox.company import Company
from sandbox.entities import ENTITIES, Entity
from sandbox.errors import Refusal
from sandbox.operations import DUPLICATES, perform
from sandbox.replays import LONGEST_IN_BATCH, LONGEST_ITEM, fingerprint
from sandbox.wire import Body
from sandbox.world import World
from sandbox.writes import Options

MOST_ITEMS, MOST_OBJECTS = 30, 1000
RunQuery = Callable[[World, Company, str], Body]


def answer(
    world: World,
    company: Company,
    payload: Body,
    requestid: str,
    heeded: bool,
    run_query: RunQuery,
) -> Body:
    """`heeded`: its requestid counts, as far as the switches allow.

    Raises Refusal for the batch as a whole: empty, too large, or a bad requestid."""
    items = payload.get("BatchItemRequest")
    if not items:
        raise errors.batch_empty()
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise errors.unreadable()
    if len(items) > MOST_ITEMS:
        raise errors.batch_too_large(MOST_ITEMS)
    if len(requestid) > LONGEST_IN_BATCH:
        raise errors.invalid_request_id()
    honoured = world.switches.requestid == world.switches.batch_requestid == "honoured"
    run = _Batch(world, company, requestid, requestid if honoured and heeded else "", run_query)
    return {"BatchItemResponse": [run.item(item) for item in items]}


class _Batch:
    """One batch under way; counts the objects it has returned."""

    def __init__(
        self, world: World, company: Company, requestid: str, replay_as: str, run_query: RunQuery
    ) -> None:
        self.world, self.company = world, company
        self.requestid, self.replay_as = requestid, replay_as
        self.run_query = run_query
        self.objects = 0

    def item(self, item: Body) -> Body:
        identifier = item.get("bId")
        try:
            result = self._query(item) if "Query" in item else self._once(item)
        except Refusal as refusal:
            result = {"Fault": envelopes.fault(refusal)}
        return {**result, "bId": identifier} if identifier is not None else result

    def _query(self, item: Body) -> Body:
        found = self.run_query(self.world, self.company, str(item["Query"]))
        self.objects += int(found["QueryResponse"].get("maxResults", 0))
        if self.objects > MOST_OBJECTS:
            raise errors.query_failed(f"more than {MOST_OBJECTS} objects in one batch")
        return found

    def _once(self, item: Body) -> Body:
        entity, payload = _content(item)
        operation = _operation(item, payload)
        sent = fingerprint(entity.name, operation, repr(payload))
        key = self._key(item)
        replay = self.world.replays.find(self.company.realm_id, key, sent) if key else None
        if replay is not None:
            self._record(item, entity, operation, sent, "replayed", {})
            stored: Body = wire.loads(replay.body_or_refusal())
            return stored
        try:
            result = self._execute(item, entity, operation, payload)
        except Refusal as refusal:
            self._record(item, entity, operation, sent, refusal.code, {})
            if key:
                self.world.replays.keep_refusal(self.company.realm_id, key, refusal, sent)
            raise
        self._record(item, entity, operation, sent, "ok", result)
        if key:
            text = wire.dumps({entity.name: result})
            self.world.replays.keep(self.company.realm_id, key, text, sent)
        return {entity.name: result}

    def _key(self, item: Body) -> str:
        identifier = str(item.get("bId") or "")
        if not self.replay_as or not identifier or len(identifier) > LONGEST_ITEM:
            return ""
        return f"{self.replay_as}|{identifier}"

    def _execute(self, item: Body, entity: Entity, operation: str, payload: Body) -> Body:
        admission.refuse_lapsed(self.world, self.company)
        what = {"entity": entity.name, "operation": operation, "realm": self.company.realm_id}
        admission.refuse_by_rule(self.world, what, lambda: wire.dump_bytes(payload))
        options = Options(DUPLICATES in str(item.get("optionsData", "")).lower())
        return perform(self.world, self.company, operation, entity, payload, options)

    def _record(
        self, item: Body, entity: Entity, operation: str, sent: str, outcome: str, written: Body
    ) -> None:
        requestid = f"{self.requestid}|{item.get('bId', '')}" if self.requestid else ""
        self.world.ledger.add(
            realm_id=self.company.realm_id,
            method="POST",
            path="batch",
            operation=operation,
            entity=entity.name,
            requestid=requestid,
            body_hash=sent,
            outcome=outcome,
            object_id=written.get("Id", ""),
            sync_token=written.get("SyncToken", ""),
        )


def _content(item: Body) -> tuple[Entity, Body]:
    for name, value in item.items():
        entity = ENTITIES.get(name)
        if entity is not None:
            if not isinstance(value, dict):
                raise errors.unreadable()
            return entity, value
    unknown = next((name for name in item if name not in ("bId", "operation", "optionsData")), "")
    raise errors.unrecognized(unknown, "BatchItemRequest") if unknown else errors.required("Entity")


def _operation(item: Body, payload: Body) -> str:
    """An item that names no operation is a create or an update, like a request of its own.

    Nowhere documented; node-quickbooks' live tests create that way."""
    if "void" in str(item.get("optionsData", "")).lower().split(","):
        return "void"
    operation = str(item.get("operation") or "").lower()
    return operation or ("update" if payload.get("Id") else "create")
