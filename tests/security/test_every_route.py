"""Lines 6 and 7, over every route of the URL map: whom it answers, whose rows it finds, what it
changes, and whether a form of another site can reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import FirmFixture
from tests.security.routes import (
    CHANGES_ON_GET,
    SAFE,
    TABLE,
    WHO,
    Access,
    Call,
    calls,
)
from tests.security.world import CANARY, IDS, World, changed, contents, mixed_rows, rows_of
from webapp.extensions import csrf, db
from webapp.models import Person
from webapp.models.person import ADMIN, MEMBER, OWNER

OPEN: set[Access] = {Access.PUBLIC, Access.SIGNED}
MAY: dict[str, set[Access]] = {
    "anonymous": OPEN,
    MEMBER: OPEN | {Access.SIGNED_IN, Access.FIRM},
    ADMIN: OPEN | {Access.SIGNED_IN, Access.FIRM, Access.FIXERS},
    OWNER: OPEN | {Access.SIGNED_IN, Access.FIRM, Access.FIXERS, Access.OWNER},
    "operator": OPEN | {Access.SIGNED_IN, Access.OPERATOR},
}


@pytest.fixture
def seat(
    app: Flask,
    world: World,
    client_of: Callable[[FirmFixture, str], FlaskClient],
) -> Callable[[str], FlaskClient]:
    """``seat(role)``: somebody of the world, or nobody, freshly signed in."""
    operators = operators_of(app)

    def open_one(role: str) -> FlaskClient:
        if role == "anonymous":
            return app.test_client()
        return client_of(operators if role == "operator" else world.firm, role)

    return open_one


def operators_of(app: Flask) -> FirmFixture:
    """Operators belong to no firm; whom ``client_of`` signs in is all that is asked of this."""
    with app.app_context():
        person = Person(role="operator", email="op@here.example", name="Op", password_hash="-")
        db.session.add(person)
        db.session.commit()
        return FirmFixture(0, "", {"operator": person.id})


def test_every_route_is_declared_and_every_declaration_is_a_route(app: Flask) -> None:
    routes = {str(rule.endpoint) for rule in app.url_map.iter_rules()}
    declared = set().union(*WHO.values())
    assert routes - declared == set(), (
        f"Name these in WHO of {TABLE}, under the access their decorator gives: "
        f"{', '.join(access.name for access in Access)}"
    )
    assert declared - routes == set(), f"{TABLE} names routes that are gone"


# -- every route × every role ----------------------------------------------------------------


@pytest.mark.parametrize("role", MAY)
def test_a_route_answers_those_it_is_for_and_refuses_the_others(
    role: str, app: Flask, world: World, seat: Callable[[str], FlaskClient]
) -> None:
    wrong = []
    for call in calls(app):
        access = call.access
        allowed = access in MAY[role]
        answer = seat(role).open(world.url(call), method=call.method, data=body_for(call))
        if not _as_declared(answer, access, allowed, role):
            wrong.append(f"{call}: {role} got {answer.status_code}, declared for {access.value}")
    assert wrong == [], f"either a decorator is missing or {TABLE} is wrong"


def body_for(call: Call) -> dict[str, str]:
    return {} if call.method == "GET" else {"on": "0", "role": "member"}


def _as_declared(answer: TestResponse, access: Access, allowed: bool, role: str) -> bool:
    to_sign_in = answer.status_code == 303 and (answer.location or "").startswith("/sign-in?next=")
    if access in (Access.TOKEN, Access.SIGNED):
        return answer.status_code in (401, 403)  # no browser has a token, nor signs a body
    if allowed:
        broken = answer.status_code >= 500 and answer.status_code != 503  # no worker runs here
        return answer.status_code not in (401, 403) and not broken and not to_sign_in
    return answer.status_code in (403, 404) or (to_sign_in and role == "anonymous")


# -- every route with another firm's ids -----------------------------------------------------


def test_another_firms_ids_are_not_found_and_change_nothing(
    app: Flask, world: World, stranger: FlaskClient, other_firm: FirmFixture
) -> None:
    before, wrong = contents(app), []
    for call in calls(app):
        if not set(IDS) & set(call.rule.arguments):
            continue
        answer = _as_stranger(call, world, stranger, other_firm)
        after = contents(app)
        if answer.status_code != 404 or changed(before, after):
            wrong.append(f"{call}: {answer.status_code}, changed {changed(before, after)}")
            before = after
    assert wrong == [], "look the row up by firm (webapp.rights.own), and answer 404"


def _as_stranger(
    call: Call, world: World, stranger: FlaskClient, other_firm: FirmFixture
) -> TestResponse:
    """The owner of another firm, or its program, with this world's ids in the address."""
    if call.access is Access.TOKEN:
        headers = {"Authorization": f"Bearer {other_firm.token}"}
        json = None if call.method == "GET" else {}
        return stranger.open(world.url(call), method=call.method, headers=headers, json=json)
    return stranger.open(world.url(call), method=call.method, data=body_for(call))


def test_another_firms_ids_in_bodies_and_queries_reach_nothing(
    app: Flask,
    world: World,
    other_firm: FirmFixture,
    client_of: Callable[[FirmFixture, str], FlaskClient],
) -> None:
    before, wrong = rows_of(app, world.firm.id), []
    for call in calls(app):
        if set(IDS) & set(call.rule.arguments):
            continue
        answer = _with_foreign_body(call, world, client_of(other_firm, OWNER), other_firm)
        after = rows_of(app, world.firm.id)
        if changed(before, after) or CANARY in answer.text or mixed_rows(app):
            wrong.append(f"{call}: changed {changed(before, after)}, mixed {mixed_rows(app)}")
            before = after
    assert wrong == [], "an id that is typed or sent must be looked up within the asking firm"


def _with_foreign_body(
    call: Call, world: World, client: FlaskClient, other_firm: FirmFixture
) -> TestResponse:
    body: dict[str, Any] = world.everything(name="Theirs", email="a@b.example")
    if call.access is not Access.TOKEN:
        where = "query_string" if call.method == "GET" else "data"
        return client.open(world.url(call), method=call.method, **{where: body})
    headers = {"Authorization": f"Bearer {other_firm.token}"}
    if call.method == "GET":
        return client.get(world.url(call), headers=headers, query_string=body)
    body["lines"] = [{"service": body["service"], "quantity": "1", "rate": "1.00"}]
    json = [{**body, "kind": "invoice"}] if call.endpoint == "api_bulk.bulk" else body
    return client.open(world.url(call), method=call.method, headers=headers, json=json)


# -- fields that no form has -----------------------------------------------------------------


def test_fields_that_are_not_on_the_form_are_ignored(
    app: Flask,
    world: World,
    other_firm: FirmFixture,
    client_of: Callable[[FirmFixture, str], FlaskClient],
) -> None:
    """A member sends every form a role, a firm and more, and stays what they are."""
    theirs, people = rows_of(app, other_firm.id), people_of(app)
    extra = {"firm_id": other_firm.id, "role": OWNER, "is_operator": "1"}
    for call in calls(app):
        if call.method == "GET" or call.access not in MAY[MEMBER]:
            continue
        client = client_of(world.firm, MEMBER)
        client.open(world.url(call), method=call.method, data=world.everything(**extra))
    assert changed(theirs, rows_of(app, other_firm.id)) == []
    assert people_of(app) == people


def people_of(app: Flask) -> list[tuple[Any, ...]]:
    with app.app_context():
        rows = db.session.execute(
            db.select(
                Person.id, Person.firm_id, Person.role, Person.password_hash, Person.disabled_at
            ).order_by(Person.id)
        ).all()
        db.session.rollback()
        return [tuple(row) for row in rows]


# -- reading changes nothing -----------------------------------------------------------------


@pytest.mark.parametrize("role", [OWNER, "operator"])
def test_reading_changes_nothing(
    role: str, app: Flask, world: World, seat: Callable[[str], FlaskClient]
) -> None:
    client = seat(role)
    before, wrong = contents(app), []
    for call in calls(app):
        if call.method != "GET" or call.endpoint in CHANGES_ON_GET:
            continue
        for headers in ({}, {"HX-Request": "true"}):
            client.get(world.url(call), headers=headers)
        after = contents(app)
        if changed(before, after):
            wrong.append(f"{call}: changed {changed(before, after)}")
            before = after
    assert wrong == [], "change on POST; or, with a reason, name it in CHANGES_ON_GET"


def test_a_program_that_reads_changes_nothing(app: Flask, world: World) -> None:
    client, headers = app.test_client(), {"Authorization": f"Bearer {world.firm.token}"}
    before = contents(app)
    for call in calls(app):
        if call.method == "GET" and call.access is Access.TOKEN:
            client.get(world.url(call), headers=headers)
            assert changed(before, contents(app)) == [], call


# -- forms of other sites --------------------------------------------------------------------


@pytest.fixture
def with_csrf(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "X-CSRFToken": "forged"}])
def test_a_form_without_its_token_is_refused_whatever_it_is_for(
    headers: dict[str, str], app: Flask, world: World, with_csrf: None
) -> None:
    client, wrong, before = app.test_client(), [], rows_of(app, world.firm.id)
    for call in calls(app):
        exempt = call.access in (Access.TOKEN, Access.SIGNED)
        if call.method in SAFE or exempt:
            continue
        answer = client.open(world.url(call), method=call.method, headers=headers)
        to_sign_in = answer.headers.get("HX-Redirect", "").startswith("/sign-in?")  # htmx, nobody
        refused = answer.status_code == 400 and not answer.location
        if not (refused or (to_sign_in and answer.status_code == 204)):
            wrong.append(f"{call}: {answer.status_code}")
    assert wrong == []
    assert changed(before, rows_of(app, world.firm.id)) == []


def test_only_what_no_cookie_opens_is_exempt_from_the_token(app: Flask) -> None:
    assert csrf._exempt_views == set()
    exempt = [c for c in calls(app) if c.endpoint.rpartition(".")[0] in _exempt_blueprints()]
    assert exempt
    for call in exempt:
        access = call.access
        assert access in (Access.TOKEN, Access.SIGNED), f"{call} is exempt, but {access.value}"


def _exempt_blueprints() -> set[str]:
    return {getattr(one, "name", one) for one in csrf._exempt_blueprints}
