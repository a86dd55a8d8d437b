"""The whole program as separate processes: web, worker, scheduler, the local QuickBooks.

One firm that is connected; records go in through the JSON API, as a program would send them.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.sandbox_process import SandboxProcess
from webapp import embedded_redis

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-long-enough-password"
OWNER, MEMBER = "owner@alder.example", "member@alder.example"
SOON_S = 60.0
"""Generous: it only ends what would never come, also on a busy machine."""
Json = dict[str, Any]


@dataclass
class Live:
    url: str
    token: str
    sandbox: SandboxProcess
    environ: dict[str, str]

    def api(self, path: str, body: Json | None = None, method: str | None = None) -> Any:
        """The JSON API, as the firm: POST with a body, GET without, unless ``method`` says so.

        Raises urllib.error.HTTPError for an answer that is no success.
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            error.add_note(error.read().decode())
            raise

    def wait(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SOON_S
        while not done():
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            time.sleep(0.2)

    def settle(self) -> None:
        self.wait(lambda: bool(self.api("sync")["settled"]), "the sync to settle")

    def flask(self, *words: str) -> str:
        return _flask(self.environ, *words)

    def hear_of_changes(self, hear: bool) -> None:
        """Whether QuickBooks announces what happens there; without, it is noticed much later."""
        targets = [f"{self.url}/webhooks/intuit"] if hear else []
        self.sandbox.control("webhooks", {"targets": targets})

    # -- what is in the books ------------------------------------------------------------------

    @property
    def company_name(self) -> str:
        realms = self.sandbox.control("companies")["companies"]
        ours = self.sandbox.announced["realm_id"]
        return next(str(company["name"]) for company in realms if company["realm_id"] == ours)

    def customer(self, name: str, **fields: Any) -> str:
        made = self.sandbox.control(
            "objects", {"entity": "Customer", "fields": {"DisplayName": name, **fields}}
        )
        return str(made["object"]["Id"])

    def their_invoice(self, number: str, customer: str) -> None:
        item = self.sandbox.control("objects?entity=Item")["objects"][0]["Id"]
        detail = {"ItemRef": {"value": item}}
        line = {"Amount": 50, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        fields = {"DocNumber": number, "CustomerRef": {"value": customer}, "Line": [line]}
        self.sandbox.control("objects", {"entity": "Invoice", "fields": fields})

    # -- what is here --------------------------------------------------------------------------

    def account(self, name: str, **more: Any) -> int:
        return int(self.api("accounts", {"name": name, "kind": "business", **more})["id"])

    def service(self, name: str) -> int:
        return int(self.api("services", {"name": name, "rate": "120.00"})["id"])

    def invoice(self, account: int, service: int, number: str) -> int:
        lines = [{"service": service, "quantity": "2"}]
        body = {"account": account, "number": number, "date": "2026-11-20", "lines": lines}
        return int(self.api("invoices", body)["id"])


def sign_in(page: Page, site: str, email: str, password: str) -> None:
    """As a person does it, on whichever program answers at ``site``."""
    page.goto(f"{site}/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/invoices")


@contextmanager
def live(folder: Path) -> Iterator[Live]:
    """Everything running, the firm connected to a company with the customer Marlow Dental."""
    with SandboxProcess.start(limits=False) as sandbox:
        environ = _environment(folder, sandbox)
        processes: list[subprocess.Popen[bytes]] = []
        try:
            embedded_redis.ensure(folder)
            _flask(environ, "db", "upgrade")
            firm = _make_firm(environ, sandbox)
            for name, words in _programs(environ["PORT"]).items():
                with (folder / f"{name}.log").open("wb") as log:
                    processes.append(
                        subprocess.Popen(words, cwd=ROOT, env=environ, stdout=log, stderr=log)
                    )
            running = Live(environ["PUBLIC_URL"], firm["api_token"], sandbox, environ)
            running.wait(lambda: _answers(running.url), "the web process")
            yield running
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(SOON_S)
            embedded_redis.shut_down(folder)


def _environment(folder: Path, sandbox: SandboxProcess) -> dict[str, str]:
    port, said = str(_free_port()), sandbox.announced
    return {
        **os.environ,
        "CUADRA_INSTANCE": str(folder),
        "DATABASE_URL": "",
        "REDIS_URL": embedded_redis.url(folder),
        "PORT": port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "browser-secret-key-0123456789-0123456789",
        "TOKEN_KEYS": "browser-token-key-0123456789-0123456789",
        "INTUIT_CLIENT_ID": said["client_id"],
        "INTUIT_CLIENT_SECRET": said["client_secret"],
        "INTUIT_DISCOVERY_URL": said["discovery_url"],
        "INTUIT_WEBHOOK_VERIFIER_TOKEN": said["webhook_verifier_token"],
        "QBO_API_URL": said["api_url"],
        "RATELIMIT_ENABLED": "0",
        "SWEEP_EVERY_S": "1",
    }


def _make_firm(environ: dict[str, str], sandbox: SandboxProcess) -> Json:
    made: Json = json.loads(
        _flask(
            environ, "firm", "create", "--name", "Alder & Pine", "--owner-email", OWNER,
            "--owner-password", PASSWORD,
        )
    )  # fmt: skip
    sandbox.control("preferences", {"CustomTxnNumbers": True})
    for name in ("Marlow Dental", "Pinecrest Builders"):
        sandbox.control("objects", {"entity": "Customer", "fields": {"DisplayName": name}})
    income = next(
        row["Id"]
        for row in sandbox.control("objects?entity=Account")["objects"]
        if row["AccountType"] == "Income"
    )
    item = {"Name": "Old item", "Type": "Service", "IncomeAccountRef": {"value": income}}
    sandbox.control("objects", {"entity": "Item", "fields": item})
    _flask(
        environ, "quickbooks", "adopt", "--firm", str(made["firm_id"]), "--unmatched", "ask",
        "--realm-id", sandbox.announced["realm_id"],
        "--refresh-token", sandbox.announced["refresh_token"],
    )  # fmt: skip
    return made


def _programs(port: str) -> dict[str, list[str]]:
    python = sys.executable
    return {
        "web": [python, "-m", "flask", "--app", "wsgi", "run", "--port", port],
        "worker": [python, "-m", "jobs.worker"],
        "schedule": [python, "-m", "jobs.schedule"],
    }


def _flask(environ: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
