"""Line 19: what the logs say, and what they never say. Lines 11 and 12: where secrets are not."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.conftest import PASSWORD, SETTINGS, FirmFixture
from tests.quickbooks.conftest import MakeOffice
from tests.quickbooks.office import Office
from tests.quickbooks.test_connecting import BASE, consent, path_of
from tests.security.conftest import Desk
from tests.security.routes import Access, calls
from webapp import config, resets, sealing, security_log
from webapp.extensions import db
from webapp.mailing import EmailMultiAlternatives
from webapp.models import Connection, PasswordReset, SignIn
from webapp.quickbooks import tokens

CHANGE = {"current": PASSWORD, "new": "blau42kxyz"}
CLIENT, TYPED = "Canaria Orchards", "canary-password-typed"


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged since; every line is one JSON object in UTC."""
    lines = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    found = [json.loads(line) for line in lines]
    for line in found:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line["timestamp"]), line
    return found


def opened(app: Flask, firm_id: int) -> list[str]:
    """The tokens of the connection, in clear."""
    with app.app_context():
        connection = Connection.of(firm_id)
        sealed = [connection.access_token, connection.refresh_token]
        sealer, owner = app.extensions["sealer"], f"firm:{firm_id}"
        clear = [sealer.unseal(one, owner) for one in sealed if one]
        db.session.commit()
        return clear


def test_no_secret_and_no_name_is_logged_from_sign_in_to_sync(
    app: Flask,
    make_office: MakeOffice,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letters: list[Any] = []
    monkeypatch.setattr(EmailMultiAlternatives, "send", lambda self: letters.append(self))
    office = make_office(connected=False)
    desk = Desk(app, "owner@firm-1.example")
    desk.sign_in(TYPED)
    desk.sign_in()
    address = consent(office, desk.client)
    desk.client.get(path_of(address))
    desk.client.post(f"{BASE}/set-up", data={"which": "all", "from": "all", "unmatched": "create"})
    account, service = office.client(CLIENT), office.service("Canary service")
    office.fault("fault", operation="create", entity="Invoice", code="6140", times=1)
    office.invoice(account, service, number="CANARY-77", memo="canary memo")
    office.settle()
    desk.client.post("/forgot-password", data={"email": desk.email})
    with app.app_context():
        resets.send_due()
        assert db.session.scalars(db.select(PasswordReset.digest)).one()
    secrets = [
        *opened(app, office.firm_id),
        office.refresh_token,
        re.search(r"code=([^&]+)", address)[1],  # type: ignore[index]
        re.search(r"state=([^&]+)", address)[1],  # type: ignore[index]
        re.search(r"reset-password/(\S+)", str(letters[0].body))[1],  # type: ignore[index]
        desk.cookie(),
        PASSWORD,
        TYPED,
        *SETTINGS.values(),
        CLIENT,
        "Canary service",
        "CANARY-77",
        "canary memo",
        desk.email,
    ]
    desk.client.post(f"{BASE}/disconnect")
    said = told(capsys)
    everything = json.dumps(said) + caplog.text
    never = [one for one in secrets if one.startswith("http://127.0.0.1:9") is False]
    assert [secret for secret in never if secret in everything] == []
    _each_call_can_be_traced(said)
    events = {line["event"] for line in said}
    assert {
        "sign_in_refused",
        "signed_in",
        "password_reset_asked",
        "quickbooks_connected",
        "quickbooks_disconnected",
    } <= events


def _each_call_can_be_traced(said: list[dict[str, Any]]) -> None:
    made = [line for line in said if line["event"] == "quickbooks_call"]
    assert len(made) > 5
    assert all(line["intuit_tid"] for line in made)


def test_a_line_break_cannot_forge_a_line(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    forged = 'x\n{"event": "signed_in", "timestamp": "2026-01-01T00:00:00Z"}\r\n\u2028'
    security_log.note("sign_in_refused", account=forged)
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("path", "data", "event"),
    [
        ("/settings/team/{member}/role", {"role": "admin"}, "role_changed"),
        ("/settings/team/{member}/disable", {}, "person_disabled"),
        ("/settings/team/{member}/enable", {}, "person_enabled"),
        ("/settings/team/{member}/password", {}, "password_renewed"),
        ("/settings/team", {"name": "N", "email": "n@x.example", "role": "member"}, "person_added"),
        ("/settings/api-tokens", {"name": "Zapier"}, "api_token_issued"),
        ("/settings/security/password", CHANGE, "password_changed"),
        ("/settings/security/password", {"current": "x", "new": "y"}, "password_change_refused"),
        ("/settings/security/email", {"email": "new@alder.example"}, "email_changed"),
        ("/settings/security/sessions/end-others", {}, "other_sessions_ended"),
        ("/confirm", {"password": PASSWORD}, "confirmed"),
        ("/confirm", {"password": "wrong"}, "confirmation_refused"),
        ("/operator", None, "access_refused"),
        ("/sign-out", {}, "signed_out"),
    ],
)  # fmt: skip
def test_what_guards_the_firm_is_logged_with_who_and_from_where(
    path: str,
    data: dict[str, str] | None,
    event: str,
    firm: FirmFixture,
    desk: Desk,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk.sign_in()
    told(capsys)
    where = path.format(member=firm.people["member"])
    desk.client.get(where) if data is None else desk.client.post(where, data=data)
    lines = [line for line in told(capsys) if line["event"] == event]
    assert len(lines) == 1
    assert lines[0]["security"] is True
    assert lines[0]["person_id"] == firm.people["owner"]
    assert lines[0]["firm_id"] == firm.id
    assert lines[0]["address"] == "127.0.0.1"


def test_a_call_without_a_good_token_is_logged(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    app.test_client().get("/api/v1/accounts", headers={"Authorization": "Bearer cuadra_wrong"})
    lines = told(capsys)
    assert "api_token_refused" in {line["event"] for line in lines}
    assert "cuadra_wrong" not in json.dumps(lines)


def test_an_unexpected_error_tells_neither_address_nor_parameters(
    app: Flask, desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def broken(**_values: object) -> None:
        db.session.execute(db.text("SELECT :name FROM nowhere"), {"name": CLIENT})

    monkeypatch.setitem(app.view_functions, "forgotten.choose", broken)
    desk.client.get("/reset-password/canary-of-a-link")
    said = capsys.readouterr().err
    assert "nowhere" in said
    assert CLIENT not in said
    assert "canary-of-a-link" not in said


# -- lines 11 and 12 -------------------------------------------------------------------------


def test_a_state_is_good_for_its_own_session_for_ten_minutes_once(
    app: Flask, desk: Desk, another_desk: Desk
) -> None:
    for one in (desk, another_desk):
        one.sign_in()
    with app.app_context():
        first, second = db.session.scalars(db.select(SignIn).order_by(SignIn.id)).all()
        state = first.new_oauth_state()
        assert len(state) >= 43
        assert not second.take_oauth_state(state)
        state = first.new_oauth_state()
        assert first.take_oauth_state(state)
        assert not first.take_oauth_state(state)
        state = first.new_oauth_state()
        assert first.oauth_state_at is not None
        first.oauth_state_at -= timedelta(minutes=11)
        assert not first.take_oauth_state(state)
        db.session.rollback()


def test_tokens_are_on_no_page_and_in_no_address(app: Flask, office: Office) -> None:
    desk = Desk(app, "owner@firm-1.example")
    desk.sign_in()
    office.one_of_each()
    office.settle()
    secrets = [*opened(app, office.firm_id), office.refresh_token]
    for call in calls(app):
        if call.method == "GET" and not call.rule.arguments and call.access is not Access.TOKEN:
            answer = desk.client.get(str(call.rule.rule))
            shown = f"{answer.headers}{answer.text}"
            assert not [secret for secret in secrets if secret in shown], call


def test_tokens_are_sealed_for_their_firm_and_a_wrong_key_opens_nothing(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear = opened(app, office.firm_id)
    with app.app_context():
        row = db.session.execute(
            db.text("SELECT access_token, refresh_token FROM connection")
        ).one()
        assert not [one for one in clear if any(one.encode() in bytes(sealed) for sealed in row)]
        for owner in ("firm:0", f"person:{office.firm_id}"):
            with pytest.raises(sealing.CannotUnseal):
                app.extensions["sealer"].unseal(bytes(row[0]), owner)
    before = len(office.ledger())
    monkeypatch.setitem(
        app.extensions, "sealer", sealing.Sealer(["another-key-0123456789-0123456789"])
    )
    with app.app_context(), pytest.raises(sealing.CannotUnseal):
        tokens.access_token(office.firm_id)
    assert len(office.ledger()) == before


@pytest.mark.parametrize("name", ["SECRET_KEY", "TOKEN_KEYS", "INTUIT_CLIENT_SECRET"])
@pytest.mark.parametrize("value", [None, "", "short"])
def test_no_secret_has_a_default(name: str, value: str | None, tmp_path: object) -> None:
    public = {"PUBLIC_URL": "https://cuadra.example"}
    given = {**SETTINGS, **public, "CUADRA_INSTANCE": str(tmp_path)}
    given |= {} if value is None else {name: value}
    if value is None:
        del given[name]
    if value == "short" and name == "INTUIT_CLIENT_SECRET":
        return  # Intuit decides how long its own is
    with pytest.raises(config.SettingsError, match=name):
        config.load(given)
