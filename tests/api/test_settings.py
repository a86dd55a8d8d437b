"""The firm's choices, as programs read and change them."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.conftest import Program, problems
from tests.conftest import FirmFixture
from webapp.extensions import db
from webapp.models import MirrorObject

ROLES = ("income", "deposit", "clearing", "fee_account", "fee_vendor", "refund_item")


@pytest.fixture
def chart(app: Flask, firm: FirmFixture) -> None:
    """Two accounts of the company, by their QuickBooks ids."""
    with app.app_context():
        for quickbooks_id, name, type_ in (("79", "Sales", "Income"), ("35", "Checking", "Bank")):
            db.session.add(
                MirrorObject(
                    firm_id=firm.id,
                    entity="Account",
                    quickbooks_id=quickbooks_id,
                    sync_token="0",
                    name=name,
                    name_key=name.lower(),
                    search_key=name.lower(),
                    detail={"account_type": type_},
                )
            )
        db.session.commit()


def test_a_new_firm_has_the_defaults(program: Program) -> None:
    assert program.get("settings").json == {
        "sync_invoice_numbers": False,
        "unmatched": "ask",
        "accounts": dict.fromkeys(ROLES),
    }


@pytest.mark.usefixtures("chart")
def test_a_change_keeps_what_it_does_not_name(program: Program) -> None:
    program.patch("settings", {"sync_invoice_numbers": True, "accounts": {"income": "79"}})
    answer = program.patch("settings", {"unmatched": "create", "accounts": {"deposit": "35"}})
    assert answer.status_code == 200
    assert answer.json == program.get("settings").json
    assert answer.json["sync_invoice_numbers"] is True
    assert answer.json["unmatched"] == "create"
    assert (answer.json["accounts"]["income"], answer.json["accounts"]["deposit"]) == ("79", "35")


@pytest.mark.usefixtures("chart")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unmatched": "drop"}, "unmatched"),
        ({"sync_invoice_numbers": "perhaps"}, "sync_invoice_numbers"),
        ({"accounts": {"income": "35"}}, "accounts.income"),
        ({"accounts": {"income": "999"}}, "accounts.income"),
        ({"accounts": {"income": "\0"}}, "accounts.income"),
        ({"accounts": {"treasure": "79"}}, "accounts"),
        ({"accounts": ["79"]}, "accounts"),
    ],
)
def test_an_unfit_choice_is_refused_by_field(
    program: Program, change: dict[str, object], field: str
) -> None:
    response = program.patch("settings", change)
    assert response.status_code == 422
    assert set(problems(response)) == {field}


@pytest.mark.usefixtures("chart")
def test_another_firms_lists_are_of_no_use(stranger: Program) -> None:
    response = stranger.patch("settings", {"accounts": {"income": "79"}})
    assert set(problems(response)) == {"accounts.income"}
