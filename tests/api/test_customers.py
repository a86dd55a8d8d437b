"""Suggestions of QuickBooks customers."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.conftest import Program, problems
from tests.conftest import FirmFixture
from webapp.extensions import db
from webapp.models import MirrorObject
from webapp.models.mirror import match_key, search_key


@pytest.fixture
def company(app: Flask, firm: FirmFixture) -> None:
    with app.app_context():
        for number, name in enumerate(("Álvarez Landscape", "Bardwell Books"), start=58):
            db.session.add(
                MirrorObject(
                    firm_id=firm.id,
                    entity="Customer",
                    quickbooks_id=str(number),
                    sync_token="0",
                    name=name,
                    name_key=match_key(name),
                    search_key=search_key(name),
                    email=f"{number}@example.com",
                )
            )
        db.session.commit()


@pytest.mark.usefixtures("company")
def test_what_is_typed_finds_customers_whatever_their_accents(program: Program) -> None:
    assert program.get("customers?q=alvarez").json == {
        "items": [
            {
                "quickbooks_id": "58",
                "name": "Álvarez Landscape",
                "email": "58@example.com",
                "active": True,
                "linked": False,
                "same_email": False,
                "same_name": False,
            }
        ],
        "total": 1,
    }
    assert program.get("customers").json["items"] == []


@pytest.mark.usefixtures("company")
def test_an_account_finds_those_that_look_like_it(program: Program) -> None:
    account = program.made("accounts", name="Books", email="59@example.com")["id"]
    (found,) = program.get(f"customers?account={account}").json["items"]
    assert (found["quickbooks_id"], found["same_email"]) == ("59", True)


@pytest.mark.usefixtures("company")
def test_another_firms_customers_and_accounts_stay_unseen(
    program: Program, stranger: Program
) -> None:
    account = program.made("accounts", name="Ada")["id"]
    assert stranger.get("customers?q=alvarez").json["items"] == []
    assert stranger.get(f"customers?account={account}").status_code == 404


@pytest.mark.parametrize("query", ["q=a%01b", f"q={'x' * 501}"])
def test_an_unfit_search_is_refused(program: Program, query: str) -> None:
    assert set(problems(program.get(f"customers?{query}"))) == {"q"}


def test_a_search_for_nul_is_no_request(program: Program) -> None:
    assert program.get("customers?q=%00").status_code == 400
