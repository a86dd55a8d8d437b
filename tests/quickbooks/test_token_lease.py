"""How long a stored token is good, and who may renew it. Needs the database alone: Intuit's address
leads nowhere, so whatever would ask there fails."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import make_firm
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Notification
from webapp.models.connection import CONNECTED, NONE, PAUSED, SIGN_IN_AGAIN
from webapp.quickbooks import oauth, tokens
from webapp.quickbooks.errors import AccessRefused, CompanyStopped, Unreachable
from webapp.sealing import CannotUnseal

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OLDER = oauth.Tokens("access-1", HOUR, "refresh-1", timedelta(days=100))
NEWER = oauth.Tokens("access-2", HOUR, "refresh-2", None)


@pytest.fixture
def neighbours(app: Flask, app_context: None) -> list[int]:
    """Three connected firms, each with a sign-in of its own; the tests are about the middle one."""
    ids = [make_firm(app, f"Firm {n}", f"firm-{n}.example").id for n in range(3)]
    for firm_id in ids:
        connection = Connection.of(firm_id)
        connection.realm_id, connection.state = f"91303500000000{firm_id}", CONNECTED
        tokens.store(connection, oauth.Tokens(f"access of {firm_id}", HOUR, "refresh", None))
    db.session.commit()
    return ids


@pytest.fixture
def firm_id(neighbours: list[int]) -> int:
    return neighbours[1]


def connection(firm_id: int) -> Connection:
    """As another worker left it."""
    db.session.expire_all()
    return Connection.of(firm_id)


def put(firm_id: int, given: oauth.Tokens) -> None:
    tokens.store(Connection.of(firm_id), given)
    db.session.commit()


def set_lease(firm_id: int, seconds: float | None) -> None:
    """Until so many seconds from now; None: nobody is renewing."""
    now = database_now(db.session())
    until = None if seconds is None else now + timedelta(seconds=seconds)
    Connection.of(firm_id).refreshing_until = until
    db.session.commit()


def outlive(firm_id: int) -> None:
    """The access token is past its time."""
    Connection.of(firm_id).access_expires_at = database_now(db.session()) - SECOND
    db.session.commit()


# -- how long a token is good ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lives_s", "left_s", "good"),
    [
        (3600, 121, True),
        (3600, 120, False),
        (3600, -1, False),
        (40, 11, True),
        (40, 10, False),
        (480, 121, True),
        (480, 120, False),
    ],
)
def test_token_is_renewed_two_minutes_early_or_in_its_last_quarter(
    lives_s: int, left_s: int, good: bool
) -> None:
    stored = NOON + timedelta(seconds=left_s - lives_s)
    expires = NOON + timedelta(seconds=left_s)
    kept = Connection(access_stored_at=stored, access_expires_at=expires)
    assert tokens.lasts(kept, NOON) is good


@pytest.mark.parametrize("missing", ["access_stored_at", "access_expires_at"])
def test_token_of_unknown_age_is_not_used(missing: str) -> None:
    kept = Connection(access_stored_at=NOON, access_expires_at=NOON + HOUR)
    setattr(kept, missing, None)
    assert not tokens.lasts(kept, NOON)


def test_lifetimes_count_from_the_moment_of_storing(firm_id: int) -> None:
    put(firm_id, OLDER)
    kept = connection(firm_id)
    assert kept.access_stored_at is not None
    assert abs(kept.access_stored_at - database_now(db.session())) < timedelta(minutes=1)
    assert kept.access_expires_at == kept.access_stored_at + HOUR
    assert kept.refresh_expires_at == kept.access_stored_at + timedelta(days=100)
    put(firm_id, NEWER)
    assert connection(firm_id).refresh_expires_at is None


# -- whose it is -----------------------------------------------------------------------------------


def test_each_firm_is_given_its_own_token(neighbours: list[int]) -> None:
    given = [tokens.access_token(firm_id) for firm_id in neighbours]
    assert given == [f"access of {firm_id}" for firm_id in neighbours]


def test_token_in_another_firms_row_does_not_open(neighbours: list[int]) -> None:
    mine, theirs = connection(neighbours[0]), connection(neighbours[1])
    mine.access_token, mine.refresh_token = theirs.access_token, theirs.refresh_token
    with pytest.raises(CannotUnseal):
        tokens.good_token(mine, database_now(db.session()))
    with pytest.raises(CannotUnseal):
        tokens.refresh_token(mine)


def test_refresh_token_is_there_to_be_revoked_until_it_is_forgotten(firm_id: int) -> None:
    put(firm_id, OLDER)
    kept = connection(firm_id)
    assert tokens.refresh_token(kept) == "refresh-1"
    kept.forget_tokens()
    assert tokens.refresh_token(kept) is None
    assert tokens.good_token(kept, database_now(db.session())) is None


@pytest.mark.parametrize(
    ("state", "given"), [(CONNECTED, True), (PAUSED, True), (NONE, False), (SIGN_IN_AGAIN, False)]
)
def test_only_a_connected_firm_has_a_token(firm_id: int, state: str, given: bool) -> None:
    connection(firm_id).state = "".join([*state])  # equal to the constant, not the same object
    db.session.commit()
    if given:
        assert tokens.access_token(firm_id) == f"access of {firm_id}"
    else:
        with pytest.raises(CompanyStopped):
            tokens.access_token(firm_id)


def test_firm_that_never_connected_has_no_token(neighbours: list[int]) -> None:
    db.session.delete(connection(neighbours[1]))
    db.session.commit()
    with pytest.raises(CompanyStopped):
        tokens.access_token(neighbours[1])


def test_token_is_read_without_waiting_for_a_writer(firm_id: int) -> None:
    with db.engine.connect() as other:
        other.execute(update(Connection).values(failures=1))
        assert tokens.access_token(firm_id) == f"access of {firm_id}"
        assert not db.session().in_transaction()
        other.rollback()


# -- who may renew it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lease_s", "free"), [(None, True), (-1, True), (0, True), (20, False)], ids=str
)
def test_one_at_a_time_may_renew_and_a_dead_workers_lease_ends(
    neighbours: list[int], lease_s: float | None, free: bool
) -> None:
    for firm_id in neighbours:
        set_lease(firm_id, lease_s)
    before = [connection(firm_id).refreshing_until for firm_id in neighbours]
    assert tokens._take_lease(neighbours[1]) is free
    after = [connection(firm_id).refreshing_until for firm_id in neighbours]
    assert (after[0], after[2]) == (before[0], before[2])
    assert (after[1] != before[1]) is free


def test_lease_outlasts_the_longest_refresh_and_not_much_more(firm_id: int) -> None:
    assert tokens._take_lease(firm_id)
    until = connection(firm_id).refreshing_until
    assert until is not None
    left = until - database_now(db.session())
    assert timedelta(seconds=1.5 * oauth.TIMEOUT_S) < left <= timedelta(minutes=1)


def test_who_comes_first_finds_the_lease_free_again(neighbours: list[int]) -> None:
    for firm_id in neighbours:
        set_lease(firm_id, 20)
    tokens._release_lease(neighbours[1])
    held = [connection(firm_id).refreshing_until is not None for firm_id in neighbours]
    assert held == [True, False, True]


def test_new_token_gives_the_lease_back(firm_id: int) -> None:
    set_lease(firm_id, 20)
    put(firm_id, OLDER)
    assert connection(firm_id).refreshing_until is None


def test_whoever_waits_gets_the_token_that_the_other_saved(
    firm_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_lease(firm_id, 20)
    outlive(firm_id)
    monkeypatch.setattr(tokens.time, "sleep", lambda _seconds: put(firm_id, NEWER))
    assert tokens.access_token(firm_id) == "access-2"


def test_whoever_waits_gives_up_when_the_other_never_finishes(
    firm_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_lease(firm_id, 20)
    outlive(firm_id)
    monkeypatch.setattr(tokens, "REFRESH_LEASE", timedelta(seconds=0.3))
    began = time.monotonic()
    with pytest.raises(Unreachable, match="did not finish"):
        tokens.access_token(firm_id)
    assert time.monotonic() - began >= 0.3
    kept = connection(firm_id)
    assert (kept.state, kept.refreshing_until is None) == (CONNECTED, False)


def test_token_that_another_saved_just_before_the_lease_was_free_is_not_renewed(
    firm_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlive(firm_id)
    real = tokens._take_lease

    def late(firm_id: int) -> bool:
        put(firm_id, NEWER)
        return real(firm_id)

    monkeypatch.setattr(tokens, "_take_lease", late)
    assert tokens.access_token(firm_id) == "access-2"
    assert connection(firm_id).refreshing_until is None


def test_token_that_was_turned_down_is_renewed_whoever_saved_it(firm_id: int) -> None:
    assert tokens.access_token(firm_id, "another") == f"access of {firm_id}"
    with pytest.raises(Unreachable):  # the attempt to renew it: Intuit cannot be reached here
        tokens.access_token(firm_id, f"access of {firm_id}")
    assert connection(firm_id).refreshing_until is None


# -- when it is lost -------------------------------------------------------------------------------


def refuse(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Intuit refuses every grant; the refresh tokens it was asked with."""
    asked: list[str] = []

    def refresh(token: str) -> oauth.Tokens:
        asked.append(token)
        raise oauth.GrantRefused("invalid_grant")

    monkeypatch.setattr(oauth, "refresh", refresh)
    return asked


def test_refused_grant_is_not_tried_twice_with_one_token(
    firm_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = refuse(monkeypatch)
    outlive(firm_id)
    with pytest.raises(AccessRefused):
        tokens.access_token(firm_id)
    assert asked == ["refresh"]
    kept = connection(firm_id)
    assert (kept.state, kept.state_reason) == (SIGN_IN_AGAIN, "refresh_refused")
    assert (kept.access_token, kept.refresh_token, kept.refreshing_until) == (None, None, None)


def test_lost_sign_in_is_told_of_once_and_in_its_own_firm(neighbours: list[int]) -> None:
    for _ in range(2):
        tokens.lose_sign_in(neighbours[1], "refresh_refused")
    told = db.session.execute(
        select(Notification.firm_id, func.count()).group_by(Notification.firm_id)
    ).all()
    assert [tuple(row) for row in told] == [(neighbours[1], 2)]  # the owner and the admin
    assert [connection(i).state for i in neighbours] == [CONNECTED, SIGN_IN_AGAIN, CONNECTED]


@pytest.mark.parametrize("state", [NONE, PAUSED])
def test_firm_that_is_not_connected_cannot_lose_its_sign_in(firm_id: int, state: str) -> None:
    set_lease(firm_id, 20)
    connection(firm_id).state = state
    db.session.commit()
    tokens.lose_sign_in(firm_id, "refresh_refused")
    kept = connection(firm_id)
    assert (kept.state, kept.refreshing_until) == (state, None)
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 0
