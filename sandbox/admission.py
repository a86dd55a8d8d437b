"""May this caller do this in this company now?

The order of Intuit's gateway: a good token, the right company and scope, the request limits; then
what the company itself has to say.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox import errors
from sandbox.company import Company
from sandbox.messages import Request
from sandbox.oauth import ACCOUNTING, Grant
from sandbox.world import World

SHORTEST_TOKEN, LONGEST_TOKEN = 20, 4096


def admit(world: World, request: Request, realm_id: str, operation: str) -> Company:
    """Raises Refusal 3200, 500, 3100, 100, 3001, 10200, 120, 140 or 150."""
    grant = _grant(world, request)
    if not realm_id or not operation:
        raise errors.unsupported("null")
    if ACCOUNTING not in grant.scope.split():
        raise errors.forbidden()
    if grant.realm_id != realm_id or realm_id not in world.companies:
        if world.switches.wrong_realm == "401":
            raise errors.wrong_realm()
        raise errors.forbidden("The application is not authorized for this company")
    throttle = world.limits.admit(realm_id, operation == "batch")
    if throttle is not None:
        raise throttle
    company = world.companies[realm_id]
    if grant.created <= company.refuses_grants_to:
        raise errors.company_reset()
    if company.status == "no_access":
        raise errors.no_access()
    if company.status == "locked":
        raise errors.locked_out()
    if company.status == "maintenance":
        raise errors.under_maintenance()
    return company


def _grant(world: World, request: Request) -> Grant:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise errors.unauthenticated("Missing bearer token")
    if not SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN:
        raise errors.unauthenticated("Malformed bearer token: too short or too long")
    grant = world.tokens.grant_of(token)
    if grant is None:
        raise errors.unauthenticated()
    return grant


def refuse_lapsed(world: World, company: Company) -> None:
    """A lapsed subscription stops writing (6190); reading goes on."""
    if company.status == "lapsed":
        raise errors.subscription_lapsed(world.switches.lapsed_status)


def refuse_by_rule(world: World, what: dict[str, str], body: Callable[[], bytes]) -> None:
    """Raises the Refusal that a fault rule of action `fault` wants for this write or batch item."""
    if not world.faults.rules:
        return
    rule = world.faults.match_write(what, body())
    if rule is not None:
        raise errors.Refusal(
            rule.code, rule.message, rule.detail, rule.element, rule.status, rule.kind
        )
