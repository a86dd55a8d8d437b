"""HTTP in; a dict or a typed error out. Knows neither Flask nor the database.

One ``httpx2.Client`` serves the whole process: loading the certificates for each call costs more
than the call.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import structlog

from webapp.quickbooks import errors
from webapp.quickbooks.limits import SINGLE

log = structlog.get_logger(__name__)

MINOR_VERSION = "75"
TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
"""For each wait on the wire: longer than QuickBooks usually takes."""
TOTAL_S = 30.0
"""How long a body may go on coming, so that a slow drip frees its worker within a minute."""

IDLE_S = 1.5
"""How long an unused connection is kept: less than servers do (2 s, 5 s), since one that is closed
just as we write to it leaves the outcome unknown."""
QUICKLY_S = 10.0
"""A reading that failed within so long is tried once more."""

LONGEST_IN_ADDRESS = 1_000
"""Characters of a query, most of which take three in an address; servers stop at 4,000 or 8,000."""

QUERY_PAGE = 1000  # Intuit: data queries, the most rows of one page
NOT_FOUND = "610"  # Intuit: error codes, "Object Not Found"

_lock = threading.Lock()
_shared: httpx2.Client | None = None


def shared_http() -> httpx2.Client:
    """The process's one HTTP client. It follows no redirects and verifies certificates."""
    global _shared
    with _lock:
        if _shared is None:
            limits = httpx2.Limits(
                max_connections=64, max_keepalive_connections=32, keepalive_expiry=IDLE_S
            )
            _shared = httpx2.Client(timeout=TIMEOUT, limits=limits, follow_redirects=False)
        return _shared


class Answer(NamedTuple):
    """A success, and the id by which Intuit's support finds the call."""

    body: dict[str, Any]
    intuit_tid: str | None


class Company:
    """Calls to one QuickBooks company.

    ``access_token(refused)`` gives a token that is good now; ``refused`` is one that QuickBooks
    has just turned down, so that it is renewed rather than given again. ``may_call(what)`` waits
    for room in the company's budget, for a single call or a batch, before each reading; the room
    for a write is taken by its caller.
    ``throttled(seconds)`` hears of a reading that came too soon all the same.
    """

    def __init__(
        self,
        api_url: str,
        realm_id: str,
        access_token: Callable[[str | None], str],
        may_call: Callable[[str], bool],
        throttled: Callable[[float], None] = lambda _seconds: None,
        http: httpx2.Client | None = None,
        ended: Callable[[str, int], None] = lambda _what, _status: None,
    ):
        parts = urlsplit(api_url)
        self._base = f"{parts.scheme}://{parts.netloc}/v3/company/{realm_id}"
        self._access_token = access_token
        self._may_call = may_call
        self._throttled = throttled
        self._http = http or shared_http()
        self._ended = ended
        self.realm_id = realm_id
        self.behind = timedelta(0)
        """How far its clock was behind ours when it last told its changes."""

    # -- writing -----------------------------------------------------------------------------

    def write(self, entity: str, operation: str, body: str, request_id: str) -> Answer:
        """``create``, ``update``, ``delete`` or ``void``; the object QuickBooks answers with.

        ``body`` is JSON text, so that a request can be sent again to the letter. Raises any
        QuickBooksError.
        """
        path, params = _write_address(entity, operation)
        answer = self._call("POST", path, params | {"requestid": request_id}, body)
        return Answer(_object(answer.body, entity), answer.intuit_tid)

    def batch(self, body: str, request_id: str) -> Answer:
        """A batch's answer: items under ``BatchItemResponse``, to be matched by ``bId``.

        Raises any QuickBooksError.
        """
        answer = self._call("POST", "batch", {"requestid": request_id}, body)
        if not isinstance(answer.body.get("BatchItemResponse"), list):
            raise errors.OutcomeUnknown(reason="the answer holds no batch items")
        return answer

    # -- reading (metered by Intuit) -----------------------------------------------------------

    def read(self, entity: str, quickbooks_id: str) -> dict[str, Any]:
        return _object(self._read(f"{entity.lower()}/{quickbooks_id}"), entity)

    def find(self, entity: str, quickbooks_id: str) -> dict[str, Any] | None:
        """As ``read``, but None when there is no such object (any more).

        Surer than a query, which may lag behind a write. Raises any other QuickBooksError.
        """
        try:
            return self.read(entity, quickbooks_id)
        except errors.Rejected as error:
            if error.fault.code.lstrip("0") != NOT_FOUND:
                raise
            return None

    def query(self, entity: str, where: str = "", order: str = "") -> list[dict[str, Any]]:
        """One page of at most 1,000 objects."""
        return self._query_page(entity, where, order, 1)

    def page(self, entity: str, start: int) -> list[dict[str, Any]]:
        """The page of ``query_all`` that begins with this object, counted from 1."""
        return self._query_page(entity, "", "Id", start)

    def query_all(self, entity: str, where: str = "") -> list[dict[str, Any]]:
        """Every object once, page by page, ordered by Id.

        Something that is made meanwhile may push another from one page to the next.
        """
        found: dict[str, dict[str, Any]] = {}
        start = 1
        while True:
            page = self._query_page(entity, where, "Id", start)
            found |= {str(row.get("Id")): row for row in page}
            if len(page) < QUERY_PAGE:
                return list(found.values())
            start += len(page)

    def _query_page(self, entity: str, where: str, order: str, start: int) -> list[dict[str, Any]]:
        statement = f"SELECT * FROM {entity}"  # noqa: S608 - values are quoted by ``literal``
        if where:
            statement += f" WHERE {where}"
        if order:
            statement += f" ORDERBY {order}"
        statement += f" STARTPOSITION {start} MAXRESULTS {QUERY_PAGE}"
        return _rows(self._ask(statement).get("QueryResponse"), entity)

    def _ask(self, statement: str) -> dict[str, Any]:
        """Many names make a statement too long for an address; Intuit takes it as a body, too."""
        if len(statement) <= LONGEST_IN_ADDRESS:
            return self._read("query", {"query": statement})
        return self._read("query", body=statement)

    def changes(self, entities: list[str], since: str) -> dict[str, list[dict[str, Any]]]:
        """Change data capture: what changed since an instant, by entity; at most 1,000 in all."""
        answer = self._read("cdc", {"entities": ",".join(entities), "changedSince": since})
        self.behind = _behind(answer.get("time"))
        changed: dict[str, list[dict[str, Any]]] = {entity: [] for entity in entities}
        for response in _rows(answer, "CDCResponse"):
            for part in _rows(response, "QueryResponse"):
                for entity in entities:
                    changed[entity] += _rows(part, entity)
        return changed

    def company_info(self) -> dict[str, Any]:
        return _object(self._read(f"companyinfo/{self.realm_id}"), "CompanyInfo")

    def preferences(self) -> dict[str, Any]:
        return _object(self._read("preferences"), "Preferences")

    # -- the call ------------------------------------------------------------------------------

    def take_room(self, what: str = SINGLE) -> None:
        """Wait for one call of the budget. Raises NotExecuted when none comes in time."""
        if not self._may_call(what):
            raise errors.NotExecuted(reason="the company's budget has no room")

    def _read(
        self, path: str, params: dict[str, str] | None = None, body: str | None = None
    ) -> dict[str, Any]:
        """Once more after a throttling, if there is room in time, and after what failed quickly
        (Intuit: error codes, "retry once" after a 500): reading twice is harmless."""
        method = "GET" if body is None else "POST"
        self.take_room()
        began = time.monotonic()
        try:
            return self._call(method, path, params, body).body
        except errors.Throttled as error:
            self._throttled(error.retry_after_s)
            if not self._may_call(SINGLE):
                raise
        except errors.OutcomeUnknown:
            if time.monotonic() - began > QUICKLY_S or not self._may_call(SINGLE):
                raise
        return self._call(method, path, params, body).body

    def _call(
        self,
        method: str,
        path: str,
        params: dict[str, str] | None = None,
        body: str | None = None,
    ) -> Answer:
        """A refused access token is renewed once, and the very same request sent again."""
        token = self._access_token(None)
        try:
            return self._send(method, path, params, body, token)
        except errors.AccessRefused:
            renewed = self._access_token(token)
            return self._send(method, path, params, body, renewed)

    def _send(
        self,
        method: str,
        path: str,
        params: dict[str, str] | None,
        body: str | None,
        token: str,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        content, what = None, path.split("/")[0]
        if body is not None:
            headers["Content-Type"] = "application/text" if path == "query" else "application/json"
            content = body.encode()
        try:
            with self._http.stream(
                method,
                self._address(path, params),
                headers=headers,
                content=content,
            ) as response:
                answered = _read_body(response)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            self._ended(what, 0)
            raise errors.Unreachable(reason=type(error).__name__) from error
        except httpx2.HTTPError as error:
            self._ended(what, 0)
            raise errors.OutcomeUnknown(reason=type(error).__name__) from error
        tid = response.headers.get("intuit_tid")
        self._ended(what, response.status_code)
        log.info(
            "quickbooks_call",
            method=method,
            path=what,
            status=response.status_code,
            intuit_tid=tid,
        )
        decoded = errors.parse(
            response.status_code, answered, tid, response.headers.get("Retry-After")
        )
        return Answer(decoded, tid)

    def _address(self, path: str, params: dict[str, str] | None) -> str:
        """Put together here, since the client would take it apart and together once for each."""
        query = urlencode({**(params or {}), "minorversion": MINOR_VERSION}, quote_via=quote)
        return f"{self._base}/{path}?{query}"


def _read_body(response: httpx2.Response) -> bytes:
    """Raises httpx2.ReadTimeout for a body that keeps coming for longer than ``TOTAL_S``."""
    give_up = time.monotonic() + TOTAL_S
    parts = []
    for part in response.iter_bytes():
        parts.append(part)
        if time.monotonic() > give_up:
            raise httpx2.ReadTimeout("the answer drips")
    return b"".join(parts)


def _write_address(entity: str, operation: str) -> tuple[str, dict[str, str]]:
    path = entity.lower()
    if operation in ("create", "update"):
        return path, {}
    if operation == "void" and entity == "Payment":
        return path, {"operation": "update", "include": "void"}
    return path, {"operation": operation}


def _object(answer: dict[str, Any], entity: str) -> dict[str, Any]:
    found = answer.get(entity)
    if not isinstance(found, dict):
        raise errors.OutcomeUnknown(reason=f"the answer holds no {entity}")
    return found


def _behind(stamp: Any) -> timedelta:
    """More than a day is no clock that is slow but one that makes no sense."""
    try:
        moment = datetime.fromisoformat(str(stamp))
    except ValueError:
        return timedelta(0)
    moment = moment.replace(tzinfo=moment.tzinfo or UTC)
    behind = datetime.now(UTC) - moment
    return behind if timedelta(0) < behind < timedelta(days=1) else timedelta(0)


def _rows(answer: Any, name: str) -> list[dict[str, Any]]:
    """The objects under a name; one may stand there without its list, and none in many ways."""
    found = answer.get(name) if isinstance(answer, dict) else None
    listed = found if isinstance(found, list) else [found]
    return [row for row in listed if isinstance(row, dict)]


def literal(value: str) -> str:
    """A string of QuickBooks' query language: quotes and backslashes escaped by a backslash."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def dumps(value: Any) -> str:
    """JSON in which a Decimal is written with its own digits, never by way of a float."""
    if isinstance(value, dict):
        return "{" + ",".join([f"{_encode(key)}:{dumps(value[key])}" for key in value]) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dumps, value)) + "]"
    return f"{value:f}" if isinstance(value, Decimal) else _encode(value)


_encode = json.JSONEncoder(ensure_ascii=False).encode
