"""Secrets at rest: AES-256-GCM under keys that rotate, bound to the firm they belong to."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12


class CannotUnseal(Exception):
    """No configured key opens this secret, or it belongs to another firm."""


class Sealer:
    """Seals with the newest key and opens with any of them, so that keys can be rotated."""

    def __init__(self, keys: Sequence[str]):
        self._keys = [_derive(key) for key in keys]

    def seal(self, secret: str, owner: str) -> bytes:
        """``owner`` (say ``"firm:12"``) is authenticated: another owner cannot open the result."""
        key = self._keys[0]
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, secret.encode(), owner.encode())
        return FORMAT + _key_id(key) + nonce + sealed

    def unseal(self, sealed: bytes, owner: str) -> str:
        """Raises CannotUnseal."""
        start = len(FORMAT) + KEY_ID_BYTES
        key_id, nonce = sealed[len(FORMAT) : start], sealed[start : start + NONCE_BYTES]
        for key in self._keys:
            if _key_id(key) == key_id and sealed[:1] == FORMAT:
                try:
                    text = AESGCM(key).decrypt(nonce, sealed[start + NONCE_BYTES :], owner.encode())
                except InvalidTag:
                    break
                return text.decode()
        raise CannotUnseal("no configured key opens this secret")


def _derive(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cuadra token key").derive(
        key.encode()
    )


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:KEY_ID_BYTES]
