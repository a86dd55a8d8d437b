"""Which customers are suggested for what was typed, in which order, and why."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from sqlalchemy import insert

from tests.conftest import FirmFixture
from webapp.extensions import db
from webapp.models import Account, Link, MirrorObject
from webapp.models.mirror import match_key, search_key
from webapp.quickbooks import customers

QUICK_S = 1.0


def rows(firm_id: int, names: list[str]) -> list[dict[str, object]]:
    return [
        {
            "firm_id": firm_id,
            "entity": "Customer",
            "quickbooks_id": str(n),
            "sync_token": "0",
            "name": name,
            "name_key": match_key(name),
            "search_key": search_key(name),
            "active": not name.endswith("(deleted)"),
            "email": "office@alvarez.example" if name == "Landscape Alvarez" else None,
            "detail": {},
        }
        for n, name in enumerate(names, 1)
    ]


@pytest.fixture
def company(app: Flask, firm: FirmFixture, app_context: None) -> int:
    names = [
        "Álvarez Landscape LLC",
        "Alvarez, Marta",
        "Casa Alvarado Imports",
        "Landscape Alvarez",
        "Alvarez Old (deleted)",
        "100% Organic_Farm",
        "Zeta",
    ]
    db.session.execute(insert(MirrorObject), rows(firm.id, names))
    db.session.commit()
    return firm.id


def names(found: customers.Matches) -> list[str]:
    return [candidate.customer.name for candidate in found.candidates]


def account(firm_id: int, name: str, email: str | None = None) -> Account:
    made = Account(firm_id=firm_id, name=name, email=email)
    made.save()
    db.session.commit()
    return made


@pytest.mark.parametrize("typed", ["alva", "ALVA", "álva"])
def test_case_and_accents_do_not_matter(typed: str, company: int) -> None:
    found = customers.suggest(company, typed)
    assert found.total == 5
    assert found.customers == 7
    assert names(found)[:2] == ["Álvarez Landscape LLC", "Alvarez, Marta"]


def test_two_letters_look_at_the_beginning_only(company: int) -> None:
    assert "Casa Alvarado Imports" not in names(customers.suggest(company, "al"))
    assert "Casa Alvarado Imports" in names(customers.suggest(company, "alv"))


def test_what_cannot_be_chosen_comes_last(company: int) -> None:
    found = customers.suggest(company, "alvarez")
    assert names(found)[-1] == "Alvarez Old (deleted)"
    assert not found.candidates[-1].usable


def test_the_same_email_comes_first(company: int) -> None:
    client = account(company, "Alvarez Landscaping", "Office@Alvarez.example")
    first = customers.suggest(company, "alvarez", client).candidates[0]
    assert (first.customer.name, first.same_email) == ("Landscape Alvarez", True)


def test_a_name_that_differs_by_accents_is_said_to_be_the_same(company: int) -> None:
    client = account(company, "Alvarez Landscape LLC")
    assert customers.suggest(company, "alvarez land", client).candidates[0].same_name


def test_signs_of_a_search_are_taken_literally(company: int) -> None:
    assert names(customers.suggest(company, "100%")) == ["100% Organic_Farm"]
    assert names(customers.suggest(company, "c_f")) == ["100% Organic_Farm"]
    assert names(customers.suggest(company, "%%%")) == []


def test_one_that_another_account_has_is_marked(company: int) -> None:
    other = account(company, "Somebody else")
    link = Link(
        firm_id=company, kind="account", record_id=other.id, quickbooks_id="7", sync_token="0"
    )
    db.session.add(link)
    db.session.commit()
    assert customers.suggest(company, "zeta").candidates[0].linked
    assert not customers.suggest(company, "zeta", other).candidates[0].linked


def test_nothing_typed_shows_who_looks_like_the_client(company: int) -> None:
    client = account(company, "Zet")
    assert names(customers.suggest(company, "", client)) == ["Zeta"]


def test_another_firms_customers_are_never_suggested(company: int, other_firm: FirmFixture) -> None:
    assert customers.suggest(other_firm.id, "alva").total == 0


def test_many_are_counted_so_far_and_the_likeliest_is_still_first(
    company: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "COUNTED_UP_TO", 20)
    crowd = rows(company, [*(f"A {n:02} Zeta" for n in range(40)), "Zetas"])
    for row in crowd:
        row["quickbooks_id"] = f"m{row['quickbooks_id']}"
    db.session.execute(insert(MirrorObject), crowd)
    found = customers.suggest(company, "zeta")
    assert (found.total, found.more) == (20, True)
    assert names(found)[:3] == ["Zeta", "Zetas", "A 00 Zeta"]
    assert not customers.suggest(company, "zetas").more


def test_the_closest_is_found_for_many_accounts_in_two_statements(company: int) -> None:
    clients = [account(company, name) for name in ("Zeta", "Alvarez", "Nobody like this")]
    found = customers.closest(company, clients)
    assert found[clients[0].id].customer.name == "Zeta"
    assert found[clients[1].id].customer.name in ("Álvarez Landscape LLC", "Alvarez, Marta")
    assert clients[2].id not in found


@pytest.mark.full
@pytest.mark.parametrize("typed", ["a", "al", "client 4", "9999", "nothing like it"])
def test_a_hundred_thousand_customers_are_searched_quickly(typed: str, company: int) -> None:
    many = rows(company, [f"Client {n} of many" for n in range(100_000)])
    for row in many:
        row["quickbooks_id"] = f"m{row['quickbooks_id']}"
    db.session.execute(insert(MirrorObject), many)
    db.session.commit()
    started = time.monotonic()
    customers.suggest(company, typed)
    assert time.monotonic() - started < QUICK_S
