"""How do bytes on a socket become requests, and answers bytes?

h11 speaks HTTP; the sockets stay in our hands, since faults need resets, half answers and slow
ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import struct
from email.utils import formatdate

import h11

from sandbox.api import LARGEST_BODY
from sandbox.app import App
from sandbox.messages import Request, Response, json_response
from sandbox.mishaps import Delivery

READ_SIZE = 65_536
IDLE_S = 75
DRIP_PIECES = 20
LINGER_ZERO = struct.pack("ii", 1, 0)
BACKLOG = 512


async def serve(app: App, host: str, port: int) -> asyncio.Server:
    """Listen; raises OSError when the port is taken."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Connection(app, reader, writer).run()

    return await asyncio.start_server(connected, host, port, backlog=BACKLOG)


class Connection:
    """One client connection; its requests are answered one after the other."""

    def __init__(
        self, app: App, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.app, self.reader, self.writer = app, reader, writer
        self.http = h11.Connection(h11.SERVER)
        with contextlib.suppress(OSError):
            self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _socket(self) -> socket.socket:
        return self.writer.get_extra_info("socket")  # type: ignore[no-any-return]

    async def run(self) -> None:
        try:
            await self._talk()
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            with contextlib.suppress(ConnectionError):
                self.writer.close()

    async def _talk(self) -> None:
        while True:
            try:
                request = await self._request()
            except h11.RemoteProtocolError as error:
                return await self._refuse(error.error_status_hint)
            if request is None:
                return
            if isinstance(request, int):
                return await self._refuse(request)
            if not await self._deliver(await self.app.handle(request)):
                return
            if self.http.our_state is not h11.DONE or self.http.their_state is not h11.DONE:
                return
            self.http.start_next_cycle()

    # -- reading ------------------------------------------------------------------------------

    async def _request(self) -> Request | int | None:
        """The next request, a status to refuse it with, or None when the client has gone."""
        head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        body = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
            if len(body) > LARGEST_BODY:
                return 413
        if not isinstance(event, h11.EndOfMessage):
            return None
        target = head.target.decode("latin-1")
        return Request(head.method.decode("latin-1"), target, headers, bytes(body))

    async def _event(self) -> object:
        while (event := self.http.next_event()) is h11.NEED_DATA:
            if self.http.they_are_waiting_for_100_continue:
                await self._send(h11.InformationalResponse(status_code=100, headers=[]))
            async with asyncio.timeout(IDLE_S):
                self.http.receive_data(await self.reader.read(READ_SIZE))
        return event

    # -- writing ------------------------------------------------------------------------------

    async def _send(self, *events: h11.Event) -> None:
        data = b"".join(self.http.send(event) or b"" for event in events)
        self.writer.write(data)
        await self.writer.drain()

    async def _refuse(self, status: int) -> None:
        if self.http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            response = json_response({"error": "bad request"}, status)
            response.headers["Connection"] = "close"
            await self._send(_head(response), h11.Data(data=response.body), h11.EndOfMessage())

    async def _deliver(self, delivery: Delivery) -> bool:
        """Send the answer, or spoil it; False when the connection is to end."""
        if delivery.response is None:
            self._end(delivery.reset)
            return False
        head, body = _head(delivery.response), delivery.response.body
        if delivery.truncate:
            await self._send(head, h11.Data(data=body[: len(body) // 2]))
            self._end(reset=False)
            return False
        if delivery.drip_s:
            await self._send(head)
            await self._drip(body, delivery.drip_s)
        else:
            await self._send(head, h11.Data(data=body), h11.EndOfMessage())
        return True

    async def _drip(self, body: bytes, seconds: float) -> None:
        size = max(1, len(body) // DRIP_PIECES)
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        for piece in pieces:
            await asyncio.sleep(seconds / len(pieces))
            await self._send(h11.Data(data=piece))
        await self._send(h11.EndOfMessage())

    def _end(self, reset: bool) -> None:
        if reset:
            self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
            self.writer.transport.abort()
        else:
            self.writer.close()


def _head(response: Response) -> h11.Response:
    """A header that `response` sets to "" stays out."""
    headers = {
        "Content-Type": response.content_type,
        "Content-Length": str(len(response.body)),
        "Date": formatdate(usegmt=True),
        "QBO-Version": "1966.150",
        "intuit_tid": _tid(),
        **response.headers,
    }
    return h11.Response(
        status_code=response.status, headers=[(k, v) for k, v in headers.items() if v]
    )


def _tid() -> str:
    return f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
