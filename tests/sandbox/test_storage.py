"""What survives the end of the process, and how the process starts and fails to."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
import requests

from tests.sandbox.books import Books
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "books.sqlite"


def reopened(books: Books, again: SandboxProcess) -> Books:
    return Books(again, books.realm_id, books.refresh_token, requests.Session(), books.access_token)


def test_everything_survives_kill_9(data: Path) -> None:
    with SandboxProcess.start(data=data, limits=False) as first:
        books = Books.open(first)
        ada, item = books.customer(), books.item()
        books.control("preferences", CustomTxnNumbers=True)
        invoice = books.invoice(ada, item, DocNumber="A1")
        books.payment(ada, 100, invoice)
        made = books.create("Customer", {"DisplayName": "Bo"}, requestid="r")
        before = books.read("Invoice", invoice["Id"])
        first.kill()
    with SandboxProcess.start(data=data, limits=False) as second:
        after = reopened(books, second)
        assert after.read("Invoice", invoice["Id"]) == before
        assert after.create("Customer", {"DisplayName": "Bo"}, requestid="r") == made
        assert (
            after.post("invoice", after.invoice_fields(ada, item, DocNumber="A1")).status_code
            == 400
        )
        assert after.read("Customer", ada["Id"])["Balance"] == 140.0
        assert after.customer("Cy")["Id"] == "3"
        assert after.audit()["problems"] == []
        assert len(second.control("ledger?outcome=ok")["entries"]) == 6
        assert after.refresh()["access_token"]
        for name in ("client_id", "client_secret", "realm_id", "webhook_verifier_token"):
            assert second.announced[name] == first.announced[name]


def test_without_a_file_nothing_is_remembered() -> None:
    with SandboxProcess.start() as first:
        realm_id = Books.open(first).realm_id
    with SandboxProcess.start() as second:
        rows = second.control("companies")["companies"]
        assert realm_id not in {row["realm_id"] for row in rows}


def test_taken_port_is_one_line_and_a_failure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(RuntimeError) as error:
            SandboxProcess.start(port=taken.getsockname()[1])
    assert len(str(error.value).splitlines()) == 1
    assert "--port" in str(error.value)


def test_unknown_switch_is_one_line_and_a_failure() -> None:
    with pytest.raises(RuntimeError) as error:
        SandboxProcess.start(no_such_switch=1)
    assert len(str(error.value).splitlines()) == 1


def test_announced_refresh_token_works_at_once() -> None:
    with SandboxProcess.start("--auto-approve") as process:
        said = process.announced
        books = Books(process, said["realm_id"], said["refresh_token"], requests.Session())
        books.refresh()
        assert books.read("CompanyInfo", said["realm_id"])["CompanyName"]
        assert process.control("switches")["auto_approve"] is True


def test_stops_quickly_on_sigterm() -> None:
    process = SandboxProcess.start()
    requests.get(f"{process.api_url}/", timeout=5)
    began = time.monotonic()
    process.stop()
    assert process.process.returncode == 0
    assert time.monotonic() - began < 3
