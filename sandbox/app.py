"""Which part answers a request, and what does it wait for first?

Fault rules see every request but those of the control API and of the person's pages. API requests
also wait out the latency and, where they share a requestid with one under way, that one.
"""

from __future__ import annotations

import asyncio
import random
import sys
import traceback

from sandbox import api, control, errors, mishaps, pages, signin
from sandbox.messages import Request, Response, json_response
from sandbox.mishaps import Delivery
from sandbox.stripe import api as stripe
from sandbox.stripe import page as stripe_page
from sandbox.templates import FOLDER
from sandbox.world import World


class App:
    """Answers requests out of one `World`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.late: set[asyncio.Task[None]] = set()

    async def handle(self, request: Request) -> Delivery:
        """Never raises: what goes wrong inside is a SystemFault with its traceback on stderr."""
        what = self._described(request)
        rule = self.world.faults.match(request, what) if what else None
        if rule is None:
            delivery = Delivery(await self._perform(request))
        else:
            delivery = await mishaps.play(rule, request, self)
        if what:
            self.world.counters.add(request, what, delivery.response)
        return delivery

    def _described(self, request: Request) -> dict[str, str]:
        """What fault rules and counters know a request by; empty for control and pages."""
        if request.path.startswith(api.PREFIX):
            return api.target_of(request).described()
        if request.path.rstrip("/") in (signin.TOKEN, signin.REVOKE, signin.USERINFO):
            operation = request.path.rstrip("/").rsplit("/", 1)[-1]
            return {"operation": operation, "entity": "sign-in", "realm": ""}
        if request.path.startswith(stripe.PREFIX):
            return stripe.described(self.world.stripe, request)
        return {}

    async def _perform(self, request: Request) -> Response:
        if not request.path.startswith(api.PREFIX):
            return self._settle(self._elsewhere, request)
        target = api.target_of(request)
        requestid = request.query.get("requestid")
        if not requestid or self.world.switches.requestid != "honoured":
            return await self._work(request)
        key = (target.realm_id, requestid)
        in_flight = self.world.replays.in_flight
        if key in in_flight and self._executes_at_once():
            request.unheeded = True
            return await self._work(request)
        while key in in_flight:
            await asyncio.wait([in_flight[key]])
        in_flight[key] = asyncio.get_running_loop().create_future()
        try:
            return await self._work(request)
        finally:
            in_flight.pop(key).set_result(None)

    def _executes_at_once(self) -> bool:
        """Does a requestid count for nothing while the first request with it is under way?"""
        return self.world.switches.requestid_in_flight == "executes"

    async def _work(self, request: Request) -> Response:
        await self._latency(request)
        return self._settle(lambda r: api.handle(self.world, r), request)

    async def _latency(self, request: Request) -> None:
        switches = self.world.switches
        wait_ms = switches.latency_ms + random.random() * switches.latency_jitter_ms
        if switches.batch_item_ms and api.target_of(request).operation == "batch":
            wait_ms += switches.batch_item_ms * request.body.count(b'"bId"')
        if wait_ms:
            await asyncio.sleep(wait_ms / 1000)

    def _elsewhere(self, request: Request) -> Response:
        if request.path.startswith(control.PREFIX):
            return control.handle(self.world, request)
        signed_in = signin.handle(self.world, request)  # first: one of its paths begins as Stripe's
        if signed_in:
            return signed_in
        if request.path.startswith(stripe.PREFIX):
            return stripe.handle(self.world.stripe, request)
        if request.path.rstrip("/") == stripe_page.PATH:
            return stripe_page.handle(self.world.stripe, request)
        if request.path == "/style.css":
            return Response(200, (FOLDER / "style.css").read_bytes(), "text/css")
        return pages.handle(self.world, request) or json_response({"error": "not found"}, 404)

    def _settle(self, answer: mishaps.Answer, request: Request) -> Response:
        """Answer and make durable; a bug inside becomes a SystemFault."""
        try:
            return answer(request)
        except Exception as error:  # noqa: BLE001 - the last line of defence of a server
            traceback.print_exc(file=sys.stderr)
            self.world.counters.kinds["crash"] += 1
            status = self.world.switches.system_failure_status
            return api.refuse(self.world, errors.system_failure(type(error).__name__, status))
        finally:
            self.world.storage.commit()

    async def perform(self, request: Request) -> Response:
        """What the request would have got had nothing gone wrong."""
        return await self._perform(request)

    def perform_later(self, request: Request, seconds: float) -> None:
        """Do it after `seconds`, unheard. Its requestid is under way until then."""
        task = asyncio.create_task(self._late(request, seconds))
        self.late.add(task)
        task.add_done_callback(self.late.discard)

    async def _late(self, request: Request, seconds: float) -> None:
        key = (api.target_of(request).realm_id, request.query.get("requestid", ""))
        in_flight = self.world.replays.in_flight
        marked = bool(key[1]) and key not in in_flight
        if marked:
            in_flight[key] = asyncio.get_running_loop().create_future()
        request.unheeded = self._executes_at_once()  # what came meanwhile was not seen, either
        await asyncio.sleep(seconds)
        await self._work(request)
        if marked:
            in_flight.pop(key).set_result(None)
