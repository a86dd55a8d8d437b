"""What does `/v3/company/{realm}/...` answer?

The gates first (token, company, limits), then one of: write, read, query, batch, change data capture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox import envelopes, errors, query, search, wire, writes
from sandbox.clock import stamp_ms
from sandbox.company import DELETED, Company, Draft, Record, render
from sandbox.entities import BY_PATH, Entity
from sandbox.errors import Refusal
from sandbox.messages import Request, Response
from sandbox.oauth import ACCOUNTING
from sandbox.replays import LONGEST, fingerprint
from sandbox.wire import Body
from sandbox.world import World
from sandbox.writes import Options

PREFIX = "/v3/company/"
LARGEST_BODY = 10 * 1024 * 1024
DUPLICATES = "allowduplicatedocnum"
OPERATIONS = {"create", "update", "delete", "void"}


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about, read from its path and query string alone."""

    realm_id: str
    segments: tuple[str, ...]
    operation: str
    entity: Entity | None

    def described(self) -> dict[str, str]:
        name = self.entity.name if self.entity else (self.segments[0] if self.segments else "")
        return {"entity": name, "operation": self.operation, "realm": self.realm_id}


def target_of(request: Request) -> Target:
    realm_id, *segments = request.path.removeprefix(PREFIX).strip("/").split("/")
    first = segments[0].lower() if segments else ""
    entity = BY_PATH.get(first)
    return Target(realm_id, tuple(segments), _operation(request, first, entity, segments), entity)


def _operation(request: Request, first: str, entity: Entity | None, segments: list[str]) -> str:
    if entity is None:
        return first
    if request.method == "GET":
        return "read"
    if len(segments) > 1:
        return segments[-1].lower()
    include = request.query.get("include", "").lower().split(",")
    asked = request.query.get("operation", "").lower()
    if "void" in include or asked == "void":
        return "void"
    if asked == "delete":
        return "delete"
    return "update" if _has_id(request.body) or asked == "update" else "create"


def _has_id(body: bytes) -> bool:
    if b'"Id"' not in body:
        return False
    try:
        payload = wire.loads(body)
    except ValueError:
        return False
    return isinstance(payload, dict) and payload.get("Id") not in (None, "", "0", 0)


def handle(world: World, request: Request, target: Target) -> Response:
    """The whole answer, a refusal included."""
    try:
        company = admit(world, request, target)
        return _shaped(world, request, *_answer(world, request, target, company))
    except Refusal as refusal:
        return refuse(world, refusal)
    except _NotHere:
        return Response(404, b"", "text/plain")


def refuse(world: World, refusal: Refusal) -> Response:
    body, content_type = envelopes.refusal_bytes(
        refusal, world.clock.now(), world.switches.throttle_body
    )
    response = Response(refusal.status, body, content_type)
    if refusal.status == 429 and world.switches.retry_after:
        response.headers["Retry-After"] = str(world.switches.retry_after)
    return response


# -- gates ----------------------------------------------------------------------------------------------


def admit(world: World, request: Request, target: Target) -> Company:
    """Raises Refusal 3200, 3100, 100, 120, 150, 500 or 3001."""
    grant = _grant(world, request)
    if not target.realm_id or not target.segments:
        raise errors.unsupported(target.segments[0] if target.segments else "null")
    if ACCOUNTING not in grant.split()[1:]:
        raise errors.forbidden()
    if grant.split()[0] != target.realm_id or target.realm_id not in world.companies:
        raise (
            errors.wrong_realm()
            if world.switches.wrong_realm == "401"
            else errors.forbidden("The application is not authorized for this company")
        )
    throttle = world.limits.admit(target.realm_id, target.operation == "batch")
    if throttle is not None:
        raise throttle
    company = world.companies[target.realm_id]
    if company.status == "no_access":
        raise errors.no_access()
    if company.status == "maintenance":
        raise errors.under_maintenance()
    return company


def _grant(world: World, request: Request) -> str:
    """The realm and scopes of a good bearer token, as one string."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise errors.unauthenticated("AuthenticationFailed: missing bearer token")
    if not 20 <= len(token) <= 4096:
        raise errors.unauthenticated("Malformed bearer token: too short or too long")
    grant = world.tokens.grant_of(token)
    if grant is None:
        raise errors.unauthenticated()
    return f"{grant.realm_id} {grant.scope}"


def refuse_lapsed(world: World, company: Company) -> None:
    """A lapsed subscription stops writing; reading goes on."""
    if company.status == "lapsed":
        raise errors.subscription_lapsed(world.switches.lapsed_status)


# -- answers --------------------------------------------------------------------------------------------


def _answer(
    world: World, request: Request, target: Target, company: Company
) -> tuple[Body | str, int]:
    first = target.segments[0].lower()
    if first == "query":
        return run_query(world, company, _statement(request)), 200
    if target.entity is None:
        raise _NotHere
    if request.method == "GET":
        return _read(world, company, target), 200
    if request.method != "POST":
        raise errors.unsupported(request.method)
    return write(world, request, target, company)


class _NotHere(Exception):
    """404: no such path."""


def _statement(request: Request) -> str:
    if request.method == "POST" and request.body:
        text = request.body.decode("utf-8", "replace")
        if request.content_type == "application/x-www-form-urlencoded":
            return request.form.get("query", text)
        return text
    return request.query.get("query", "")


def run_query(world: World, company: Company, statement: str) -> Body:
    parsed = query.parse(statement)
    found = search.answer(company, parsed, world.clock.now(), world.switches.query_lag_s)
    return {"QueryResponse": found}


def _read(world: World, company: Company, target: Target) -> Body:
    assert target.entity is not None
    name = target.entity.name
    single = name in ("CompanyInfo", "Preferences")
    if len(target.segments) < 2 and not single:
        raise errors.unsupported(f"read {name}")
    record = company.read(name, "1" if single else target.segments[1])
    return {name: render(company, record)}


def payload_of(request: Request) -> Body:
    """Raises Refusal 2010 or 1050."""
    if request.content_type not in ("application/json", "text/json", ""):
        raise errors.content_type()
    try:
        payload = wire.loads(request.body)
    except ValueError:
        raise errors.unreadable() from None
    if not isinstance(payload, dict):
        raise errors.unreadable()
    return payload


def write(
    world: World, request: Request, target: Target, company: Company
) -> tuple[Body | str, int]:
    """Execute a write once per requestid, and put it in the ledger."""
    assert target.entity is not None
    requestid = request.query.get("requestid", "")
    if len(requestid) > LONGEST:
        raise errors.invalid_request_id()
    sent = fingerprint(target.entity.name, target.operation, request.body)
    honoured = requestid and world.switches.requestid == "honoured"
    if honoured:
        replay = world.replays.find(company.realm_id, requestid, sent)
        if replay is not None:
            _record(world, request, target, requestid, sent, "replayed", "", "")
            return replay.body, replay.status
    try:
        payload = payload_of(request)
        refuse_lapsed(world, company)
        options = Options(DUPLICATES in request.query.get("include", "").lower())
        name, body = perform(world, company, target.operation, target.entity, payload, options)
    except Refusal as refusal:
        _record(world, request, target, requestid, sent, refusal.code, "", "")
        if honoured:
            text = envelopes.service_json(refusal, world.clock.now()).decode()
            world.replays.keep(company.realm_id, requestid, refusal.status, text, sent)
        raise
    text = wire.dumps({name: body, "time": stamp_ms(world.clock.now())})
    if honoured:
        world.replays.keep(company.realm_id, requestid, 200, text, sent)
    _record(
        world, request, target, requestid, sent, "ok", body["Id"], str(body.get("SyncToken", ""))
    )
    return text, 200


def _record(
    world: World,
    request: Request,
    target: Target,
    requestid: str,
    sent: str,
    outcome: str,
    object_id: str,
    sync_token: str,
) -> None:
    assert target.entity is not None
    world.ledger.add(
        realm_id=target.realm_id,
        method=request.method,
        path=request.path,
        operation=target.operation,
        entity=target.entity.name,
        requestid=requestid,
        body_hash=sent,
        outcome=outcome,
        object_id=object_id,
        sync_token=sync_token,
    )


Operation = Callable[[Draft, Entity, Body], Record]


def perform(
    world: World,
    company: Company,
    operation: str,
    entity: Entity,
    payload: Body,
    options: Options,
    actor: str = "app",
) -> tuple[str, Body]:
    """Do one write and commit it; the entity's name and the object as shown.

    Raises Refusal, with nothing changed."""
    draft = company.draft(world.clock.now(), actor)
    if operation == "create":
        writes.create(draft, entity, payload, world.switches, options)
    elif operation == "update":
        writes.update(draft, entity, payload, world.switches, options)
    elif operation == "delete":
        writes.delete(draft, entity, payload)
    elif operation == "void":
        writes.void(draft, entity, payload)
    else:
        raise errors.unsupported(operation)
    main = _main_record(draft, entity, operation, payload)
    events = draft.commit()
    world.announce(company, events)
    record = draft.latest(main)
    if record.state == DELETED:
        return entity.name, {"status": "Deleted", "domain": "QBO", "Id": record.id}
    return entity.name, render(company, record)


def _main_record(draft: Draft, entity: Entity, operation: str, payload: Body) -> Record:
    """The record the request was about, among all it touched."""
    if operation == "create":
        key = next(k for k, what in draft.operations.items() if what == "Create")
        return draft.staged[key]
    identifier = "1" if entity.name in ("Preferences", "CompanyInfo") else str(payload["Id"])
    return draft.staged[entity.name, identifier]


def _shaped(world: World, request: Request, answer: Body | str, status: int) -> Response:
    """JSON where it is accepted; XML for a caller that does not ask for JSON."""
    now = world.clock.now()
    if not isinstance(answer, str):
        answer = wire.dumps({**answer, "time": stamp_ms(now)})
    if wants_json(world, request):
        return Response(status, answer.encode("utf-8", "replace"))
    return Response(status, envelopes.xml_document(wire.loads(answer), now), envelopes.XML)


def wants_json(world: World, request: Request) -> bool:
    accept = request.headers.get("accept", "")
    if "json" in accept or request.query.get("format") == "json":
        return True
    return world.switches.answer_without_accept == "json"
