"""What does Python lend to the macros of the templates?"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask


def init_app(app: Flask) -> None:
    app.add_template_global(remembered)


def remembered(macro: Callable[..., Any]) -> Callable[..., Any]:
    """The macro, drawn once for the same arguments: a long list shows few icons, but hundreds of
    times. For macros of plain text and numbers only, that say nothing in anybody's language."""
    return lru_cache(maxsize=500)(macro)
