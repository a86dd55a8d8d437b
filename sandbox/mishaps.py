"""How is a fault rule carried out?

Each action either answers without doing the request, or does it and spoils the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sandbox import api, envelopes, errors
from sandbox.faults import Rule
from sandbox.messages import Request, Response
from sandbox.world import World

HTML = (
    "<html>\r\n<head><title>{status} Error</title></head>\r\n"
    "<body>\r\n<center><h1>{status} Error</h1></center>\r\n</body>\r\n</html>\r\n"
)
Answer = Callable[[Request], Response]


@dataclass(slots=True)
class Delivery:
    """How an answer goes out. Without a response the connection just ends: closed, or reset."""

    response: Response | None
    reset: bool = False
    truncate: bool = False
    drip_s: float = 0.0


class Doer(Protocol):
    """What a mishap needs of the app."""

    world: World

    async def perform(self, request: Request) -> Response: ...

    def perform_later(self, request: Request, seconds: float) -> None: ...


async def play(rule: Rule, request: Request, app: Doer) -> Delivery:
    return await _PLAYS[rule.action](rule, request, app)


async def _delay(rule: Rule, request: Request, app: Doer) -> Delivery:
    await asyncio.sleep(rule.seconds)
    return Delivery(await app.perform(request))


async def _status(rule: Rule, request: Request, app: Doer) -> Delivery:
    await asyncio.sleep(rule.seconds)
    return Delivery(Response(rule.status, rule.body.encode(), rule.content_type))


async def _reset(rule: Rule, request: Request, app: Doer) -> Delivery:
    return Delivery(None, reset=True)


async def _commit_then_drop(rule: Rule, request: Request, app: Doer) -> Delivery:
    await app.perform(request)
    await asyncio.sleep(rule.seconds)
    return Delivery(None)


async def _commit_then_status(rule: Rule, request: Request, app: Doer) -> Delivery:
    await app.perform(request)
    return await _status(rule, request, app)


async def _commit_late(rule: Rule, request: Request, app: Doer) -> Delivery:
    app.perform_later(request, rule.seconds)
    await asyncio.sleep(rule.hold)
    return Delivery(None)


async def _truncate(rule: Rule, request: Request, app: Doer) -> Delivery:
    return Delivery(await app.perform(request), truncate=True)


async def _malformed(rule: Rule, request: Request, app: Doer) -> Delivery:
    response = await app.perform(request)
    response.body = response.body[: len(response.body) // 2] + b'"oops'
    return Delivery(response)


async def _drip(rule: Rule, request: Request, app: Doer) -> Delivery:
    return Delivery(await app.perform(request), drip_s=rule.seconds)


async def _unauthorized(rule: Rule, request: Request, app: Doer) -> Delivery:
    return Delivery(api.refuse(app.world, errors.unauthenticated()))


async def _throttled(rule: Rule, request: Request, app: Doer) -> Delivery:
    return Delivery(api.refuse(app.world, errors.throttled(rule.status)))


async def _html(rule: Rule, request: Request, app: Doer) -> Delivery:
    body = HTML.format(status=rule.status).encode()
    return Delivery(Response(rule.status, body, "text/html"))


async def _xml(rule: Rule, request: Request, app: Doer) -> Delivery:
    message = f"message=InternalServerError; errorCode=003100; statusCode={rule.status}"
    refusal = errors.Refusal("3100", message, "Internal Server Error", kind="SERVICE")
    body = envelopes.gateway_xml(refusal, app.world.clock.now())
    return Delivery(Response(rule.status, body, envelopes.XML))


Play = Callable[[Rule, Request, Doer], Awaitable[Delivery]]

_PLAYS: dict[str, Play] = {
    "delay": _delay,
    "status": _status,
    "reset": _reset,
    "commit_then_drop": _commit_then_drop,
    "commit_then_status": _commit_then_status,
    "commit_late": _commit_late,
    "truncate": _truncate,
    "malformed": _malformed,
    "drip": _drip,
    "unauthorized": _unauthorized,
    "throttled": _throttled,
    "html": _html,
    "xml": _xml,
}
