"""How does the sandbox itself make an HTTP request? One POST, nothing kept alive."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

import h11


async def post(url: str, body: bytes, headers: dict[str, str], timeout_s: float) -> int:
    """The answer's status.

    Raises OSError, TimeoutError or h11.ProtocolError."""
    async with asyncio.timeout(timeout_s):
        return await _post(url, body, headers)


async def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure or None)
    try:
        http = h11.Connection(h11.CLIENT)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        full = {
            "Host": parts.netloc,
            "Content-Length": str(len(body)),
            "Connection": "close",
            **headers,
        }
        request = h11.Request(method="POST", target=target, headers=list(full.items()))
        for event in (request, h11.Data(data=body), h11.EndOfMessage()):
            writer.write(http.send(event) or b"")
        await writer.drain()
        return await _status(http, reader)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _status(http: h11.Connection, reader: asyncio.StreamReader) -> int:
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Response):
            return event.status_code
        elif not isinstance(event, h11.InformationalResponse):
            raise ConnectionError("no answer")
