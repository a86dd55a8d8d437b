"""What does `/v3/company/{realm}/...` answer?

The gates first (`admission`), then one of: a write (once per requestid), a read, a query, a
batch, changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox import admission, batch, cdc, documents, envelopes, errors, query, search, terse, wire
from sandbox.clock import stamp_ms
from sandbox.company import Company
from sandbox.entities import BY_PATH, Entity
from sandbox.errors import Refusal
from sandbox.messages import Request, Response
from sandbox.operations import DUPLICATES, SINGLES, perform, read_back
from sandbox.replays import LONGEST, fingerprint
from sandbox.wire import Body
from sandbox.world import World
from sandbox.writes import Options

PREFIX = "/v3/company/"
LARGEST_BODY = 10 * 1024 * 1024
Answer = Body | str


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about, read from its path, query string and body alone."""

    realm_id: str
    segments: tuple[str, ...]
    operation: str
    entity: Entity | None

    @property
    def name(self) -> str:
        return self.entity.name if self.entity else ""

    def described(self) -> dict[str, str]:
        return {"entity": self.name, "operation": self.operation, "realm": self.realm_id}


def target_of(request: Request) -> Target:
    if request.about is None:
        request.about = _target(request)
    target: Target = request.about
    return target


def _target(request: Request) -> Target:
    realm_id, *segments = request.path.removeprefix(PREFIX).strip("/").split("/")
    entity = BY_PATH.get(segments[0].lower()) if segments else None
    return Target(realm_id, tuple(segments), _operation(request, entity, segments), entity)


def _operation(request: Request, entity: Entity | None, segments: list[str]) -> str:
    if entity is None:
        return segments[0].lower() if segments else ""
    if len(segments) > 2:
        return segments[2].lower()
    if request.method == "GET":
        return "read"
    asked = request.query.get("operation", "").lower()
    if asked == "void" or "void" in request.query.get("include", "").lower().split(","):
        return "void"
    if asked == "delete":
        return "delete"
    return "update" if asked == "update" or _has_id(request.body) else "create"


def _has_id(body: bytes) -> bool:
    """Preferences and CompanyInfo have no create, so for them it does not matter."""
    if b'"Id"' not in body:
        return False
    try:
        payload = wire.loads(body)
    except ValueError:
        return False
    return isinstance(payload, dict) and payload.get("Id") not in (None, "", "0", 0)


def handle(world: World, request: Request) -> Response:
    """The whole answer, a refusal included."""
    whole = _handle(world, request)
    return terse.response(whole, request) if world.switches.answers == "terse" else whole


def _handle(world: World, request: Request) -> Response:
    target = target_of(request)
    try:
        company = admission.admit(world, request, target.realm_id, target.operation)
        if target.entity is not None and target.operation == "pdf":
            return documents.pdf(company, target.name, target.segments[1])
        answer = _answer(world, request, target, company)
    except Refusal as refusal:
        return refuse(world, refusal)
    return Response(404, b"", "text/plain") if answer is None else _shaped(world, request, answer)


def refuse(world: World, refusal: Refusal) -> Response:
    body, content_type = envelopes.refusal_bytes(
        refusal, world.clock.now(), world.switches.throttle_body
    )
    response = Response(refusal.status, body, content_type)
    if refusal.status == 429 and world.switches.retry_after:
        response.headers["Retry-After"] = str(world.switches.retry_after)
    return response


def _answer(world: World, request: Request, target: Target, company: Company) -> Answer | None:
    """None where there is no such path (404)."""
    special = _SPECIAL.get(target.segments[0].lower())
    if special is not None:
        return special(world, request, target, company)
    if target.entity is None:
        return None
    if target.operation == "send":
        admission.refuse_lapsed(world, company)
        sent_to = request.query.get("sendTo", "")
        return documents.send(world, company, target.entity, target.segments[1], sent_to)
    if request.method == "GET":
        shown = _read(company, target.entity, target.segments)
        wanted = request.query.get("include", "") == documents.LINK
        return documents.linked(shown) if wanted else shown
    if request.method != "POST":
        raise errors.unsupported(request.method)
    return _write(world, request, target, company)


def _shaped(world: World, request: Request, answer: Answer) -> Response:
    """JSON where it is accepted; XML for a caller that does not ask for JSON."""
    now = world.clock.now()
    if not isinstance(answer, str):
        answer = wire.dumps({**answer, "time": stamp_ms(now)})
    accept = request.headers.get("accept", "")
    asked = "json" in accept or request.query.get("format") == "json"
    if asked or world.switches.answer_without_accept == "json":
        return Response(200, answer.encode("utf-8", "replace"))
    return Response(200, envelopes.xml_document(wire.loads(answer), now), envelopes.XML)


# -- reading ---------------------------------------------------------------------------------


def _query(world: World, request: Request, target: Target, company: Company) -> Body:
    return run_query(world, company, _statement(request))


def _statement(request: Request) -> str:
    if request.method != "POST" or not request.body:
        return request.query.get("query", "")
    if request.content_type == "application/x-www-form-urlencoded" and "query" in request.form:
        return request.form["query"]
    return request.body.decode("utf-8", "replace")


def run_query(world: World, company: Company, statement: str) -> Body:
    parsed = query.parse(statement)
    found = search.answer(company, parsed, world.clock.now(), world.switches.query_lag_s)
    return {"QueryResponse": found}


def _read(company: Company, entity: Entity, segments: tuple[str, ...]) -> Body:
    if entity.name in SINGLES:
        return {entity.name: read_back(company, entity, "1")}
    if len(segments) < 2:
        raise errors.unsupported(f"read {entity.name}")
    return {entity.name: read_back(company, entity, segments[1])}


def _changes(world: World, request: Request, target: Target, company: Company) -> Body:
    return cdc.answer(
        company,
        request.query.get("entities", ""),
        request.query.get("changedSince", ""),
        world.clock.now(),
        world.switches.cdc_lag_s,
    )


def _report(world: World, request: Request, target: Target, company: Company) -> Body:
    return documents.report(target.segments[1] if len(target.segments) > 1 else "", world)


# -- writing ---------------------------------------------------------------------------------


def payload_of(request: Request) -> Body:
    """Raises Refusal 1050 or 2010."""
    if request.content_type not in ("application/json", "text/json", ""):
        raise errors.content_type()
    try:
        payload = wire.loads(request.body)
    except ValueError:
        raise errors.unreadable() from None
    if not isinstance(payload, dict):
        raise errors.unreadable()
    return payload


def _write(world: World, request: Request, target: Target, company: Company) -> str:
    """Execute a write once per requestid, and put it in the ledger."""
    entity = target.entity
    assert entity is not None
    sent = fingerprint(target.name, target.operation, request.body)

    def execute() -> Body:
        payload = payload_of(request)
        admission.refuse_lapsed(world, company)
        admission.refuse_by_rule(world, target.described(), lambda: request.body)
        options = Options(DUPLICATES in request.query.get("include", "").lower())
        return {entity.name: perform(world, company, target.operation, entity, payload, options)}

    return _once(world, request, target, sent, execute)


def _once(
    world: World, request: Request, target: Target, sent: str, execute: Callable[[], Body]
) -> str:
    """Raises Refusal, 2130 for a requestid that is too long included."""
    requestid = request.query.get("requestid", "")
    if len(requestid) > LONGEST:
        raise errors.invalid_request_id()
    heeded = world.switches.requestid == "honoured" and not request.unheeded
    key = requestid if heeded else ""
    replay = world.replays.find(target.realm_id, key, sent) if key else None
    if replay is not None:
        _record(world, request, target, requestid, sent, "replayed", {})
        return replay.body_or_refusal()
    try:
        answer = execute()
    except Refusal as refusal:
        _record(world, request, target, requestid, sent, refusal.code, {})
        if key:
            world.replays.keep_refusal(target.realm_id, key, refusal, sent)
        raise
    text = wire.dumps({**answer, "time": stamp_ms(world.clock.now())})
    if key:
        world.replays.keep(target.realm_id, key, text, sent)
    _record(world, request, target, requestid, sent, "ok", answer[target.name])
    return text


def _record(
    world: World,
    request: Request,
    target: Target,
    requestid: str,
    sent: str,
    outcome: str,
    written: Body,
) -> None:
    world.ledger.add(
        realm_id=target.realm_id,
        method=request.method,
        path=request.path,
        operation=target.operation,
        entity=target.name,
        requestid=requestid,
        body_hash=sent,
        outcome=outcome,
        object_id=written.get("Id", ""),
        sync_token=written.get("SyncToken", ""),
    )


def _batch(world: World, request: Request, target: Target, company: Company) -> Body:
    requestid = request.query.get("requestid", "")
    heeded = not request.unheeded
    return batch.answer(world, company, payload_of(request), requestid, heeded, run_query)


def _upload(world: World, request: Request, target: Target, company: Company) -> Body:
    admission.refuse_lapsed(world, company)
    return documents.upload(world, company, request)


Special = Callable[[World, Request, Target, Company], Body]
_SPECIAL: dict[str, Special] = {
    "query": _query,
    "batch": _batch,
    "cdc": _changes,
    "reports": _report,
    "upload": _upload,
}
