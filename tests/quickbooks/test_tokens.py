"""A good access token for whoever asks: one refresh at a time, and no sign-in lost by accident."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from tests.quickbooks.office import Office
from tests.sandbox_process import Switch
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection
from webapp.quickbooks import oauth, tokens
from webapp.quickbooks.errors import AccessRefused, CompanyStopped, Unreachable

AT_ONCE = 20


@pytest.fixture(autouse=True)
def _strict(switch: Switch) -> None:
    """Every refresh gives a new refresh token, and using an old one ends the connection."""
    switch(refresh_policy="family_revoked", refresh_rotation="every_time")


def refreshes(office: Office) -> int:
    counted = office.sandbox.control("counters")["entities"]
    return int(counted.get("bearer sign-in", 0))


def good_token(office: Office, refused: str | None = None) -> str:
    with office.database():
        return tokens.access_token(office.firm_id, refused)


def expire(office: Office) -> None:
    """The stored access token is past its time."""
    with office.database():
        connection = Connection.of(office.firm_id)
        connection.access_expires_at = database_now(db.session()) - timedelta(seconds=1)
        db.session.commit()
    office.sandbox.control("counters", method="DELETE")


def test_token_that_is_good_is_used_without_a_call(office: Office) -> None:
    office.sandbox.control("counters", method="DELETE")
    assert good_token(office) == good_token(office)
    assert refreshes(office) == 0


def test_token_about_to_expire_is_renewed_beforehand(office: Office) -> None:
    before = good_token(office)
    with office.database():
        connection = Connection.of(office.firm_id)
        now = database_now(db.session())
        connection.access_stored_at = now - timedelta(hours=1)
        connection.access_expires_at = now + timedelta(seconds=60)
        db.session.commit()
    assert good_token(office) != before


def test_twenty_who_ask_at_once_make_one_refresh(office: Office) -> None:
    expire(office)
    together = Barrier(AT_ONCE)

    def ask(_number: int) -> str:
        together.wait()
        return good_token(office)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        given = set(pool.map(ask, range(AT_ONCE)))
    assert len(given) == 1
    assert refreshes(office) == 1
    assert office.connection().state == "connected"


def test_refused_token_is_not_given_again(office: Office) -> None:
    refused = good_token(office)
    assert good_token(office, refused) != refused
    assert office.connection().state == "connected"


@pytest.mark.parametrize(
    "trouble",
    [
        {"action": "throttled"},
        {"action": "status", "status": 503},
        {"action": "html", "status": 502},
        {"action": "reset"},
        {"action": "status", "status": 200, "body": "{}", "content_type": "application/json"},
    ],
    ids=["429", "503", "502", "reset", "nonsense"],
)
def test_trouble_at_the_token_endpoint_never_disconnects(
    office: Office, trouble: dict[str, object]
) -> None:
    expire(office)
    office.sandbox.control("faults", {**trouble, "operation": "bearer"})
    with pytest.raises(Unreachable):
        good_token(office)
    assert office.connection().state == "connected"
    assert good_token(office)  # and the lease was given back: no waiting


def test_refused_grant_loses_the_sign_in_after_at_most_two_calls(office: Office) -> None:
    office.control("disconnect")
    expire(office)
    with pytest.raises(AccessRefused):
        good_token(office)
    assert 1 <= refreshes(office) <= 2
    kept = office.connection()
    assert (kept.state, kept.refresh_token) == ("sign_in_again", None)
    with pytest.raises(CompanyStopped):
        good_token(office)


def test_refused_grant_is_read_again_where_another_worker_saved_a_newer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker refreshed between our reading of the token and our use of it."""
    expire(office)
    newer: list[oauth.Tokens] = []

    def refresh(token: str) -> oauth.Tokens:
        if newer:
            return newer.pop()
        newer.append(real(token))
        with office.database():
            tokens.store(Connection.of(office.firm_id), newer[0])
            db.session.commit()
        raise oauth.GrantRefused("invalid_grant")

    real = oauth.refresh
    monkeypatch.setattr(oauth, "refresh", refresh)
    assert good_token(office)
    assert office.connection().state == "connected"


def test_tokens_are_sealed_at_rest(office: Office) -> None:
    clear = good_token(office)
    kept = office.connection()
    assert kept.access_token is not None
    assert kept.refresh_token is not None
    assert clear.encode() not in kept.access_token
    assert office.refresh_token.encode() not in kept.refresh_token
