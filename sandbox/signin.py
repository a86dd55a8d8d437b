"""How does an app get its tokens? Discovery, authorize, token, revoke and userinfo over HTTP."""

from __future__ import annotations

import base64
import binascii
import hmac
from urllib.parse import urlencode, urlsplit

from sandbox import identity, wire
from sandbox.messages import Request, Response, json_response, page, redirect
from sandbox.oauth import SCOPES, InvalidGrant
from sandbox.templates import render
from sandbox.world import World

AUTHORIZE = "/connect/oauth2"
TOKEN = "/oauth2/v1/tokens/bearer"  # noqa: S105 - a path
REVOKE = "/v2/oauth2/tokens/revoke"
USERINFO = "/v1/openid_connect/userinfo"
JWKS = "/op/v1/jwks"
DISCOVERY = (
    "/.well-known/openid_sandbox_configuration",
    "/.well-known/openid_configuration",
)
HARD_LIMIT_HEADER = "x-include-refresh-token-hard-expires-in"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def handle(world: World, request: Request) -> Response | None:
    """The answer, or None if the path is none of sign-in's."""
    path = request.path.rstrip("/")
    if path in DISCOVERY:
        return json_response(discovery(world.url))
    handler = {
        AUTHORIZE: authorize,
        TOKEN: token,
        REVOKE: revoke,
        USERINFO: userinfo,
        JWKS: jwks,
    }.get(path)
    return handler(world, request) if handler else None


def discovery(url: str) -> dict[str, object]:
    return {
        "issuer": f"{url}/op/v1",
        "authorization_endpoint": url + AUTHORIZE,
        "token_endpoint": url + TOKEN,
        "userinfo_endpoint": url + USERINFO,
        "revocation_endpoint": url + REVOKE,
        "jwks_uri": url + JWKS,
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }


# -- authorize -------------------------------------------------------------------------------


def authorize(world: World, request: Request) -> Response:
    """Show the consent page, or answer it. A bad client or address is told to the person only."""
    asked = {**request.query, **(request.form if request.method == "POST" else {})}
    problem = _problem(world, asked)
    if problem:
        return page(render("error.html", title="Sorry, we can't connect", message=problem), 400)
    scopes = asked.get("scope", "").split()
    if asked.get("response_type", "code") != "code":
        return _back(asked, error="unsupported_response_type")
    if not scopes or not set(scopes) <= SCOPES:
        return _back(asked, error="invalid_scope")
    if world.switches.auto_approve and request.method != "POST":
        return _approve(world, asked, world.switches.auto_approve_realm or world.default_realm)
    if request.method != "POST":
        return page(render("consent.html", companies=list(world.companies.values()), asked=asked))
    if asked.get("decision") != "connect" or asked.get("realm_id") not in world.companies:
        return _back(asked, error="access_denied")
    return _approve(world, asked, asked["realm_id"])


def _problem(world: World, asked: dict[str, str]) -> str:
    if asked.get("client_id") != world.client_id:
        return "The client_id is not one of this app's."
    if not _is_registered(world, asked.get("redirect_uri", "")):
        return (
            "The redirect_uri query parameter value is invalid. Make sure it is listed in the app."
        )
    return ""


def _is_registered(world: World, redirect_uri: str) -> bool:
    """An exact match; where none is registered, any address on this machine."""
    if world.redirect_uris:
        return redirect_uri in world.redirect_uris
    try:
        parts = urlsplit(redirect_uri)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK


def _approve(world: World, asked: dict[str, str], realm_id: str) -> Response:
    if realm_id not in world.companies:
        return _back(asked, error="access_denied")
    code = world.tokens.new_code(realm_id, asked["redirect_uri"], asked["scope"])
    return _back(asked, code=code, realmId=realm_id)


def _back(asked: dict[str, str], **answer: str) -> Response:
    if "state" in asked:
        answer["state"] = asked["state"]
    target = asked["redirect_uri"]
    return redirect(f"{target}{'&' if '?' in target else '?'}{urlencode(answer)}")


# -- token, revoke ---------------------------------------------------------------------------


def token(world: World, request: Request) -> Response:
    if request.method != "POST":
        return json_response({"error": "invalid_request"}, 405)
    form = request.form
    if not _is_client(world, request, form):
        return json_response({"error": "invalid_client"}, 401)
    try:
        answer = _granted(world, form)
    except InvalidGrant as refused:
        body = {"error": "invalid_grant", "error_description": refused.description}
        return json_response(body, 400)
    if answer is None:
        return json_response({"error": "unsupported_grant_type"}, 400)
    if request.headers.get(HARD_LIMIT_HEADER, "").lower() == "true":
        answer["x_refresh_token_hard_expires_in"] = world.tokens.hard_expires_in(
            str(answer["refresh_token"])
        )
    grant = world.tokens.grant_of(str(answer["access_token"]))
    if grant is not None and "openid" in grant.scope.split():
        now = world.clock.timestamp()
        answer["id_token"] = identity.id_token(
            f"{world.url}/op/v1", world.client_id, grant.realm_id, now
        )
    if world.switches.answers == "terse":
        answer = {name: answer[name] for name in ("access_token", "token_type", "refresh_token")}
    response = json_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response


def _granted(world: World, form: dict[str, str]) -> dict[str, object] | None:
    if form.get("grant_type") == "authorization_code":
        return world.tokens.exchange(form.get("code", ""), form.get("redirect_uri", ""))
    if form.get("grant_type") == "refresh_token":
        return world.tokens.refresh(form.get("refresh_token", ""))
    return None


def _is_client(world: World, request: Request, form: dict[str, str]) -> bool:
    """HTTP Basic, or the same two values in the form."""
    given = _basic(request.headers.get("authorization", ""))
    if given is None:
        given = form.get("client_id", ""), form.get("client_secret", "")
    return hmac.compare_digest(
        ":".join(given).encode(), f"{world.client_id}:{world.client_secret}".encode()
    )


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def revoke(world: World, request: Request) -> Response:
    """JSON or a form, either token; 200 with an empty body."""
    if request.method != "POST":
        return json_response({"error": "invalid_request"}, 405)
    form = request.form if request.content_type != "application/json" else {}
    if not _is_client(world, request, form):
        return json_response({"error": "invalid_client"}, 401)
    value = form.get("token", "")
    if request.content_type == "application/json":
        try:
            body = wire.loads(request.body)
        except ValueError:
            body = None
        value = body.get("token", "") if isinstance(body, dict) else ""
    if not isinstance(value, str) or not world.tokens.revoke(value):
        return json_response({"error": "invalid_request"}, 400)
    return Response(200, b"", "application/json")


# -- OpenID ----------------------------------------------------------------------------------


def userinfo(world: World, request: Request) -> Response:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    grant = world.tokens.grant_of(value) if scheme.lower() == "bearer" else None
    if grant is None:
        return json_response({"error": "invalid_token"}, 401)
    known = identity.PERSON
    return json_response(known if "openid" in grant.scope.split() else {"sub": known["sub"]})


def jwks(world: World, request: Request) -> Response:
    return json_response(identity.jwks())
