"""Line 15: text cannot become a header of a letter, nor a formula of a spreadsheet."""

from __future__ import annotations

import ast
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from tests.conftest import FirmFixture
from webapp import mailing
from webapp.extensions import db
from webapp.mailing import Letter
from webapp.models import Firm, Person

ROOT = Path(__file__).resolve().parents[2]
SPLITS = [
    "\r\nBcc: x@evil.example",
    "\nBcc: x@evil.example",
    "\rBcc: x@evil.example",
    "\u2028Bcc: x",
]


class _Peer:
    """A real mail server that keeps what it is handed."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.envelopes.append(envelope)
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def peer(app: Flask) -> Iterator[_Peer]:
    peer, state = _Peer(), app.extensions["mailman"]
    controller = Controller(peer, hostname="127.0.0.1", port=_free_port())
    controller.start()
    before = state.backend, state.server, state.port
    state.backend, state.server = "smtp", "127.0.0.1"
    state.port = controller.port
    yield peer
    state.backend, state.server, state.port = before
    controller.stop()


@pytest.mark.parametrize("split", SPLITS)
def test_a_line_break_in_a_name_stays_in_the_body(
    split: str, app: Flask, firm: FirmFixture, peer: _Peer
) -> None:
    with app.app_context():
        db.session.get_one(Firm, firm.id).name = f"Alder{split}"
        person = db.session.get_one(Person, firm.people["owner"])
        person.name = f"Owner{split}"
        db.session.commit()
        assert mailing.send(person, lambda: Letter("Choose", "reset", {"path": "/x"}))
    envelope = peer.envelopes[0]
    assert envelope.rcpt_tos == ["owner@alder.example"]
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Bcc"] is None
    assert message["To"] == "owner@alder.example"


@pytest.mark.parametrize("field", ["subject", "email"])
@pytest.mark.parametrize("split", SPLITS[:3])
def test_a_line_break_in_a_header_sends_nothing(
    field: str, split: str, app: Flask, firm: FirmFixture, peer: _Peer
) -> None:
    with app.app_context():
        person = db.session.get_one(Person, firm.people["owner"])
        subject = "Choose"
        if field == "email":
            person.email += split
        else:
            subject += split
        db.session.commit()
        assert not mailing.send(person, lambda: Letter(subject, "reset", {"path": "/x"}))
    assert peer.envelopes == []


@pytest.mark.parametrize(
    "email", ["a@b.example\r\nBcc: x@evil.example", "a@b.example\tx", "a b@c.d"]
)
def test_no_address_with_a_line_break_is_taken_in(email: str, app: Flask) -> None:
    words = ["--name", "N", "--owner-email", email, "--owner-password", "blau42kxyz"]
    result = app.test_cli_runner().invoke(args=["firm", "create", *words])
    assert result.exit_code != 0
    assert "is not an e-mail address" in result.output


def test_every_cell_is_written_by_the_writer_that_defuses_formulas() -> None:
    """``=``, ``+``, ``-``, ``@``, tab and zero at a cell's start are harmless; see its own test."""
    plain = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "webapp").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("writer", "DictWriter")
        and "from defusedcsv import csv" not in file.read_text()
    ]
    assert plain == []
