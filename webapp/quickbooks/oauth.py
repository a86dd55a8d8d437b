"""The OAuth 2.0 conversation with Intuit: authorize, exchange, refresh, revoke.

Addresses come from the discovery document. The company (``realmId``) comes only in the callback's
query, never with the tokens.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from flask import current_app

from webapp.config import is_loopback
from webapp.quickbooks.client import shared_http

INTUIT = ".intuit.com"
SCOPE = "com.intuit.quickbooks.accounting"
TIMEOUT_S = 15
"""For connecting, and then for each wait on an answer."""
DISCOVERY_LASTS_S = 86_400
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "revocation_endpoint")

log = structlog.get_logger(__name__)


class GrantRefused(Exception):
    """``invalid_grant``: the code or refresh token is used up, revoked or expired."""


class IntuitUnreachable(Exception):
    """Intuit's sign-in did not answer as it should; nothing is known to be wrong with the grant."""


@dataclass(frozen=True)
class Tokens:
    """Lifetimes, not instants: this host's clock may differ from the database's."""

    access: str
    access_lasts: timedelta
    refresh: str
    refresh_lasts: timedelta | None


_lock = threading.Lock()
_discovered: dict[str, tuple[float, dict[str, str]]] = {}


def endpoints() -> dict[str, str]:
    """Intuit's endpoints from its discovery document, remembered for a day.

    Raises IntuitUnreachable.
    """
    url = current_app.config["INTUIT_DISCOVERY_URL"]
    with _lock:
        known = _discovered.get(url)
        if known is None or time.monotonic() - known[0] > DISCOVERY_LASTS_S:
            known = _discovered[url] = (time.monotonic(), _discover(url))
        return known[1]


def _discover(url: str) -> dict[str, str]:
    try:
        response = shared_http().get(url, timeout=TIMEOUT_S)
        response.raise_for_status()
        document = response.json()
        return {name: _trusted(str(document[name])) for name in ENDPOINTS}
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise IntuitUnreachable("the discovery document could not be read") from error


def _trusted(address: str) -> str:
    """An endpoint that we may send secrets to: at Intuit, or where the document itself came from.

    Raises ValueError.
    """
    parts, source = urlsplit(address), urlsplit(current_app.config["INTUIT_DISCOVERY_URL"])
    host = parts.hostname or ""
    if parts.scheme == "https" and host.endswith(INTUIT):
        return address
    same_host = host == source.hostname or (is_loopback(host) and is_loopback(source.hostname))
    if parts.scheme not in ("http", "https") or not host or not same_host:
        raise ValueError("the discovery document names a host that is not Intuit's")
    return address


def authorize_url(state: str, redirect_uri: str) -> str:
    """Where the owner's browser goes to choose a company and consent."""
    address, _state = _session(redirect_uri).create_authorization_url(
        endpoints()["authorization_endpoint"], state=state, scope=SCOPE
    )
    return str(address)


def exchange(code: str, redirect_uri: str) -> Tokens:
    """The tokens for an authorization code, once. Raises GrantRefused, IntuitUnreachable."""
    return _tokens(
        lambda session, url: session.fetch_token(
            url, grant_type="authorization_code", code=code, timeout=TIMEOUT_S
        ),
        redirect_uri,
    )


def refresh(refresh_token: str) -> Tokens:
    """New tokens; the old refresh token counts as dead. Raises GrantRefused, IntuitUnreachable."""
    return _tokens(
        lambda session, url: session.refresh_token(
            url, refresh_token=refresh_token, timeout=TIMEOUT_S
        )
    )


def revoke(token: str) -> None:
    """End the connection at Intuit, in JSON, as its OAuth page has it (RFC 7009 has a form).

    Failing to is logged: ours is wiped either way.
    """
    try:
        shared_http().post(
            endpoints()["revocation_endpoint"],
            json={"token": token},
            headers={"Accept": "application/json"},
            auth=(
                current_app.config["INTUIT_CLIENT_ID"],
                current_app.config["INTUIT_CLIENT_SECRET"],
            ),
            timeout=TIMEOUT_S,
        ).raise_for_status()
    except (IntuitUnreachable, httpx2.HTTPError) as error:
        log.warning("revoke_failed", error=type(error).__name__)


class _StraightSession(OAuth2Session):
    """Follows no redirect: a secret goes where it was sent, or nowhere."""

    def request(self, method: str, url: str, **options: Any) -> Any:
        return super().request(method, url, **{**options, "allow_redirects": False})


def _session(redirect_uri: str | None = None) -> OAuth2Session:
    return _StraightSession(
        current_app.config["INTUIT_CLIENT_ID"],
        current_app.config["INTUIT_CLIENT_SECRET"],
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method's name
        redirect_uri=redirect_uri,
    )


def _tokens(ask: Any, redirect_uri: str | None = None) -> Tokens:
    """Only ``invalid_grant`` says that the grant is dead: a throttled or broken token endpoint
    says nothing about it."""
    token_endpoint = endpoints()["token_endpoint"]
    try:
        answer = ask(_session(redirect_uri), token_endpoint)
    except AuthlibBaseError as error:
        if error.error == "invalid_grant":
            raise GrantRefused(error.description or "invalid_grant") from error
        raise IntuitUnreachable(f"the token endpoint said {error.error}") from error
    except (requests.RequestException, ValueError) as error:
        raise IntuitUnreachable(type(error).__name__) from error
    return _read(answer)


def _read(answer: Any) -> Tokens:
    try:
        lasts = answer.get("x_refresh_token_expires_in")
        return Tokens(
            access=str(answer["access_token"]),
            access_lasts=timedelta(seconds=int(answer.get("expires_in", 3600))),
            refresh=str(answer["refresh_token"]),
            refresh_lasts=timedelta(seconds=int(lasts)) if lasts else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IntuitUnreachable("the token endpoint's answer makes no sense") from error
