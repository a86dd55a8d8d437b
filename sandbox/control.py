"""How does a test or a script steer the sandbox? A JSON API under `/control`; README.md has the
table.

It asks for no sign-in: the sandbox is for one's own machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox import person, wire
from sandbox.audit import audit
from sandbox.company import STATUSES, Company, render
from sandbox.envelopes import fault
from sandbox.errors import Refusal
from sandbox.faults import ACTIONS
from sandbox.messages import Request, Response, json_response
from sandbox.stripe import control as stripe
from sandbox.wire import Body
from sandbox.world import World

PREFIX = "/control"


def handle(world: World, request: Request) -> Response:
    """200 with the result, 400 with `error` or the `Fault` QuickBooks would give, 404, 405."""
    path = request.path.removeprefix(PREFIX).strip("/")
    routes = _ROUTES.get(path)
    if routes is None:
        return json_response({"error": f"nothing at {request.path}", "paths": sorted(_ROUTES)}, 404)
    action = routes.get(request.method)
    if action is None:
        return json_response({"error": f"use {' or '.join(routes)}"}, 405)
    try:
        return json_response(action(world, {**request.query, **_body(request)}))
    except Refusal as refusal:
        return json_response({"Fault": fault(refusal)}, 400)
    except KeyError as error:
        return json_response({"error": f"{error.args[0]} is missing or unknown"}, 400)
    except (ValueError, TypeError, InvalidOperation) as error:
        return json_response({"error": str(error)}, 400)


def _body(request: Request) -> Body:
    body = wire.loads(request.body) if request.body.strip() else {}
    if not isinstance(body, dict):
        raise TypeError("the body is not an object")
    return body


def _company(world: World, given: Body) -> Company:
    realm_id = str(given.get("realm") or given.get("realm_id") or world.default_realm)
    return world.companies[realm_id]


# -- companies -------------------------------------------------------------------------------


def _list_companies(world: World, given: Body) -> Body:
    rows = [
        {"realm_id": c.realm_id, "name": c.name, "status": c.status}
        for c in world.companies.values()
    ]
    return {"companies": rows}


def _add_company(world: World, given: Body) -> Body:
    realm_id = str(given.get("realm_id") or world.next_realm())
    if not realm_id.isdigit() or realm_id in world.companies:
        raise ValueError(f"realm_id {realm_id} is taken or not a number")
    company = world.add_company(realm_id, str(given.get("name") or f"Company {realm_id}"))
    return {
        "realm_id": realm_id,
        "name": company.name,
        "refresh_token": _new_refresh_token(world, realm_id),
    }


def _reset_company(world: World, given: Body) -> Body:
    realm_id = _company(world, given).realm_id
    return {"realm_id": world.reset_company(realm_id, given.get("signs_out") is True).realm_id}


def _set_status(world: World, given: Body) -> Body:
    company = _company(world, given)
    if given["status"] not in STATUSES:
        raise ValueError(f"status is one of {', '.join(STATUSES)}")
    company.status = str(given["status"])
    company.save()
    return {"status": company.status}


def _set_tax(world: World, given: Body) -> Body:
    company = _company(world, given)
    company.sales_tax_percent = Decimal(str(given["percent"]))
    company.save()
    return {"percent": company.sales_tax_percent}


# -- what someone in QuickBooks does ---------------------------------------------------------


def _list_objects(world: World, given: Body) -> Body:
    company = _company(world, given)
    entity = person.entity_called(str(given["entity"]))
    if "id" in given:
        record = company.read(entity.name, str(given["id"]))
        return {"object": render(company, record), "history": record.history}
    return {"objects": [render(company, record) for record in company.live(entity.name)]}


def _create_object(world: World, given: Body) -> Body:
    entity = person.entity_called(str(given["entity"]))
    return {"object": person.create(world, _company(world, given), entity, given["fields"])}


Act = Callable[..., Body]


def _act(act: Act, *names: str) -> Callable[[World, Body], Body]:
    """A route for an act on one object; `names` are further arguments it takes from the body."""

    def route(world: World, given: Body) -> Body:
        entity = person.entity_called(str(given["entity"]))
        arguments = [given[name] for name in names]
        company = _company(world, given)
        return {"object": act(world, company, entity, str(given["id"]), *arguments)}

    return route


def _inactivate(world: World, given: Body) -> Body:
    return _act(person.set_active, "active")(world, {**given, "active": False})


def _activate(world: World, given: Body) -> Body:
    return _act(person.set_active, "active")(world, {**given, "active": True})


def _merge(world: World, given: Body) -> Body:
    return _act(person.merge, "into")(world, {**given, "into": str(given["into"])})


def _set_amount(world: World, given: Body) -> Body:
    amount = Decimal(str(given["amount"]))
    return _act(person.set_amount, "amount")(world, {**given, "amount": amount})


def _close_books(world: World, given: Body) -> Body:
    day = given.get("date")
    return {"object": person.close_books(world, _company(world, given), str(day) if day else None)}


def _preferences(world: World, given: Body) -> Body:
    """`{"CustomTxnNumbers": true}` is short for the group it is in."""
    company = _company(world, given)
    if "CustomTxnNumbers" in given:
        values = {"CustomTxnNumbers": bool(given["CustomTxnNumbers"])}
        return {"object": person.prefer(world, company, "SalesFormsPrefs", values)}
    return {"object": person.prefer(world, company, str(given["group"]), given["values"])}


def _method_type(world: World, given: Body) -> Body:
    entity = person.entity_called("PaymentMethod")
    fields = {"Type": given["type"]}
    return {
        "object": person.update(world, _company(world, given), entity, str(given["id"]), fields)
    }


# -- sign-in ---------------------------------------------------------------------------------


def _new_refresh_token(world: World, realm_id: str) -> str:
    return world.tokens.connect(realm_id).refresh_tokens[-1].value


def _refresh_token(world: World, given: Body) -> Body:
    realm_id = _company(world, given).realm_id
    return {"realm_id": realm_id, "refresh_token": _new_refresh_token(world, realm_id)}


def _disconnect(world: World, given: Body) -> Body:
    return {"ended": world.tokens.disconnect(_company(world, given).realm_id)}


def _expire(world: World, given: Body) -> Body:
    world.tokens.expire_access(_company(world, given).realm_id)
    return {}


# -- the sandbox itself ----------------------------------------------------------------------


def _switches(world: World, given: Body) -> Body:
    return world.switches.as_dict()


def _set_switches(world: World, given: Body) -> Body:
    world.switches.update(given)
    return world.switches.as_dict()


def _clock(world: World, given: Body) -> Body:
    """Only forward: nothing in the books may have happened in the future."""
    seconds = float(given.get("advance_s", 0))
    if seconds < 0:
        raise ValueError("the clock only goes forward")
    world.clock.advance(seconds)
    return {"now": world.clock.now().isoformat(), "offset_s": world.clock.offset_s}


def _list_faults(world: World, given: Body) -> Body:
    return {"faults": world.faults.list(), "actions": ACTIONS}


def _add_fault(world: World, given: Body) -> Body:
    return asdict(world.faults.add(given))


def _clear_faults(world: World, given: Body) -> Body:
    world.faults.clear(int(given["id"]) if "id" in given else None)
    return {"faults": world.faults.list()}


def _ledger(world: World, given: Body) -> Body:
    names = {
        "realm": "realm_id",
        "entity": "entity",
        "outcome": "outcome",
        "requestid": "requestid",
    }
    filters = {names[k]: str(v) for k, v in given.items() if k in names}
    return {"entries": world.ledger.list(**filters)}


def _audit(world: World, given: Body) -> Body:
    return audit(_company(world, given))


def _counters(world: World, given: Body) -> Body:
    return world.counters.as_dict()


def _reset_counters(world: World, given: Body) -> Body:
    world.counters.reset()
    world.limits.clear()
    return world.counters.as_dict()


# -- webhooks --------------------------------------------------------------------------------


def _webhooks(world: World, given: Body) -> Body:
    webhooks = world.webhooks
    return {
        "targets": webhooks.targets,
        "waiting": webhooks.waiting,
        "log": [delivery.as_dict() for delivery in webhooks.log],
    }


def _set_webhooks(world: World, given: Body) -> Body:
    targets = given["targets"]
    if not isinstance(targets, list) or not all(
        isinstance(t, str) and t.startswith(("http://", "https://")) for t in targets
    ):
        raise ValueError("targets is a list of http addresses")
    world.webhooks.targets = targets
    return {"targets": targets}


def _resend(world: World, given: Body) -> Body:
    numbers = given.get("numbers")
    return {"resent": world.webhooks.resend([int(n) for n in numbers] if numbers else None)}


def _hurry(world: World, given: Body) -> Body:
    world.webhooks.hurry()
    return {"waiting": world.webhooks.waiting}


Route = Callable[[World, Body], dict[str, Any]]
_ROUTES: dict[str, dict[str, Route]] = {
    "companies": {"GET": _list_companies, "POST": _add_company},
    "companies/reset": {"POST": _reset_company},
    "companies/status": {"POST": _set_status},
    "companies/sales-tax": {"POST": _set_tax},
    "objects": {"GET": _list_objects, "POST": _create_object},
    "objects/update": {"POST": _act(person.update, "fields")},
    "objects/amount": {"POST": _set_amount},
    "objects/delete": {"POST": _act(person.delete)},
    "objects/void": {"POST": _act(person.void)},
    "objects/inactivate": {"POST": _inactivate},
    "objects/activate": {"POST": _activate},
    "objects/merge": {"POST": _merge},
    "close-books": {"POST": _close_books},
    "preferences": {"POST": _preferences},
    "payment-method-type": {"POST": _method_type},
    "refresh-token": {"POST": _refresh_token},
    "disconnect": {"POST": _disconnect},
    "expire-access-tokens": {"POST": _expire},
    "switches": {"GET": _switches, "POST": _set_switches},
    "clock": {"GET": _clock, "POST": _clock},
    "faults": {"GET": _list_faults, "POST": _add_fault, "DELETE": _clear_faults},
    "ledger": {"GET": _ledger},
    "audit": {"GET": _audit},
    "counters": {"GET": _counters, "DELETE": _reset_counters},
    "webhooks": {"GET": _webhooks, "POST": _set_webhooks},
    "webhooks/resend": {"POST": _resend},
    "webhooks/hurry": {"POST": _hurry},
    **stripe.ROUTES,
}
