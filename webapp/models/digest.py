"""How a random secret is kept: as a hash, which neither a backup nor a log gives back."""

from __future__ import annotations

import hashlib


def digest(secret: str) -> str:
    """64 hex digits. A plain hash is enough for what has over 112 bits of its own."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
