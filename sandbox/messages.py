"""What is a request, and what is an answer, once the bytes have been read?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox import wire
from sandbox.envelopes import JSON


@dataclass(slots=True)
class Request:
    """One HTTP request. Header names are lower-case; the first of repeated query names wins.

    `about` is what the API has made of it, so that it is worked out once. `unheeded` says that
    its requestid does not count."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    about: Any = None
    unheeded: bool = False
    path: str = field(init=False)
    query: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.target if self.target.startswith("/") else "/" + self.target)
            path, query = parts.path, parts.query
        except ValueError:
            path, query = self.target, ""
        self.path = unquote(path)
        self.query = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            self.query.setdefault(name, value)

    @property
    def form(self) -> dict[str, str]:
        text = self.body.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True))

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class Response:
    """One HTTP answer, complete in memory."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def json_response(value: object, status: int = 200) -> Response:
    return Response(status, wire.dump_bytes(value))


def page(html: str, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(status, html.encode(), "text/html;charset=UTF-8", headers)


def redirect(location: str) -> Response:
    return Response(302, b"", "text/plain", {"Location": location})
