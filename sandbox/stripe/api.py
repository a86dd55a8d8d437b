"""What does Stripe's API answer? Reading one object, with `expand`, and lists; nothing is written.

Stripe's API reference: authentication, errors, expanding responses, pagination.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.messages import Request, Response, json_response
from sandbox.stripe import shapes
from sandbox.stripe.account import Account, NoSuch
from sandbox.stripe.accounts import Accounts
from sandbox.stripe.shapes import Body

PREFIX = "/v1/"
KINDS = {
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "balance_transactions": "balance_transaction",
    "customers": "customer",
}


def handle(accounts: Accounts, request: Request) -> Response:
    account = accounts.with_key(_key(request))
    if account is None:
        said = shapes.error("invalid_request_error", "Invalid API Key provided")
        return json_response(said, 401)
    parts = request.path.removeprefix(PREFIX).strip("/").split("/")
    if request.method != "GET" or parts[0] not in (*KINDS, "events") or len(parts) > 2:
        said = shapes.error("invalid_request_error", f"Unrecognized request URL ({request.path})")
        return json_response(said, 404)
    if parts[0] == "events":
        return json_response(_events(account, request))
    if len(parts) == 1:
        return json_response(_list(account, request, KINDS[parts[0]]))
    return _one(account, request, KINDS[parts[0]], parts[1])


def described(accounts: Accounts, request: Request) -> dict[str, str]:
    """What fault rules know a request by."""
    account = accounts.with_key(_key(request))
    kind = request.path.removeprefix(PREFIX).split("/")[0]
    return {
        "operation": "stripe",
        "entity": KINDS.get(kind, kind),
        "realm": account.id if account else "",
    }


def _key(request: Request) -> str:
    """As a bearer token, or as the user name of basic authentication."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return value


def _one(account: Account, request: Request, kind: str, identifier: str) -> Response:
    try:
        found = account.find(kind, identifier)
    except NoSuch as error:
        said = shapes.error("invalid_request_error", str(error), "resource_missing")
        return json_response(said, 404)
    return json_response(_expanded(account, found, _values(request, "expand")))


def _expanded(account: Account, found: Body, paths: list[str]) -> Body:
    """A copy, in which ids at these paths are objects; `refunds` appears only when asked for."""
    shown: Body = json.loads(json.dumps(found))
    if shown["object"] == "charge" and any(path.startswith("refunds") for path in paths):
        shown["refunds"] = shapes.listed(
            f"/v1/charges/{shown['id']}/refunds", _refunds_of(account, shown["id"])
        )
    for path in paths:
        _expand(account, shown, path.split("."))
    return shown


def _expand(account: Account, holder: Any, path: list[str]) -> None:
    if isinstance(holder, list):
        for each in holder:
            _expand(account, each, path)
        return
    value = holder.get(path[0])
    if isinstance(value, str) and path[0] in account.objects:
        value = holder[path[0]] = json.loads(json.dumps(account.find(path[0], value)))
    if len(path) > 1 and value is not None:
        _expand(account, value, path[1:])


def _refunds_of(account: Account, charge_id: str) -> list[Body]:
    made = account.objects["refund"].values()
    copied: list[Body] = json.loads(json.dumps([r for r in made if r["charge"] == charge_id]))
    return copied[::-1]


def _list(account: Account, request: Request, kind: str) -> Body:
    found = list(account.objects[kind].values())[::-1]
    if kind == "refund" and "charge" in request.query:
        found = [each for each in found if each["charge"] == request.query["charge"]]
    return _page(request, found)


def _events(account: Account, request: Request) -> Body:
    names, since = _values(request, "types"), int(request.query.get("created[gte]", "0"))
    found = [
        event
        for event in reversed(account.events)
        if (not names or event["type"] in names) and event["created"] >= since
    ]
    return _page(request, found)


def _page(request: Request, found: list[Body]) -> Body:
    """The newest first; `starting_after` names the last one of the page before."""
    after, limit = request.query.get("starting_after"), int(request.query.get("limit", "10"))
    ids = [each["id"] for each in found]
    start = ids.index(after) + 1 if after in ids else 0
    return shapes.listed(request.path, found[start : start + limit], len(found) > start + limit)


def _values(request: Request, name: str) -> list[str]:
    """`expand[]=a&expand[]=b`, or `expand[0]=a&expand[1]=b`."""
    pairs = parse_qsl(urlsplit(request.target).query)
    return [value for key, value in pairs if key.partition("[")[0] == name]
