"""Who signed in? The `id_token` of OpenID Connect, signed RS256, and the key to check it with.

It comes with the tokens only if the `openid` scope was granted. The key lives as long as the
process.
"""

from __future__ import annotations

import base64
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox import wire

KEY_ID = "sandbox-1"
LASTS_S = 3_600
PERSON = {
    "sub": "7e3f1c52-0000-4000-8000-000000000001",
    "givenName": "Sam",
    "familyName": "Books",
    "email": "sam@company.example",
    "emailVerified": True,
}


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def jwks() -> dict[str, list[dict[str, str]]]:
    public = _key().public_key().public_numbers()
    key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID}
    return {"keys": [{**key, "n": _number(public.n), "e": _number(public.e)}]}


def id_token(issuer: str, client_id: str, realm_id: str, now: float) -> str:
    """`now` in epoch seconds."""
    claims = {
        "sub": PERSON["sub"],
        "aud": [client_id],
        "realmid": realm_id,
        "iss": issuer,
        "auth_time": int(now),
        "iat": int(now),
        "exp": int(now) + LASTS_S,
    }
    head = _base64(wire.dump_bytes({"kid": KEY_ID, "alg": "RS256"}))
    signed = f"{head}.{_base64(wire.dump_bytes(claims))}"
    signature = _key().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_base64(signature)}"
