"""How does a test play the people who pay by card? Routes of the control API under `stripe/`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.stripe.account import Account
from sandbox.stripe.accounts import Act
from sandbox.stripe.shapes import Body
from sandbox.world import World


def _account(world: World, given: Body) -> Account:
    return world.stripe.called(str(given.get("account") or ""))


def _shown(account: Account) -> Body:
    return {
        "account": account.id,
        "name": account.name,
        "api_key": account.api_key,
        "webhook_secret": account.webhook_secret,
        "target": account.target,
        "held": account.held,
        "balance": account.balance(),
    }


def _list(world: World, given: Body) -> Body:
    return {"accounts": [_shown(account) for account in world.stripe]}


def _open(world: World, given: Body) -> Body:
    name, target = str(given.get("name") or "Stripe account"), str(given.get("target") or "")
    return _shown(world.stripe.open(name, target, bool(given.get("live"))))


def _change(world: World, given: Body) -> Body:
    account = _account(world, given)
    account.target = str(given.get("target", account.target))
    account.held = bool(given.get("held", account.held))
    account.api_key = str(given.get("api_key", account.api_key))
    return _shown(world.stripe.keep(account))


def _act(act: Act) -> Callable[[World, Body], Body]:
    def route(world: World, given: Body) -> Body:
        account = _account(world, given)
        return {"object": world.stripe.do(account, act, given)}

    return route


def _events(world: World, given: Body) -> Body:
    return {"events": _account(world, given).events}


def _deliver(world: World, given: Body) -> Body:
    """These events, in this order, or all; each ``copies`` times, all at once."""
    account = _account(world, given)
    by_id = {event["id"]: event for event in account.events}
    chosen = [by_id[str(one)] for one in given.get("events", by_id)]
    for _ in range(int(given.get("copies", 1))):
        world.stripe.deliveries.send(account, chosen)
    return {"sent": len(chosen)}


def _deliveries(world: World, given: Body) -> Body:
    deliveries = world.stripe.deliveries
    return {"waiting": deliveries.waiting, "answers": dict(deliveries.answers)}


Route = Callable[[World, Body], dict[str, Any]]
ROUTES: dict[str, dict[str, Route]] = {
    "stripe/accounts": {"GET": _list, "POST": _open},
    "stripe/accounts/change": {"POST": _change},
    "stripe/charges": {"POST": _act(Account.charge)},
    "stripe/charges/capture": {"POST": _act(Account.capture)},
    "stripe/charges/age": {"POST": _act(Account.age)},
    "stripe/refunds": {"POST": _act(Account.refund)},
    "stripe/refunds/change": {"POST": _act(Account.change_refund)},
    "stripe/disputes": {"POST": _act(Account.dispute)},
    "stripe/disputes/close": {"POST": _act(Account.close_dispute)},
    "stripe/events": {"GET": _events},
    "stripe/deliveries": {"GET": _deliveries, "POST": _deliver},
}
