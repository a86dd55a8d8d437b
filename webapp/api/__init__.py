"""The JSON API: what programs do, with the same names, rights and results as the pages."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Bind the API's blueprints to the application."""
