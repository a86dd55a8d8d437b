"""Line 14: where the program talks to, and that nobody can send its secrets elsewhere."""

from __future__ import annotations

import ast
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from webapp.quickbooks import client, errors, oauth

ROOT = Path(__file__).resolve().parents[2]
TALKS = {
    "webapp/quickbooks/client.py": "QuickBooks' API: the host of QBO_API_URL",
    "webapp/quickbooks/oauth.py": "Intuit's sign-in: the discovery document's host, *.intuit.com",
    "webapp/stripe/client.py": "Stripe's API, through Stripe's own library",
    "webapp/mailing.py": "the mail server of the settings",
    "webapp/embedded_redis.py": "a unix socket of our own",
}
"""The only modules that may open connections, and to where. Databases and Redis have drivers."""
CLIENTS = {
    "httpx", "httpx2", "requests", "urllib3", "aiohttp", "socket", "smtplib", "ftplib",
    "http.client", "urllib.request", "flask_mailman", "xmlrpc", "telnetlib",
}  # fmt: skip


@dataclass
class Server:
    """Answers every request with ``status`` and ``headers``, and remembers them."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def make_server() -> Iterator[object]:
    running: list[ThreadingHTTPServer] = []

    def start(server: Server, tls: ssl.SSLContext | None = None) -> Server:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(server.status)
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(server.body)))
                self.end_headers()
                self.wfile.write(server.body)

            do_POST = do_GET

            def log_message(self, *_args: object) -> None:
                """Quiet."""

        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            http.socket = tls.wrap_socket(http.socket, server_side=True)
        threading.Thread(target=http.serve_forever, daemon=True).start()
        running.append(http)
        server.url = f"{'https' if tls else 'http'}://127.0.0.1:{http.server_address[1]}"
        return server

    yield start
    for http in running:
        http.shutdown()
        http.server_close()


@pytest.fixture(autouse=True)
def _forget_discovery() -> Iterator[None]:
    oauth._discovered.clear()
    yield
    oauth._discovered.clear()


def discovery(**endpoints: str) -> bytes:
    return json.dumps(dict.fromkeys(oauth.ENDPOINTS, "https://x.intuit.com/") | endpoints).encode()


@pytest.mark.parametrize(
    "address",
    [
        "https://oauth.evil.example/token",
        "https://intuit.com.evil.example/token",
        "https://evilintuit.com/token",
        "http://oauth.platform.intuit.com/token",
        "https://oauth.platform.intuit.com@evil.example/token",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "",
    ],
)
@pytest.mark.parametrize("name", oauth.ENDPOINTS)
def test_an_endpoint_at_a_foreign_host_is_refused(
    name: str, address: str, app: Flask, make_server: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = make_server(Server(body=discovery(**{name: address})))  # type: ignore[operator]
    monkeypatch.setitem(app.config, "INTUIT_DISCOVERY_URL", f"{said.url}/discovery")
    with app.app_context(), pytest.raises(oauth.IntuitUnreachable):
        oauth.endpoints()


@pytest.mark.parametrize(
    "address",
    ["https://oauth.platform.intuit.com/op/v1", "http://localhost:5100/token", "http://[::1]:9/x"],
)
def test_endpoints_at_intuit_or_beside_the_document_are_taken(
    address: str, app: Flask, make_server: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = make_server(Server(body=discovery(token_endpoint=address)))  # type: ignore[operator]
    monkeypatch.setitem(app.config, "INTUIT_DISCOVERY_URL", f"{said.url}/discovery")
    with app.app_context():
        assert oauth.endpoints()["token_endpoint"] == address


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(
    status: int, app: Flask, make_server: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = make_server(Server())  # type: ignore[operator]
    moved = make_server(Server(status, {"Location": f"{trap.url}/trap"}))  # type: ignore[operator]
    with app.app_context():
        monkeypatch.setitem(app.config, "INTUIT_DISCOVERY_URL", f"{moved.url}/discovery")
        with pytest.raises(oauth.IntuitUnreachable):
            oauth.endpoints()
        monkeypatch.setattr(
            oauth, "endpoints", lambda: dict.fromkeys(oauth.ENDPOINTS, f"{moved.url}/token")
        )
        for exchange in (lambda: oauth.refresh("r"), lambda: oauth.exchange("c", "http://x/")):
            with pytest.raises(oauth.IntuitUnreachable):
                exchange()
        oauth.revoke("r")
    company = client.Company(moved.url, "1", lambda _refused: "token", lambda _kind: True)
    with pytest.raises(errors.QuickBooksError):
        company.company_info()
    with pytest.raises(errors.QuickBooksError):
        company.write("Customer", "create", "{}", "request-1")
    assert len(moved.asked) >= 6
    assert trap.asked == []


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_nobody_vouches_for_is_refused(
    app: Flask, make_server: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impostor = make_server(Server(), self_signed(tmp_path))  # type: ignore[operator]
    with app.app_context():
        monkeypatch.setitem(app.config, "INTUIT_DISCOVERY_URL", f"{impostor.url}/discovery")
        with pytest.raises(oauth.IntuitUnreachable):
            oauth.endpoints()
        monkeypatch.setattr(
            oauth, "endpoints", lambda: dict.fromkeys(oauth.ENDPOINTS, f"{impostor.url}/token")
        )
        with pytest.raises(oauth.IntuitUnreachable):
            oauth.refresh("r")
    company = client.Company(impostor.url, "1", lambda _refused: "token", lambda _kind: True)
    with pytest.raises(errors.Unreachable):
        company.company_info()
    assert impostor.asked == []


def test_every_call_has_a_time_out() -> None:
    shared = client.shared_http()
    assert shared.timeout == client.TIMEOUT
    assert all(value and value <= 60 for value in shared.timeout.as_dict().values())
    assert isinstance(shared, httpx2.Client)
    assert shared.follow_redirects is False
    source = (ROOT / "webapp/quickbooks/oauth.py").read_text()
    calls = sum(
        source.count(f".{name}(\n") + source.count(f".{name}(") for name in ("fetch_token",)
    )
    assert calls
    for name in ("fetch_token", "refresh_token", "revoke_token"):
        for call in _calls(source, name):
            assert "timeout" in {keyword.arg for keyword in call.keywords}, name


def _calls(source: str, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id in ("oauth", "self"))
    ]


def test_only_the_listed_modules_open_connections() -> None:
    found = {}
    for file in [*(ROOT / "webapp").rglob("*.py"), *(ROOT / "jobs").rglob("*.py")]:
        path = str(file.relative_to(ROOT))
        imported = _imports(file) & CLIENTS
        if imported and path not in TALKS and not path.startswith(LOCAL_ONLY):
            found[path] = imported
    assert found == {}, (
        "these talk to the network; with redirects off, a time-out and TLS verified, add them to "
        "TALKS of tests/security/test_outbound.py and say to which host"
    )


LOCAL_ONLY = ("jobs/", "webapp/demo/", "webapp/extensions.py")
"""The supervisor asks its own web process; the demo the local QuickBooks; extensions bind mail."""


def _imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found
