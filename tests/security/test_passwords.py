"""Line 3: which passwords are kept, and how."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask

from tests.conftest import PASSWORD
from tests.security.conftest import Desk
from webapp import passwords
from webapp.extensions import db
from webapp.models import Person

URL = "/settings/security/password"


def change(desk: Desk, new: str) -> int:
    data = {"current": PASSWORD, "new": new}
    return desk.client.post(URL, data=data).status_code


@pytest.mark.parametrize(
    "new",
    [
        "1234567",
        "password",
        "Password123",
        "qwertyuiop",
        "owner@alder.example",
        "Alder & Pine",
        "AlderPine2026!",
        "x" * 201,
    ],
)
def test_short_breached_and_obvious_passwords_are_refused(new: str, desk: Desk) -> None:
    desk.sign_in()
    assert change(desk, new) == 422
    assert desk.person().has_password(PASSWORD)


@pytest.mark.parametrize(
    "new",
    [
        "blau42kx",
        "correct horse battery staple",
        "é" * 64,
        "z7" * 100,
        "  spaces count  ",
        "🔑" * 8,
    ],
)
def test_any_characters_from_8_to_200_are_allowed(new: str, desk: Desk) -> None:
    desk.sign_in()
    assert change(desk, new) == 303
    assert desk.person().has_password(new)


def test_the_list_of_breached_passwords_is_offline_and_long() -> None:
    assert len(passwords._breached()) >= 3_000
    assert all(map(passwords.is_well_known, ("123456", "LetMeIn", "iloveyou")))


def test_hashes_are_argon2id_with_owasps_parameters(desk: Desk) -> None:
    used = extract_parameters(desk.person().password_hash)
    assert used.type.name == "ID"
    assert (used.memory_cost, used.time_cost, used.parallelism) >= (19 * 1024, 2, 1)


def test_a_hash_with_older_parameters_is_renewed_on_sign_in(app: Flask, desk: Desk) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with app.app_context():
        person = db.session.get_one(Person, desk.person().id)
        person.password_hash = weak
        db.session.commit()
    assert desk.sign_in().status_code == 303
    renewed = desk.person().password_hash
    assert extract_parameters(renewed).memory_cost >= 19 * 1024
    assert desk.person().has_password(PASSWORD)
