"""The local QuickBooks with another accent: a proxy whose answers differ as Intuit's pages allow.

What a page does not promise, another QuickBooks may do otherwise: leave a field out, add one,
write 240 for 240.00, tell its hours in India, answer a batch in another order. Each accent below
is one such difference, in answers only; the proxy forwards everything else as it is.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import httpx2
from werkzeug.serving import WSGIRequestHandler, make_server

Json = dict[str, Any]
NOT_FORWARDED = {"host", "connection", "content-length", "accept-encoding"}
ENTITIES = ("Customer", "Item", "Invoice", "Payment", "RefundReceipt", "Purchase")
INDIA = timezone(timedelta(hours=5, minutes=30))


@dataclass
class Exchange:
    """A request that was answered: what an accent reads, and the answer it changes."""

    method: str
    path: str
    query: dict[str, list[str]]
    asked: bytes
    status: int
    headers: dict[str, str]
    said: Any
    """The answer as JSON; bytes where it is none."""
    number: int = 0

    @property
    def of_company(self) -> bool:
        return self.path.startswith("/v3/company/")

    @property
    def last(self) -> str:
        return self.path.rstrip("/").rsplit("/", 1)[-1]

    @property
    def good(self) -> bool:
        return self.of_company and isinstance(self.said, dict) and "Fault" not in self.said

    def objects(self) -> Iterator[Json]:
        """Every object of the books in the answer, wherever it stands in it."""
        if self.good:
            yield from _objects(self.said)

    def faults(self) -> Iterator[Json]:
        """Every error of a fault, of the answer or of a batch's item."""
        said = self.said if isinstance(self.said, dict) else {}
        for part in (said, *said.get("BatchItemResponse", ())):
            yield from part.get("Fault", {}).get("Error", ())


Accent = Callable[[Exchange], None]


def fault(code: str, detail: str) -> Json:
    """The body of a refusal."""
    error = {"Message": detail.split(":")[0], "Detail": detail, "code": code, "element": ""}
    return {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "now"}


def _objects(node: Any) -> Iterator[Json]:
    if isinstance(node, list):
        for part in node:
            yield from _objects(part)
    elif isinstance(node, dict):
        if "Id" in node:
            yield node
        for part in node.values():
            yield from _objects(part)


# -- what objects look like ------------------------------------------------------------------------


def bare(exchange: Exchange) -> None:
    """No optional part: no names beside ids, no balances, no empty lists, no read-only extras."""
    unneeded = ("domain", "sparse", "Balance", "UnappliedAmt", "LineEx", "CurrencyRef", "status")
    for found in exchange.objects():
        if found.get("status") != "Deleted":
            for name in unneeded:
                found.pop(name, None)
        for name in [name for name, value in found.items() if value in ([], {}, "", None)]:
            del found[name]
        _without_names(found)


def _without_names(node: Any) -> None:
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        if isinstance(part, dict) and "value" in part:
            part.pop("name", None)
        _without_names(part)


def adorned(exchange: Exchange) -> None:
    """Fields that nobody knows yet, nulls and empty parts for those that are not set."""
    for found in exchange.objects():
        found["V4IDPseudonym"] = "00210015d2b1c9"
        found["NewIn2027"] = {"Deep": [{"Deeper": None}]}
        found.setdefault("PrivateNote", None)
        found.setdefault("CustomerMemo", None)
        found.setdefault("BillAddr", None)
        found.setdefault("PrimaryEmailAddr", None)
        found.setdefault("ParentRef", None)
        found.setdefault("LinkedTxn", [])
        found.setdefault("CustomField", [])
    if exchange.good:
        exchange.said["notices"] = [{"kind": "survey"}]


def backwards(exchange: Exchange) -> None:
    """Keys in the opposite order; nothing says that an Id comes first."""
    exchange.said = _backwards(exchange.said)


def _backwards(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _backwards(node[name]) for name in reversed(list(node))}
    return [_backwards(part) for part in node] if isinstance(node, list) else node


def whole_numbers(exchange: Exchange) -> None:
    """240 where others write 240.0, and ids that forgot their quotes."""
    exchange.said = _whole(exchange.said) if exchange.of_company else exchange.said


def _whole(node: Any, key: str = "") -> Any:
    if isinstance(node, dict):
        return {name: _whole(part, name) for name, part in node.items()}
    if isinstance(node, list):
        return [_whole(part, key) for part in node]
    if isinstance(node, Decimal) and node == node.to_integral_value():
        return int(node)
    if key in ("Id", "SyncToken", "value", "TxnId") and isinstance(node, str) and node.isdigit():
        return int(node)
    return node


def many_decimals(exchange: Exchange) -> None:
    """240.00000 where others write 240.0."""
    exchange.said = _decimals(exchange.said) if exchange.of_company else exchange.said


def _decimals(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _decimals(part) for name, part in node.items()}
    if isinstance(node, list):
        return [_decimals(part) for part in node]
    return node.quantize(Decimal("0.00001")) if isinstance(node, Decimal) else node


def in_india(exchange: Exchange) -> None:
    """The same instants in another offset."""
    for found in exchange.objects():
        stamps = found.get("MetaData", {})
        for name, stamp in stamps.items():
            if name.endswith("Time"):
                stamps[name] = datetime.fromisoformat(stamp).astimezone(INDIA).isoformat()


def in_greenwich(exchange: Exchange) -> None:
    """The same instants with a Z."""
    for found in exchange.objects():
        stamps = found.get("MetaData", {})
        for name, stamp in stamps.items():
            if name.endswith("Time"):
                moment = datetime.fromisoformat(stamp).astimezone(UTC)
                stamps[name] = moment.isoformat().replace("+00:00", "Z")


def another_country(exchange: Exchange) -> None:
    """A company that says little of itself, in Canada, whose accounts have other ids and names."""
    said = exchange.said
    if exchange.good and "CompanyInfo" in said:
        said["CompanyInfo"] |= {"Country": "CAN", "NameValue": None}
        said["CompanyInfo"].pop("LegalName", None)
    if exchange.good and "Preferences" in said:
        said["Preferences"].pop("SalesFormsPrefs", None)
        said["Preferences"]["AccountingInfoPrefs"] = None
    for found in exchange.objects():
        if found.get("AccountSubType") == "UndepositedFunds":
            found["Name"] = found["FullyQualifiedName"] = "Payments to deposit"


# -- how lists, batches and changes are told -------------------------------------------------------


def empty_lists(exchange: Exchange) -> None:
    """Nothing found is an empty list, and every list says how many there are in all."""
    if not exchange.good or "QueryResponse" not in exchange.said:
        return
    found = exchange.said["QueryResponse"]
    if not found:
        statement = exchange.query.get("query", [""])[0]
        entity = re.search(r"(?i)\bfrom\s+(\w+)", statement)
        assert entity is not None
        found |= {entity[1]: [], "startPosition": 1, "maxResults": 0}
    found["totalCount"] = 12_345


def shuffled(exchange: Exchange) -> None:
    """A batch's items, a change feed's parts and unsorted lists come in any order."""
    dice = random.Random(exchange.number)
    if not exchange.good:
        return
    dice.shuffle(exchange.said.get("BatchItemResponse", []))
    for response in exchange.said.get("CDCResponse", []):
        dice.shuffle(response["QueryResponse"])


def changes_apart(exchange: Exchange) -> None:
    """Each part of a change feed on its own, none for what did not change."""
    if exchange.good and "CDCResponse" in exchange.said:
        parts = [part for r in exchange.said["CDCResponse"] for part in r["QueryResponse"] if part]
        exchange.said["CDCResponse"] = [{"QueryResponse": [part]} for part in parts]


def silent_merges(exchange: Exchange) -> None:
    """Lists never lose an object: what was merged away is not told, nor the one that stays."""
    if exchange.good and "CDCResponse" in exchange.said:
        for response in exchange.said["CDCResponse"]:
            for part in response["QueryResponse"]:
                part.pop("Customer", None)


def short_feed(exchange: Exchange) -> None:
    """The change feed does not take the preferences."""
    if exchange.last == "cdc" and "Preferences" in exchange.query["entities"][0]:
        exchange.status = 400
        exchange.said = fault("4001", "QueryValidationError: Preferences not supported")


# -- how a no is said ------------------------------------------------------------------------------


def other_words(exchange: Exchange) -> None:
    """The codes stay, the sentences do not; some faults come with another status."""
    for error in exchange.faults():
        error["Message"] = f"Request failed ({error['code']})"
        if error["code"] == "6140":
            error["Detail"] = "This document number is in use already."
        elif error["code"] == "6240":
            holder = re.search(r"Id=\d+", error.get("Detail", ""))
            error["Detail"] = holder[0] if holder else "The name is in use already: null"
        elif error["code"] == "610":
            error["Detail"] = "Object Not Found"
            exchange.status = 404 if exchange.status == 400 else exchange.status
        error.pop("element", None)


def gateway_faults(exchange: Exchange) -> None:
    """Faults in the gateway's lower case, among nulls for all that is not there."""
    said = exchange.said
    if not isinstance(said, dict) or "Fault" not in said:
        return
    fault = said.pop("Fault")
    errors = [
        {"message": e.get("Message"), "detail": e.get("Detail"), "code": e["code"], "element": None}
        for e in fault["Error"]
    ]
    said |= {"fault": {"error": errors, "type": fault.get("type")}, "warnings": None}
    said |= {"queryResponse": None, "batchItemResponse": [], "intuitObject": None}


def polite_status(exchange: Exchange) -> None:
    """A business rule's no comes with 200, as was seen for 6190."""
    if exchange.of_company and exchange.status == 400:
        exchange.status = 200


# -- the sign-in -----------------------------------------------------------------------------------


def terse_sign_in(exchange: Exchange) -> None:
    """No lifetime of the refresh token, and none of the access token; no new refresh token where
    it stays the same."""
    if exchange.last == "bearer" and isinstance(exchange.said, dict):
        for name in ("x_refresh_token_expires_in", "expires_in", "id_token"):
            exchange.said.pop(name, None)
        if exchange.said.get("refresh_token") in parse_qs(exchange.asked.decode()).get(
            "refresh_token", ()
        ):
            del exchange.said["refresh_token"]


def wordy_sign_in(exchange: Exchange) -> None:
    """Lifetimes as text, and more than anybody asked for."""
    if exchange.last == "bearer" and isinstance(exchange.said, dict):
        for name in ("x_refresh_token_expires_in", "expires_in"):
            if name in exchange.said:
                exchange.said[name] = str(exchange.said[name])
        exchange.said |= {"x_refresh_token_hard_expires_in": 150_000_000, "scope": "x"}


def slow(exchange: Exchange) -> None:
    """Up to a fifth of a second more for each call."""
    time.sleep(random.Random(exchange.number).random() / 5)


ACCENTS: tuple[Accent, ...] = (
    bare,
    adorned,
    backwards,
    whole_numbers,
    many_decimals,
    in_india,
    in_greenwich,
    another_country,
    empty_lists,
    shuffled,
    changes_apart,
    short_feed,
    other_words,
    gateway_faults,
    polite_status,
    terse_sign_in,
    wordy_sign_in,
)


AT_ONCE = (
    bare,
    adorned,
    backwards,
    whole_numbers,
    in_india,
    empty_lists,
    shuffled,
    changes_apart,
    short_feed,
    other_words,
    gateway_faults,
    terse_sign_in,
)
"""Those that can be heard together."""


# -- the proxy -------------------------------------------------------------------------------------


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *arguments: Any) -> None:
        """Say nothing."""


@dataclass
class Proxy:
    """Stands before ``behind`` (scheme and host) and answers with ``accents``."""

    behind: str
    accents: Sequence[Accent] = ()
    address: str = ""
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Method, path and body of every request, oldest first."""

    def __post_init__(self) -> None:
        self._http = httpx2.Client(timeout=60)

    @property
    def discovery_url(self) -> str:
        """At another path than Intuit's, with a slash at its end."""
        return f"{self.address}/about/sign-in/"

    def __call__(self, environ: Json, start: Callable[..., Any]) -> Iterable[bytes]:
        path, raw = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        asked = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.requests.append((environ["REQUEST_METHOD"], path, asked))
        if path == "/about/sign-in/":
            path = "/.well-known/openid_sandbox_configuration"
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["content-type"] = environ["CONTENT_TYPE"]
        answer = self._http.request(
            environ["REQUEST_METHOD"],
            f"{self.behind}{path}" + (f"?{raw}" if raw else ""),
            headers={n: v for n, v in headers.items() if n not in NOT_FORWARDED},
            content=asked,
        )
        exchange = Exchange(
            environ["REQUEST_METHOD"],
            path,
            parse_qs(raw),
            asked,
            answer.status_code,
            dict(answer.headers),
            _decoded(answer.content.replace(self.behind.encode(), self.address.encode())),
            len(self.requests),
        )
        for accent in self.accents:
            accent(exchange)
        return _send(exchange, start)


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal)
    except ValueError:
        return body


def _send(exchange: Exchange, start: Callable[..., Any]) -> Iterable[bytes]:
    said = exchange.said
    body = said if isinstance(said, bytes) else _dumps(said).encode()
    headers = {
        name: value
        for name, value in exchange.headers.items()
        if name.lower() not in ("content-length", "connection", "transfer-encoding", "date")
    }
    start(f"{exchange.status} Said", [*headers.items(), ("Content-Length", str(len(body)))])
    return [body]


def _dumps(node: Any) -> str:
    """With a Decimal's own digits."""
    if isinstance(node, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_dumps(v)}" for k, v in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ",".join(map(_dumps, node)) + "]"
    return str(node) if isinstance(node, Decimal) else json.dumps(node)


@contextmanager
def speaking(behind: str, accents: Sequence[Accent] = ()) -> Iterator[Proxy]:
    """A running proxy; its accents can be changed while it runs."""
    proxy = Proxy(behind, accents)
    server = make_server("127.0.0.1", 0, proxy, threaded=True, request_handler=_Quiet)
    proxy.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield proxy
    finally:
        server.shutdown()
