"""Can a firm and an operator be made without a password that others can read?"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import PASSWORD
from webapp import create_app
from webapp.models import Person

FIRM = ("firm", "create", "--name", "Alder & Pine", "--owner-email", "new@alder.example")
OPERATOR = ("operator", "create", "--email", "new@alder.example")


@pytest.mark.parametrize("command", [FIRM, OPERATOR], ids=["firm", "operator"])
def test_without_tables_one_line_says_how_to_make_them(
    command: tuple[str, ...], instance: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite'}")
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    refused = create_app({"TESTING": True}).test_cli_runner().invoke(args=command, input=typed)
    assert refused.exit_code == 1
    assert "flask --app wsgi db upgrade" in refused.output.splitlines()[-1]


@pytest.mark.parametrize("command", [FIRM, OPERATOR], ids=["firm", "operator"])
def test_a_password_that_is_left_out_is_asked_for_twice_and_not_shown(
    app: Flask, command: tuple[str, ...]
) -> None:
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    made = app.test_cli_runner().invoke(args=command, input=typed)
    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output
    with app.app_context():
        assert Person.with_credentials("new@alder.example", PASSWORD) is not None
