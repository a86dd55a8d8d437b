"""Which tokens are good, for which company, and until when?

A `Grant` is one connection of the app to one company: a person's consent. Its refresh token's
value changes about once a day; what becomes of the older value is disputed, so it is a switch.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.storage import Storage
from sandbox.switches import Switches

ACCOUNTING = "com.intuit.quickbooks.accounting"
SCOPES = {
    ACCOUNTING,
    "com.intuit.quickbooks.payment",
    "openid",
    "profile",
    "email",
    "phone",
    "address",
    "app-foundations.custom-field-definitions.read",
    "app-foundations.custom-field-definitions",
    "project-management.project",
}
CODE_LASTS_S = 600
ROTATES_AFTER_S = 86_400
HARD_LIMIT_S = 5 * 365 * 86_400


class InvalidGrant(Exception):
    """The token endpoint answers 400 `invalid_grant`."""

    def __init__(self, description: str = "Incorrect or invalid refresh token") -> None:
        super().__init__(description)
        self.description = description


@dataclass
class RefreshToken:
    value: str
    issued: float
    expires: float
    replaced: float | None = None


@dataclass
class Grant:
    """All tokens that come from one consent. The newest refresh token is the last."""

    id: str
    realm_id: str
    scope: str
    created: float
    refresh_tokens: list[RefreshToken] = field(default_factory=list)
    access_tokens: dict[str, float] = field(default_factory=dict)
    revoked: bool = False


@dataclass
class Code:
    realm_id: str
    redirect_uri: str
    scope: str
    expires: float
    used: bool = False


class Tokens:
    """Issues, rotates, checks and revokes. Times are epoch seconds by the moved clock."""

    def __init__(self, storage: Storage, clock: Clock, switches: Switches) -> None:
        self.storage, self.clock, self.switches = storage, clock, switches
        self.grants: dict[str, Grant] = {}
        self.codes: dict[str, Code] = {}
        self._by_access: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        for _, stored in storage.all("grant"):
            self._keep(_grant_from_json(stored))

    # -- issuing ------------------------------------------------------------------------------

    def new_code(self, realm_id: str, redirect_uri: str, scope: str) -> str:
        value = "AB" + secrets.token_urlsafe(32)
        expires = self.clock.timestamp() + CODE_LASTS_S
        self.codes[value] = Code(realm_id, redirect_uri, scope, expires)
        return value

    def exchange(self, code: str, redirect_uri: str) -> dict[str, Any]:
        """A code is good once. Raises InvalidGrant."""
        known = self.codes.get(code)
        if known is None or known.used or known.expires < self.clock.timestamp():
            raise InvalidGrant("Token invalid")
        if known.redirect_uri != redirect_uri:
            raise InvalidGrant("Incorrect redirect_uri")
        known.used = True
        return self._answer(self.connect(known.realm_id, known.scope))

    def connect(self, realm_id: str, scope: str = ACCOUNTING) -> Grant:
        """A new grant with its first refresh token."""
        now = self.clock.timestamp()
        grant = Grant(secrets.token_hex(8), realm_id, scope, now)
        self._rotate(grant, now)
        return grant

    def refresh(self, value: str) -> dict[str, Any]:
        """Raises InvalidGrant if the value is unknown, dead or too old under the policy."""
        now = self.clock.timestamp()
        grant = self._by_refresh.get(value)
        if grant is None or grant.revoked:
            raise InvalidGrant
        token = next(t for t in grant.refresh_tokens if t.value == value)
        if token.expires < now or grant.created + HARD_LIMIT_S < now:
            raise InvalidGrant("Token invalid")
        if token.replaced is not None:
            self._allow_replaced(grant, token, now)
        elif (
            self.switches.refresh_rotation == "every_time" or now - token.issued >= ROTATES_AFTER_S
        ):
            self._rotate(grant, now)
        return self._answer(grant)

    def _allow_replaced(self, grant: Grant, token: RefreshToken, now: float) -> None:
        """An older value: good for a day, dead at once, or the end of the whole family."""
        policy = self.switches.refresh_policy
        assert token.replaced is not None
        if policy == "overlap" and now - token.replaced < self.switches.refresh_overlap_s:
            return
        if policy == "family_revoked":
            self.revoke_grant(grant)
        raise InvalidGrant

    def _rotate(self, grant: Grant, now: float) -> None:
        if grant.refresh_tokens:
            grant.refresh_tokens[-1].replaced = now
        value = f"RT1-{secrets.randbelow(90) + 10}-H0-{secrets.token_urlsafe(24)}"
        expires = now + self.switches.refresh_token_s
        grant.refresh_tokens = [*grant.refresh_tokens[-9:], RefreshToken(value, now, expires)]
        self._keep(grant)

    def _answer(self, grant: Grant) -> dict[str, Any]:
        now = self.clock.timestamp()
        access = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2Iiwi" + secrets.token_urlsafe(96)
        live = {t: e for t, e in grant.access_tokens.items() if e > now - 3600}
        for token in grant.access_tokens.keys() - live.keys():
            self._by_access.pop(token, None)
        grant.access_tokens = {**live, access: now + self.switches.access_token_s}
        self._keep(grant)
        newest = grant.refresh_tokens[-1]
        return {
            "token_type": "bearer",
            "access_token": access,
            "refresh_token": newest.value,
            "expires_in": self.switches.access_token_s,
            "x_refresh_token_expires_in": math.ceil(newest.expires - now),
        }

    def _keep(self, grant: Grant) -> None:
        self.grants[grant.id] = grant
        self._by_access.update(dict.fromkeys(grant.access_tokens, grant))
        self._by_refresh.update({token.value: grant for token in grant.refresh_tokens})
        self.storage.put("grant", grant.id, lambda: asdict(grant))

    # -- checking -----------------------------------------------------------------------------

    def hard_expires_in(self, refresh_token: str) -> int:
        grant = self._by_refresh[refresh_token]
        return int(grant.created + HARD_LIMIT_S - self.clock.timestamp())

    def grant_of(self, access_token: str) -> Grant | None:
        """The grant of an access token that is good now."""
        grant = self._by_access.get(access_token)
        if grant is None or grant.revoked:
            return None
        return grant if grant.access_tokens[access_token] > self.clock.timestamp() else None

    # -- ending -------------------------------------------------------------------------------

    def revoke(self, token: str) -> bool:
        """Either kind of token ends the connection."""
        grant = self._by_refresh.get(token) or self._by_access.get(token)
        if grant is None or grant.revoked:
            return False
        self.revoke_grant(grant)
        return True

    def revoke_grant(self, grant: Grant) -> None:
        grant.revoked = True
        self._keep(grant)

    def disconnect(self, realm_id: str) -> int:
        """A person removed the app inside QuickBooks: every token of the company dies."""
        ended = list(self.live_grants(realm_id))
        for grant in ended:
            self.revoke_grant(grant)
        return len(ended)

    def live_grants(self, realm_id: str) -> Iterator[Grant]:
        return (g for g in list(self.grants.values()) if g.realm_id == realm_id and not g.revoked)

    def expire_access(self, realm_id: str) -> None:
        for grant in self.live_grants(realm_id):
            grant.access_tokens = dict.fromkeys(grant.access_tokens, 0.0)
            self._keep(grant)


def _grant_from_json(stored: dict[str, Any]) -> Grant:
    return Grant(
        stored["id"],
        stored["realm_id"],
        stored["scope"],
        float(stored["created"]),
        [
            RefreshToken(
                token["value"],
                float(token["issued"]),
                float(token["expires"]),
                None if token["replaced"] is None else float(token["replaced"]),
            )
            for token in stored["refresh_tokens"]
        ],
        {token: float(expires) for token, expires in stored["access_tokens"].items()},
        stored["revoked"],
    )
