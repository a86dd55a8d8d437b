"""Sign-in: discovery, consent, tokens, rotation, revoking. Intuit: OAuth 2.0 pages."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from tests.sandbox.books import Books
from tests.sandbox_process import SandboxProcess, Switch

CALLBACK = "http://127.0.0.1:9/callback"
SCOPE = "com.intuit.quickbooks.accounting"


def ask(sandbox: SandboxProcess, **changes: str) -> requests.Response:
    asked = {
        "client_id": sandbox.announced["client_id"],
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": CALLBACK,
        "state": "s-1",
        **changes,
    }
    url = f"{sandbox.api_url}/connect/oauth2"
    return requests.get(url, params=asked, allow_redirects=False, timeout=10)


def landed(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(CALLBACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def consent(sandbox: SandboxProcess, decision: str, realm_id: str) -> dict[str, str]:
    page = ask(sandbox)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    form = {**hidden, "realm_id": realm_id, "decision": decision}
    url = f"{sandbox.api_url}/connect/oauth2"
    return landed(requests.post(url, data=form, allow_redirects=False, timeout=10))


@pytest.mark.parametrize("name", ["openid_sandbox_configuration", "openid_configuration"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_discovery_document_names_every_endpoint(
    sandbox: SandboxProcess, name: str, slash: str
) -> None:
    url = f"{sandbox.api_url}/.well-known/{name}{slash}"
    found = requests.get(url, timeout=10).json()
    for key in ("authorization", "token", "revocation", "userinfo"):
        assert found[f"{key}_endpoint"].startswith(sandbox.api_url)
    assert found["issuer"].endswith("/op/v1")
    assert found["jwks_uri"].endswith("/op/v1/jwks")


def test_consent_brings_code_state_and_realm(sandbox: SandboxProcess, books: Books) -> None:
    answer = consent(sandbox, "connect", books.realm_id)
    assert answer["state"] == "s-1"
    assert answer["realmId"] == books.realm_id
    assert answer["code"]


def test_refusing_consent_brings_access_denied(sandbox: SandboxProcess, books: Books) -> None:
    answer = consent(sandbox, "cancel", books.realm_id)
    assert answer == {"error": "access_denied", "state": "s-1"}


def test_unknown_scope_brings_invalid_scope(sandbox: SandboxProcess) -> None:
    assert landed(ask(sandbox, scope="everything"))["error"] == "invalid_scope"


def test_foreign_client_or_address_is_never_redirected(sandbox: SandboxProcess) -> None:
    assert ask(sandbox, client_id="another").status_code == 400
    assert ask(sandbox, redirect_uri="https://evil.example/").status_code == 400


def test_auto_approval_skips_the_page(
    sandbox: SandboxProcess, books: Books, switch: Switch
) -> None:
    switch(auto_approve=True, auto_approve_realm=books.realm_id)
    assert landed(ask(sandbox))["realmId"] == books.realm_id


def test_code_is_exchanged_once_and_the_answer_has_no_realm(
    sandbox: SandboxProcess, books: Books
) -> None:
    code = consent(sandbox, "connect", books.realm_id)["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    first = books.token_call(**form)
    assert first.status_code == 200
    answer = first.json()
    assert answer["token_type"] == "bearer"
    assert answer["expires_in"] == 3600
    assert answer["x_refresh_token_expires_in"] == 8726400
    assert "realmId" not in answer
    again = books.token_call(**form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_wrong_client_secret_is_invalid_client(sandbox: SandboxProcess, books: Books) -> None:
    url = f"{sandbox.api_url}/oauth2/v1/tokens/bearer"
    form = {"grant_type": "refresh_token", "refresh_token": books.refresh_token}
    answer = requests.post(
        url, data=form, auth=(sandbox.announced["client_id"], "wrong"), timeout=10
    )
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_unknown_refresh_token_is_invalid_grant(books: Books) -> None:
    answer = books.token_call(grant_type="refresh_token", refresh_token="RT1-nonsense")
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_refresh_token_stays_the_same_within_a_day(books: Books) -> None:
    before = books.refresh_token
    assert books.refresh()["refresh_token"] == before


def test_refresh_token_changes_after_a_day(books: Books) -> None:
    before = books.refresh_token
    books.control("clock", advance_s=86_401)
    assert books.refresh()["refresh_token"] != before


def test_every_refresh_changes_the_token_under_the_switch(books: Books, switch: Switch) -> None:
    switch(refresh_rotation="every_time")
    assert books.refresh_token != books.refresh()["refresh_token"]


def refresh_with_older(books: Books, switch: Switch, policy: str) -> tuple[int, int]:
    """The status of using the replaced token, then of using the new one."""
    switch(refresh_rotation="every_time", refresh_policy=policy)
    older = books.refresh_token
    books.refresh()
    newer = books.refresh_token
    first = books.token_call(grant_type="refresh_token", refresh_token=older)
    second = books.token_call(grant_type="refresh_token", refresh_token=newer)
    return first.status_code, second.status_code


@pytest.mark.parametrize(
    ("policy", "statuses"),
    [("overlap", (200, 200)), ("single_use", (400, 200)), ("family_revoked", (400, 400))],
)
def test_older_refresh_token_follows_the_policy(
    books: Books, switch: Switch, policy: str, statuses: tuple[int, int]
) -> None:
    assert refresh_with_older(books, switch, policy) == statuses


def test_overlap_ends_a_day_after_the_change(books: Books, switch: Switch) -> None:
    switch(refresh_rotation="every_time", refresh_policy="overlap")
    older = books.refresh_token
    books.refresh()
    books.control("clock", advance_s=86_401)
    answer = books.token_call(grant_type="refresh_token", refresh_token=older)
    assert answer.json()["error"] == "invalid_grant"


def test_unused_refresh_token_dies_after_its_hundred_days(books: Books) -> None:
    books.control("clock", advance_s=8_726_401)
    answer = books.token_call(grant_type="refresh_token", refresh_token=books.refresh_token)
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(("lives_s", "good"), [(8_726_400, True), (60, False)])
def test_refresh_token_lives_as_long_as_its_switch_says(
    books: Books, switch: Switch, lives_s: int, good: bool
) -> None:
    switch(refresh_token_s=lives_s, refresh_rotation="every_time")
    refreshed = books.refresh()
    assert refreshed["x_refresh_token_expires_in"] == lives_s
    books.control("clock", advance_s=61)
    newest = refreshed["refresh_token"]
    answer = books.token_call(grant_type="refresh_token", refresh_token=newest)
    assert (answer.status_code == 200) is good


@pytest.mark.parametrize(("overlap_s", "good"), [(86_400, True), (10, False)])
def test_overlap_lasts_as_long_as_its_switch_says(
    books: Books, switch: Switch, overlap_s: int, good: bool
) -> None:
    switch(refresh_rotation="every_time", refresh_policy="overlap", refresh_overlap_s=overlap_s)
    older = books.refresh_token
    books.refresh()
    books.control("clock", advance_s=11)
    answer = books.token_call(grant_type="refresh_token", refresh_token=older)
    assert (answer.status_code == 200) is good


def test_hard_limit_is_told_only_when_asked_for(sandbox: SandboxProcess, books: Books) -> None:
    url = f"{sandbox.api_url}/oauth2/v1/tokens/bearer"
    form = {"grant_type": "refresh_token", "refresh_token": books.refresh_token}
    asked = {"x-include-refresh-token-hard-expires-in": "true"}
    plain = requests.post(url, data=form, auth=books.client, timeout=10).json()
    told = requests.post(url, data=form, auth=books.client, headers=asked, timeout=10).json()
    assert "x_refresh_token_hard_expires_in" not in plain
    assert 0 < told["x_refresh_token_hard_expires_in"] <= 5 * 365 * 86_400


def revoke(books: Books, token: str, as_form: bool) -> requests.Response:
    url = f"{books.sandbox.api_url}/v2/oauth2/tokens/revoke"
    body = {"data": {"token": token}} if as_form else {"json": {"token": token}}
    return requests.post(url, auth=books.client, timeout=10, **body)  # type: ignore[arg-type]


@pytest.mark.parametrize("as_form", [False, True])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_either_token_in_either_shape_ends_the_connection(
    books: Books, kind: str, as_form: bool
) -> None:
    answer = revoke(books, getattr(books, kind), as_form)
    assert (answer.status_code, answer.content) == (200, b"")
    assert books.get(f"companyinfo/{books.realm_id}").status_code == 401
    refused = books.token_call(grant_type="refresh_token", refresh_token=books.refresh_token)
    assert refused.json()["error"] == "invalid_grant"


def test_person_disconnecting_in_quickbooks_kills_the_tokens(books: Books) -> None:
    books.control("disconnect")
    assert books.get("preferences").status_code == 401
    answer = books.token_call(grant_type="refresh_token", refresh_token=books.refresh_token)
    assert answer.json()["error"] == "invalid_grant"


def test_expired_access_token_is_gateway_json(books: Books) -> None:
    books.control("clock", advance_s=3_601)
    answer = books.get(f"companyinfo/{books.realm_id}")
    assert answer.status_code == 401
    fault = answer.json()["fault"]
    assert fault["type"] == "AUTHENTICATION"
    assert fault["error"][0]["code"] == "3200"
    assert fault["error"][0]["detail"] == "Token expired"
    assert "errorCode=003200" in fault["error"][0]["message"]


def test_malformed_bearer_token_is_named_so(books: Books) -> None:
    answer = books.request("GET", "preferences", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401
    detail = answer.json()["fault"]["error"][0]["detail"]
    assert detail == "Malformed bearer token: too short or too long"


@pytest.mark.parametrize(("setting", "code"), [("403", "3100"), ("401", "100")])
def test_token_of_another_company_is_refused(
    sandbox: SandboxProcess, books: Books, switch: Switch, setting: str, code: str
) -> None:
    switch(wrong_realm=setting)
    other = Books.open(sandbox)
    other.realm_id = books.realm_id
    answer = other.get("preferences")
    assert answer.status_code == int(setting)
    fault = answer.json().get("fault") or answer.json()["Fault"]
    assert (fault.get("error") or fault["Error"])[0]["code"] == code


def test_token_without_the_accounting_scope_is_forbidden(
    sandbox: SandboxProcess, books: Books, switch: Switch
) -> None:
    switch(auto_approve=True, auto_approve_realm=books.realm_id)
    code = landed(ask(sandbox, scope="openid"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    books.access_token = books.token_call(**form).json()["access_token"]
    answer = books.get("preferences")
    assert answer.status_code == 403
    assert answer.json()["fault"]["error"][0]["code"] == "3100"


def test_companyinfo_is_the_connection_check(books: Books) -> None:
    info = books.read("CompanyInfo", books.realm_id)
    assert info["CompanyName"] == "Fresh"
    pairs = {pair["Name"]: pair["Value"] for pair in info["NameValue"]}
    assert pairs["SubscriptionStatus"] == "PAID"


def test_userinfo_needs_a_good_token(sandbox: SandboxProcess, books: Books) -> None:
    url = f"{sandbox.api_url}/v1/openid_connect/userinfo"
    good = {"Authorization": f"Bearer {books.access_token}"}
    assert requests.get(url, headers=good, timeout=10).json()["sub"]
    assert requests.get(url, timeout=10).status_code == 401


def granted(sandbox: SandboxProcess, books: Books, scope: str) -> dict[str, str]:
    code = landed(ask(sandbox, scope=scope))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    tokens: dict[str, str] = books.token_call(**form).json()
    return tokens


def test_id_token_comes_only_with_openid_and_is_signed(
    sandbox: SandboxProcess, books: Books, switch: Switch
) -> None:
    switch(auto_approve=True, auto_approve_realm=books.realm_id)
    assert "id_token" not in granted(sandbox, books, SCOPE)
    signed = granted(sandbox, books, f"{SCOPE} openid")["id_token"]
    keys = requests.get(f"{sandbox.api_url}/op/v1/jwks", timeout=10).json()["keys"]
    key = jwt.PyJWK(keys[0])
    claims = jwt.decode(
        signed,
        key,
        ["RS256"],
        audience=sandbox.announced["client_id"],
        options={"verify_iat": False},
    )
    assert claims["realmid"] == books.realm_id
    assert claims["iss"] == f"{sandbox.api_url}/op/v1"


SCOPES = (
    "com.intuit.quickbooks.accounting com.intuit.quickbooks.payment openid profile email phone "
    "address app-foundations.custom-field-definitions project-management.project"
)


def test_every_documented_scope_may_be_asked_for(
    sandbox: SandboxProcess, books: Books, switch: Switch
) -> None:
    switch(auto_approve=True, auto_approve_realm=books.realm_id)
    assert "code" in landed(ask(sandbox, scope=SCOPES))


def test_registered_address_is_matched_exactly() -> None:
    with SandboxProcess.start("--auto-approve", "--redirect-uri", CALLBACK) as registered:
        assert "code" in landed(ask(registered))
        for other in (
            f"{CALLBACK}/",
            f"{CALLBACK}?a=b",
            CALLBACK.replace("127.0.0.1", "localhost"),
        ):
            assert ask(registered, redirect_uri=other).status_code == 400


def test_each_new_refresh_token_restarts_the_hundred_days(books: Books) -> None:
    for _ in range(3):
        books.control("clock", advance_s=8_000_000)
        assert books.refresh()["x_refresh_token_expires_in"] == 8_726_400


def test_connection_ends_five_years_after_it_was_made(books: Books) -> None:
    years = 5 * 365 * 86_400
    for _ in range(years // 8_000_000):
        books.control("clock", advance_s=8_000_000)
        books.refresh()
    books.control("clock", advance_s=years % 8_000_000 + 1)
    answer = books.token_call(grant_type="refresh_token", refresh_token=books.refresh_token)
    assert answer.json()["error"] == "invalid_grant"
