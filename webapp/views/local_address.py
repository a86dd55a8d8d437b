"""Is this an address of this very site?"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flask import url_for


def local_address(target: str | None) -> str:
    """``target`` if it stays on this site, else the home page.

    Browsers read ``//x``, ``/\\x`` and their escaped forms as another host.
    """
    if not target:
        return url_for("auth.home")
    plain = unquote(unquote(target)).replace("\\", "/")
    odd = any(ord(char) < 32 for char in plain)
    try:
        parts = urlsplit(plain)
    except ValueError:  # such as a bracket without its other one
        return url_for("auth.home")
    if odd or parts.scheme or parts.netloc or not plain.startswith("/") or plain.startswith("//"):
        return url_for("auth.home")
    return target
