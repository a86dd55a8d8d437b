"""How does a test or a script steer the sandbox? A JSON API under `/control`."""

from __future__ import annotations

from dataclasses import asdict

from sandbox import wire
from sandbox.messages import Request, Response, json_response
from sandbox.wire import Body
from sandbox.world import World

PREFIX = "/control"


def handle(world: World, request: Request) -> Response:
    try:
        body = wire.loads(request.body) if request.body.strip() else {}
    except ValueError:
        return json_response({"error": "the body is not JSON"}, 400)
    if not isinstance(body, dict):
        return json_response({"error": "the body is not an object"}, 400)
    path = request.path.removeprefix(PREFIX).strip("/")
    try:
        return _route(world, request, path, {**request.query, **body})
    except (ValueError, KeyError) as error:
        return json_response({"error": str(error)}, 400)


def _route(world: World, request: Request, path: str, given: Body) -> Response:
    if path == "switches":
        if request.method == "POST":
            world.switches.update(given)
        return json_response(world.switches.as_dict())
    if path == "companies":
        if request.method == "POST":
            realm_id = str(given.get("realm_id") or int(max(world.companies)) + 1)
            world.add_company(realm_id, str(given.get("name") or f"Company {realm_id}"))
            return json_response({"realm_id": realm_id})
        names = [{"realm_id": c.realm_id, "name": c.name} for c in world.companies.values()]
        return json_response({"companies": names})
    if path == "refresh-token":
        grant = world.tokens.connect(str(given.get("realm_id") or world.default_realm))
        return json_response({"refresh_token": grant.refresh_tokens[-1].value})
    if path == "ledger":
        return json_response({"entries": [asdict(entry) for entry in world.ledger.entries]})
    if path == "faults":
        if request.method == "POST":
            return json_response({"id": world.faults.add(given).id})
        if request.method == "DELETE":
            world.faults.clear()
        return json_response({"faults": world.faults.list()})
    return json_response({"error": f"nothing at {request.path}"}, 404)
