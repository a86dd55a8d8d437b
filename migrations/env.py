"""Runs the migrations on the application's own engine, one transaction for them all."""

from __future__ import annotations

import logging
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

from webapp.extensions import db

logging.getLogger("alembic").setLevel(logging.WARNING)


def render_item(type_: str, obj: Any, autogen_context: Any) -> str | bool:
    """Write our own column types as what the database sees: a migration outlives the code."""
    if type_ == "type" and isinstance(obj, TypeDecorator):
        return f"sa.{obj.impl_instance!r}"
    return False


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
