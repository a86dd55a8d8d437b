"""``flask --app wsgi backup …``: save the database, put it back, and read what it missed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade

from webapp import backup, hints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Pulse, Stray
from webapp.models.connection import CONNECTED
from webapp.models.pulse import GAP
from webapp.quickbooks import reading, recovery

backup_group = AppGroup("backup", help="Copies of the database.")


def init_app(app: Flask) -> None:
    app.cli.add_command(backup_group)


@backup_group.command("save")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def save(file: Path) -> None:
    """Write the database to FILE; the program may go on running."""
    with _one_line():
        backup.save(db.engine.url, file)
    click.echo(json.dumps({"file": str(file), "bytes": file.stat().st_size}))


@backup_group.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Also while something still works on the database.")
def restore(file: Path, force: bool) -> None:
    """Put FILE in the place of the database, migrate it, and send nothing until it was compared.

    Stop the web, the workers and the scheduler first.
    """
    if not force and _at_work():
        raise click.ClickException("Something works on the database: stop it first, or --force.")
    with _one_line():
        db.engine.dispose()
        backup.restore(db.engine.url, file)
    db.engine.dispose()
    upgrade()
    firms = recovery.suspect()
    db.session.commit()
    click.echo(json.dumps({"file": str(file), "firms_to_compare": firms}))


@backup_group.command("compare")
@click.option("--firm", "firm_id", type=int, help="One firm only.")
@click.option("--since", type=click.DateTime(), help="UTC; also what was read after it before.")
def compare(firm_id: int | None, since: datetime | None) -> None:
    """Read what QuickBooks has of each firm, now; prints a line of JSON for each."""
    since = since and since.replace(tzinfo=UTC)
    hints.ensure_redis(current_app)
    recovery.suspect(since, firm_id)
    db.session.commit()
    wanted = db.select(Connection.firm_id).where(Connection.unsure).order_by(Connection.firm_id)
    if firm_id is not None:
        wanted = wanted.where(Connection.firm_id == firm_id)
    firms = db.session.scalars(wanted).all()
    db.session.commit()
    for firm in firms:
        reading.catch_up(firm)
        click.echo(json.dumps({"firm_id": firm, **_standing(firm)}))


@contextmanager
def _one_line() -> Iterator[None]:
    try:
        yield
    except backup.CannotBackUp as error:
        raise click.ClickException(str(error)) from None


def _standing(firm_id: int) -> dict[str, object]:
    connection = Connection.of(firm_id)
    told = {
        "compared": not connection.unsure,
        "connection": connection.state,
        "records_lost_here": Stray.count(firm_id),
    }
    if connection.unsure and connection.state == CONNECTED:
        told["note"] = "not yet: a worker reads it as soon as QuickBooks can be asked"
    db.session.commit()
    return told


def _at_work() -> bool:
    """Somebody's heart beat in this database just now; it may also not be one yet."""
    if not db.inspect(db.engine).has_table(Pulse.__tablename__):
        return False
    at = db.session.scalar(db.select(Pulse.at))
    now = database_now(db.session())
    db.session.rollback()
    return at is not None and timedelta() <= now - at < GAP
