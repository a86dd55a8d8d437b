"""A copy of the database is whole, goes back, and makes every firm compare before it sends."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, update

from tests.postgres import NoPostgres, Server, fresh_database, own_server
from webapp import create_app
from webapp.extensions import db
from webapp.models import Connection, Firm, Pulse


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    try:
        with own_server() as server:
            yield server
    except NoPostgres as error:
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def installed(
    request: pytest.FixtureRequest,
    instance: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    """An application on a migrated database of its own, with one connected firm."""
    if request.param == "sqlite":
        yield migrated(f"sqlite:///{tmp_path / 'own.sqlite'}")
        return
    server: Server = request.getfixturevalue("server")
    monkeypatch.setenv("PATH", f"{server.programs}{os.pathsep}{os.environ['PATH']}")
    with fresh_database(server.url) as url:
        app = migrated(url)
        yield app
        with app.app_context():
            db.engine.dispose()


def migrated(url: str) -> Flask:
    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        upgrade()
        firm = Firm(name="Before")
        db.session.add(firm)
        db.session.flush()
        db.session.add(Connection(firm_id=firm.id, realm_id="1", state="connected"))
        db.session.commit()
    return app


def call(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["backup", *arguments])


def names(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Firm.name).order_by(Firm.name)))


def rename(app: Flask, name: str) -> None:
    with app.app_context():
        db.session.execute(update(Firm).values(name=name))
        db.session.commit()


def test_what_was_saved_comes_back_and_sends_nothing_yet(installed: Flask, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    saved = call(installed, "save", str(file))
    assert json.loads(saved.output)["bytes"] == file.stat().st_size > 0
    assert file.stat().st_mode & 0o777 == 0o600
    rename(installed, "After")
    restored = call(installed, "restore", str(file))
    assert json.loads(restored.output)["firms_to_compare"] == 1, restored.output
    assert names(installed) == ["Before"]
    with installed.app_context():
        assert db.session.scalars(select(Connection.unsure)).one() is True


def test_a_copy_of_an_older_version_is_migrated(installed: Flask, tmp_path: Path) -> None:
    file = tmp_path / "older"
    with installed.app_context():
        db.session.rollback()
        downgrade(revision="0005")
    call(installed, "save", str(file))
    with installed.app_context():
        upgrade()
    restored = call(installed, "restore", str(file))
    assert restored.exit_code == 0, restored.output
    assert names(installed) == ["Before"]


def test_nothing_goes_back_while_somebody_works(installed: Flask, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    call(installed, "save", str(file))
    rename(installed, "After")
    with installed.app_context():
        Pulse.of_database().beat()
        db.session.commit()
    refused = call(installed, "restore", str(file))
    assert refused.exit_code == 1
    assert "stop it first" in refused.output
    assert names(installed) == ["After"]
    with installed.app_context():
        Pulse.of_database().at -= timedelta(minutes=1)
        db.session.commit()
    assert call(installed, "restore", str(file)).exit_code == 0


@pytest.mark.parametrize("content", [None, b"no database at all"])
def test_a_file_that_is_none_changes_nothing(
    installed: Flask, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "wrong"
    if content is not None:
        file.write_bytes(content)
    refused = call(installed, "restore", str(file))
    assert refused.exit_code == 1
    assert len(refused.output.splitlines()) == 1
    assert names(installed) == ["Before"]


def test_a_copy_that_fails_leaves_the_older_one(
    installed: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "copy"
    file.write_text("yesterday's")
    monkeypatch.setattr("webapp.backup._force_to_disk", _no_room)
    assert call(installed, "save", str(file)).exit_code == 1
    assert file.read_text() == "yesterday's"
    assert list(tmp_path.glob("*.draft")) == []


def _no_room(_file: Path) -> None:
    raise OSError(28, "No space left on device")
