"""An app's webhook address, for tests."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Listener:
    """Keeps what it was sent. `statuses` are its next answers; 200 when it has run out. `slow_s`
    are the seconds that it takes for the next ones."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.slow_s: list[float] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
                time.sleep(listener.slow_s.pop(0) if listener.slow_s else 0)
                self.send_response(listener.statuses.pop(0) if listener.statuses else 200)
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhooks/intuit"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def wait_for(self, number: int, within_s: float = 5) -> list[Any]:
        """The first `number` bodies, parsed. Raises AssertionError if they do not come."""
        ends = time.monotonic() + within_s
        while len(self.received) < number:
            assert time.monotonic() < ends, f"only {len(self.received)} of {number} came"
            time.sleep(0.02)
        return [json.loads(body) for _, body in self.received[:number]]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
